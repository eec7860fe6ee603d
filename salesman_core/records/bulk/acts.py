"""What may be done with many records at once, and whether what it was given will do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.access.models import User
from salesman_core.access.person import current_person
from salesman_core.access.records import demand_permission
from salesman_core.db import reading
from salesman_core.errors import InvalidError, MissingError
from salesman_core.i18n import texts
from salesman_core.plugins.host import PluginHost, current_host
from salesman_core.records.bulk.custom import custom_fields, judged_custom
from salesman_core.records.list_values import read_text
from salesman_hookspecs import BulkAction, BulkField, Text
from salesman_hookspecs.data import salesman_record_types
from salesman_hookspecs.lists import salesman_bulk_actions

_ = texts.lazy

MOST_WORDS: Final = 50
EVERY_KIND: Final = "*"


@dataclass(frozen=True, slots=True)
class Act:
    """An act with whose it is."""

    owner: str
    action: BulkAction

    @property
    def key(self) -> str:
        """Its name in addresses and in the JSON API, as ``core.assign``."""
        return f"{self.owner}.{self.action.id}"

    @property
    def fields(self) -> Sequence[BulkField]:
        """What it asks for."""
        if not self.action.custom:
            return self.action.fields
        return (*self.action.fields, *custom_fields(self.action.kind))


def acts_of(kind: str) -> list[Act]:
    """Give what whoever acts may do with many records of a kind, in the order of the bar."""
    person = current_person()
    every = current_host().derived(_acts_by_kind).get(kind, ())
    return [one for one in every if person.may(one.action.permission) and _is_offered(one.action)]


def _is_offered(action: BulkAction) -> bool:
    return action.offered is None or action.offered()


def _acts_by_kind(host: PluginHost) -> dict[str, list[Act]]:
    found: dict[str, list[Act]] = {}
    for act in every_act(host):
        found.setdefault(act.action.kind, []).append(act)
    for acts in found.values():
        acts.sort(key=lambda act: (act.action.order, act.key))
    return found


def every_act(host: PluginHost) -> Iterator[Act]:
    """Give all acts, those for every kind once for each kind with a list that they fit."""
    listed = [one.value for one in host.contributions(salesman_record_types) if one.value.listed]
    for one in host.contributions(salesman_bulk_actions):
        action: BulkAction = one.value
        if action.kind != EVERY_KIND:
            yield Act(one.owner, action)
            continue
        for type_ in listed:
            if action.fits is None or action.fits(type_):
                yield Act(one.owner, _for_kind(action, type_.kind))


def _for_kind(action: BulkAction, kind: str) -> BulkAction:
    undo = None if action.undo is None else partial(action.undo, kind)
    return replace(action, kind=kind, apply=partial(action.apply, kind), undo=undo)


def act_named(kind: str, key: str) -> Act:
    """Give an act by its key, to somebody who may do it.

    :raises MissingError: where there is none, or its plugin is not active.
    :raises ForbiddenError: where whoever acts may not do it with any record.
    """
    for one in current_host().derived(_acts_by_kind).get(kind, ()):
        if one.key == key:
            demand_permission(one.action.permission)
            return one
    message = _("There is no act %(key)s on records of the kind %(kind)s.", key=key, kind=kind)
    raise MissingError(message)


def judged(act: Act, given: Mapping[str, Any]) -> dict[str, Any]:
    """Give what an act was given, each value as its field says; what nobody filled in left out.

    What is to be emptied, which null says where the field may be, is told as its empty value.

    :raises InvalidError: by field, for what will not do.
    """
    fields = {field.name: field for field in act.fields}
    wrong: dict[str, Text] = {
        name: _("There is no such field.") for name in given if name not in fields
    }
    values: dict[str, Any] = {}
    for name, field in fields.items():
        if field.emptied and name in given and given[name] is None:
            values[name] = "" if field.kind == "text" else None
            continue
        try:
            value = _value(field, given.get(name))
        except ValueError as error:
            wrong[name] = error.args[0]
            continue
        if value is not None:
            values[name] = value
    if fields and not (values or wrong or act.action.bare):
        wrong[next(iter(fields))] = _("Fill in what is to be changed.")
    if wrong:
        raise InvalidError(_("Some fields are not right."), wrong)
    return values


def _value(field: BulkField, given: Any) -> Any:
    """Give one value, None where nothing was filled in."""
    if given is None or given in ("", []):
        if field.required:
            raise ValueError(_("Fill this in."))
        return None
    return _JUDGES[field.kind](field, given)


def _text(field: BulkField, given: Any) -> str:
    if not isinstance(given, str):
        raise ValueError(_("This is not a text."))  # noqa: TRY004  # wrong for a person
    return read_text(given, field.longest).strip()


def _words(field: BulkField, given: Any) -> list[str]:
    if not isinstance(given, list) or len(given) > MOST_WORDS:
        raise ValueError(_("Give at most %(most)s words.", most=MOST_WORDS))
    words = [_text(field, one) for one in given]
    if "" in words:
        raise ValueError(_("Fill this in."))
    return words


def _date(_field: BulkField, given: Any) -> str:
    try:
        return date.fromisoformat(str(given)).isoformat()
    except ValueError as error:
        raise ValueError(_("%(value)s is not a date as 2026-11-23.", value=given)) from error


def _choice(field: BulkField, given: Any) -> str:
    known = dict(field.choices()) if field.choices else {}
    if not isinstance(given, str) or given not in known:
        raise ValueError(_("%(value)s cannot be chosen here.", value=given))
    return str(given)


def _user(_field: BulkField, given: Any) -> int:
    known = isinstance(given, int) and not isinstance(given, bool) and 0 <= given < 2**63
    active = sa.select(sa.exists().where(User.id == given, User.active))
    if not known or not reading().scalar(active):
        raise ValueError(_("There is no active user %(id)s.", id=given))
    return int(given)


_JUDGES: Final[Mapping[str, Callable[[BulkField, Any], Any]]] = {
    "text": _text,
    "words": _words,
    "date": _date,
    "choice": _choice,
    "user": _user,
    "custom": judged_custom,
}
