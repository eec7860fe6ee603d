"""Which addresses there are, and which records each of them is about."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule

from salesman_core.access.routes import PUBLIC, SIGNED_IN, access_of
from salesman_core.plugins.host import current_host
from salesman_core.testing.walk.canaries import Planted
from salesman_core.testing.walk.pages import path_of
from salesman_core.testing.walk.planting import RecordSet
from salesman_hookspecs.data import salesman_record_types

_UNWALKED: Final = frozenset({"HEAD", "OPTIONS"})
_API: Final = "/api/v1"
_ACTS: Final = "/bulk"
_OF_RECORD: Final = "record_id"
KIND: Final = "kind"
_HANGING: Final = frozenset(
    {"note", "file", "token", "device", "import", "job", "run", "view", "mapping"}
)
"""Kinds of what is planted beside the records."""


@dataclass(frozen=True)
class Route:
    """A rule with one of its methods.

    :param access: what the view says of its access: a permission, ``public`` or ``signed in``.
    """

    rule: Rule
    method: str
    access: str

    @property
    def endpoint(self) -> str:
        """Its endpoint."""
        return str(self.rule.endpoint)

    @property
    def permission(self) -> str | None:
        """The permission that its door demands, if it demands one."""
        return None if self.access in {PUBLIC, SIGNED_IN} else self.access

    def __str__(self) -> str:
        """Name it for the report."""
        return f"{self.method} {self.rule.rule}"


def _counts(rule: str, only: Sequence[str], without: Sequence[str]) -> bool:
    return any(fnmatchcase(rule, one) for one in only) and not any(
        fnmatchcase(rule, one) for one in without
    )


class Routes:
    """Every rule of an application, and how its arguments are filled.

    :param only: patterns of the rules that count, as ``/leads*``; all where none is given.
    :param without: patterns of those of them that do not.
    :param values: what else arguments may be, by their names.
    :param spare: records that are nobody's own, as pipelines: the id of one of each, by kind.
    """

    def __init__(
        self,
        app: Flask,
        values: Mapping[str, Sequence[str]],
        spare: Mapping[str, int],
        only: Sequence[str] = (),
        without: Sequence[str] = (),
    ) -> None:
        self._map = app.url_map.bind("localhost")
        self._matched: dict[tuple[str, str], tuple[Route, dict[str, object]] | None] = {}
        self._values, self._spare = values, spare
        every = [
            Route(rule, method, access_of(app.view_functions[rule.endpoint]) or PUBLIC)
            for rule in app.url_map.iter_rules()
            for method in sorted((rule.methods or set()) - _UNWALKED)
        ]
        self.routes = [one for one in every if _counts(one.rule.rule, only or ("*",), without)]
        self.left_out = {str(one) for one in every} - {str(one) for one in self.routes}
        self._by_key = {(one.endpoint, one.rule.rule, one.method): one for one in self.routes}
        types = [one.value for one in current_host().contributions(salesman_record_types)]
        self._kinds = {one.kind for one in types} | _HANGING
        self._holding = [one.kind for one in types if one.notes_and_files]
        self._card_rules = {
            one.kind: rule for one in types for rule in app.url_map.iter_rules(one.card_endpoint)
        }
        self._cards = {rule.rule.partition("<")[0]: kind for kind, rule in self._card_rules.items()}

    def matched(self, method: str, address: str) -> tuple[Route, dict[str, object]] | None:
        """Give the route that an address belongs to, and its arguments."""
        key = (method, path_of(address))
        if key not in self._matched:
            self._matched[key] = self._match(*key)
        return self._matched[key]

    def _match(self, method: str, path: str) -> tuple[Route, dict[str, object]] | None:
        try:
            rule, arguments = self._map.match(path, method, return_rule=True)
        except HTTPException:
            return None
        route = self._by_key.get((rule.endpoint, rule.rule, method))
        return None if route is None else (route, dict(arguments))

    def card_of(self, record: Planted) -> str | None:
        """Give the address of a record's card, or None where its kind has none."""
        rule = self._card_rules.get(record.kind)
        return self.built(rule, {_OF_RECORD: record.id}) if rule is not None else None

    def kind_of(self, rule: Rule, argument: str) -> str | None:
        """Give the kind of record that an argument names, or None where it names none."""
        owner = str(rule.endpoint).partition(".")[0].removesuffix("-api")
        before = rule.rule.partition(f":{argument}>")[0].rpartition("<")[0]
        if argument == _OF_RECORD:
            static = before.removeprefix(_API)
            return self._cards.get(static) or self._known(static.rstrip("/").rpartition("/")[2])
        return self._known(argument.removesuffix("_id"), owner)

    def kind_of_acts(self, rule: Rule) -> str | None:
        """Give the kind on many records of which a rule acts (``POST …/bulk``), or None."""
        collection = rule.rule.removesuffix(_ACTS)
        if not rule.rule.startswith(_API) or collection == rule.rule:
            return None
        static = collection.removeprefix(_API)
        return self._cards.get(f"{static}/") or self._known(static.rpartition("/")[2])

    def _known(self, word: str, owner: str = "") -> str | None:
        named = {word, word.removesuffix("s"), f"{owner}.{word}"}
        return next(iter(named & (self._kinds | self._spare.keys())), None)

    def subjects(
        self, rule: Rule, arguments: Mapping[str, object], known: Mapping[tuple[str, int], Planted]
    ) -> list[Planted]:
        """Give the planted records that an address names, in the order of its arguments."""
        named = (
            (self._kind_named(rule, name, arguments), value) for name, value in arguments.items()
        )
        found = (
            known.get((kind, value)) for kind, value in named if isinstance(value, int) and kind
        )
        return [one for one in found if one is not None]

    def _kind_named(self, rule: Rule, name: str, arguments: Mapping[str, object]) -> str | None:
        if name == _OF_RECORD and KIND in rule.arguments:
            return str(arguments.get(KIND))
        return self.kind_of(rule, name)

    def addresses(self, route: Route, planted: RecordSet) -> Iterator[str]:
        """Give the addresses of a route for the records of a set."""
        names = sorted(route.rule.arguments)
        if _OF_RECORD in names and KIND in names:
            for kind in self._holding:
                if (id_ := planted.id_of(kind)) is not None:
                    yield self.built(route.rule, {KIND: kind, _OF_RECORD: id_})
            return
        choices = [self._choices(route.rule, name, planted) for name in names]
        for chosen in itertools.product(*choices):
            yield self.built(route.rule, dict(zip(names, chosen, strict=True)))

    def _choices(self, rule: Rule, name: str, planted: RecordSet) -> Iterable[object]:
        if name in self._values:
            return self._values[name]
        kind = self.kind_of(rule, name)
        if kind is None:
            return ()
        if kind in self._spare:
            return (self._spare[kind],)
        return [one.id for one in planted.of(kind)]

    @staticmethod
    def built(rule: Rule, arguments: Mapping[str, object]) -> str:
        """Give the address of a rule for some arguments."""
        built = rule.build(arguments)
        assert built is not None, f"{rule} cannot be built with {arguments}"
        return built[1]
