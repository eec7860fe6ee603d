"""Filters that a group follows: those of lists, kept as their addresses have them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

import sqlalchemy as sa

from salesman_core.toolkit import (
    Contact,
    FieldKind,
    InvalidError,
    ListQuery,
    ListSpec,
    SalesmanError,
    narrowed_to,
    parse_list_query,
    visible,
)
from salesman_mailing.groups.kinds import Kind, kind_named
from salesman_mailing.groups.models import ITS_PRIMARY, ITSELF, GroupFilter
from salesman_mailing.texts import texts

_ = texts.lazy

_NOT_KEPT: Final = frozenset({"view", "columns", "cursor", "limit", "sort"})
LONGEST: Final = 4000


def spec_of(kind: Kind) -> ListSpec:
    """Give what the list of a kind can be filtered by.

    :raises InvalidError: where it has no list.
    """
    if kind.listed is None:
        message = _("There is no list of these records.")
        raise InvalidError(message, {"kind": message})
    return kind.listed.spec


def kept_args(kind: Kind, address: str) -> dict[str, str]:
    """Give the filters of a list's address as a group keeps them.

    “Myself” and “my team” become those people: a group finds the same for everybody.

    :param address: the parameters of the address, as ``rung_id=3&tag=fair``.
    :raises InvalidError: for what the list cannot be asked for.
    """
    if len(address) > LONGEST:
        message = _("This list asks for too much to be kept: drop a filter.")
        raise InvalidError(message, {"address": message})
    args: dict[str, list[str]] = {}
    for name, value in parse_qsl(address):
        if name not in _NOT_KEPT:
            args.setdefault(name, []).append(value)
    spec = spec_of(kind)
    query = parse_list_query(args, spec)
    return _named_for_all(spec, query)


def _named_for_all(spec: ListSpec, query: ListQuery) -> dict[str, str]:
    found: dict[str, str] = {"q": query.q} if query.q else {}
    for one in query.filters:
        field = spec.find(one.name)
        people = field is not None and field.kind is FieldKind.USER and one.operator != "isnull"
        values = one.value if isinstance(one.value, tuple) else (one.value,)
        found[one.parameter] = ",".join(map(str, values)) if people else one.text
    return found


def query_of(kind: Kind, args: Mapping[str, str]) -> ListQuery:
    """Read kept filters again.

    :raises SalesmanError: where the list does not know them any more, or whoever acts may not ask.
    """
    return parse_list_query(dict(args), spec_of(kind))


def found_by(one: GroupFilter | Any, columns: Any) -> tuple[Kind, sa.Select[Any]] | None:
    """Give the records that a filter finds at the moment, among those that whoever acts sees.

    :param columns: gives what to select of the kind that is found.
    :returns: the kind, and the query; None where the filter cannot be asked (any more), because
        its plugin is not active, or whoever acts may not see what it asks for.
    """
    try:
        kind = kind_named(one.kind)
        query = query_of(kind, one.args)
        spec = spec_of(kind)
        if one.whom == ITSELF:
            return kind, narrowed_to(columns(kind), spec, query, visible(kind.name))
        people = kind_named("contact")
    except SalesmanError:
        return None
    clients = narrowed_to((spec.id,), spec, query, visible(kind.name))
    contacts = sa.select(*columns(people)).where(Contact.client_id.in_(clients), visible("contact"))
    primary = contacts.where(Contact.primary.is_(True)) if one.whom == ITS_PRIMARY else contacts
    return people, primary
