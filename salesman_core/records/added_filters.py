"""Filters that plugins add to the lists of records that are not theirs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, cast

from flask import current_app

from salesman_core.access.person import current_person
from salesman_core.errors import PluginError
from salesman_core.plugins.dispatch import Contribution
from salesman_core.plugins.host import PluginHost, current_host
from salesman_hookspecs import AddedFilter, Phase, Text
from salesman_hookspecs.lists import salesman_list_filters

if TYPE_CHECKING:
    from salesman_core.records.list_fields import Condition, ListFilter

_HOOK: Final = salesman_list_filters.__name__
_NAME: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Added:
    """A filter with whose it is.

    :param filter: under its whole name, as ``catalogue.product_id``.
    """

    owner: str
    declared: AddedFilter
    filter: ListFilter

    def options(self) -> list[tuple[object, Text]]:
        """Give what may be chosen; nothing where the plugin fails over it."""
        ask = self.declared.options

        def call() -> list[tuple[object, Text]]:
            return [(value, str(title)) for value, title in ask()] if ask else []

        return current_host().dispatcher.guarded(self.owner, _HOOK, call) or []


def added_filters(kind: str) -> Sequence[Added]:
    """Give what active plugins add to the list of a kind of record; without a host, none does."""
    if "salesman_host" not in current_app.extensions:
        return ()
    return current_host().derived(_by_kind).get(kind, ())


def added_options(kind: str) -> dict[str, Iterable[tuple[object, Text]]]:
    """Give what may be chosen in the dialog of those that whoever acts may ask for, by name."""
    may = current_person().may
    return {
        one.filter.name: one.options()
        for one in added_filters(kind)
        if one.declared.asked and one.declared.options is not None
        if one.filter.permission is None or may(one.filter.permission)
    }


def _by_kind(host: PluginHost) -> Mapping[str, Sequence[Added]]:
    found: dict[str, list[Added]] = {}
    for one in host.contributions(salesman_list_filters):
        found.setdefault(one.value.kind, []).append(_added(one))
    return found


def _added(one: Contribution[AddedFilter]) -> Added:
    given = cast("ListFilter", one.value.filter)
    known = replace(
        given,
        name=f"{one.owner}.{given.name}",
        where=_insisted(one.owner, given.where),
        show=None if given.show is None else _shown(one.owner, given.show),
    )
    return Added(one.owner, one.value, known)


def _insisted(
    owner: str, where: Callable[[str, Any], Condition]
) -> Callable[[str, Any], Condition]:
    """Let a condition that its plugin fails to give refuse the list: it would show other rows."""

    def asked(operator: str, value: Any) -> Condition:
        def call() -> Condition:
            return where(operator, value)

        return current_host().dispatcher.insisted(owner, _HOOK, call, phase=Phase.REQUEST)

    return asked


def _shown(owner: str, show: Callable[[Any], str]) -> Callable[[Any], str]:
    def told(value: Any) -> str:
        found = current_host().dispatcher.guarded(owner, _HOOK, lambda: str(show(value)))
        return str(value) if found is None else found

    return told


def refuse_mistaken_filters(host: PluginHost, sort: type[ListFilter]) -> None:
    """Fail plugins that add what is no filter, at start and not in front of people.

    :param sort: what a filter is.
    """
    taken: set[tuple[str, str, str]] = set()
    for one in host.contributions(salesman_list_filters, inactive=True):
        complaint = next(_complaints(one, sort, taken), None)
        if complaint is not None:
            host.fail(one.owner, host.dispatcher.faults.note(one.owner, _HOOK, complaint))


def _complaints(
    one: Contribution[AddedFilter], sort: type[ListFilter], taken: set[tuple[str, str, str]]
) -> Iterator[PluginError]:
    given = one.value.filter
    if not isinstance(given, sort):
        yield PluginError(f"{given!r} is no ListFilter of the toolkit")
        return
    if not _NAME.fullmatch(given.name):
        yield PluginError(
            f"{given.name!r} is no name of a filter: small letters, digits, single underscores"
        )
    place = one.owner, one.value.kind, given.name
    if place in taken:
        yield PluginError(f"two filters of {one.value.kind} are called {given.name}")
    taken.add(place)
