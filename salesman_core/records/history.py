"""Who changed which field of a record from what to what: the audit, in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.models import User
from salesman_core.access.records import demand, record_type
from salesman_core.db import AnyRow, reading
from salesman_core.i18n import texts
from salesman_core.plugins.host import current_host
from salesman_core.records.models import Audit
from salesman_core.web import formats
from salesman_hookspecs import RecordType, Text
from salesman_hookspecs.data import salesman_record_types

_ = texts.lazy

PAGE: Final = 50

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")

ACTIONS: Final[dict[str, Text]] = {
    "created": _("created"),
    "changed": _("changed"),
    "deleted": _("put into the bin"),
    "restored": _("taken out of the bin"),
    "import_undone": _("removed with its import"),
    "rung": _("moved on the ladder"),
    "moved": _("moved to another stage"),
    "closed": _("closed"),
    "reopened": _("opened again"),
    "frozen": _("frozen until a day"),
    "thawed": _("thawed"),
    "note_written": _("note written"),
    "note_changed": _("note changed"),
    "note_deleted": _("note put into the bin"),
    "note_restored": _("note taken out of the bin"),
    "file_attached": _("file attached"),
    "file_detached": _("file put into the bin"),
}
"""What was done, by the action that the audit keeps; what is not here is shown as it stands."""

Names = Callable[[Session, Collection[int]], Mapping[int, str]]
"""Gives what people read for ids that a field holds."""


def names_from(model: type[Any]) -> Names:
    """Give what looks names up in a table that has ``id`` and ``name``."""

    def names(session: Session, ids: Collection[int]) -> Mapping[int, str]:
        rows = session.execute(sa.select(model.id, model.name).where(model.id.in_(ids)))
        return {row.id: row.name for row in rows}

    return names


def user_names(session: Session, ids: Collection[int]) -> Mapping[int, str]:
    """Give the names of users, for fields as ``owner_id``."""
    return names_from(User)(session, ids)


USERS: Final = user_names


@dataclass(frozen=True, slots=True)
class FieldWords:
    """How changes of a field are read.

    :param title: what people call it.
    :param names: where it holds the id of something: gives the names. Asked once per page.
    :param choices: where it holds one of a few values: what people read for each.
    :param figure: whether it holds an amount or another number.
    :param added: where it holds the ids of several things: what people call it that one of them
        came; ``removed`` likewise.
    """

    title: Text
    names: Names | None = None
    choices: Mapping[str, Text] | None = None
    figure: bool = False
    added: Text | None = None
    removed: Text | None = None


PARTICIPANTS: Final = FieldWords(
    _("Participants"),
    names=user_names,
    added=_("Participant added"),
    removed=_("Participant removed"),
)
_OF_ANY_KIND: Final = {"note": FieldWords(_("Note")), "file": FieldWords(_("File"))}
_fields: dict[str, Mapping[str, FieldWords]] = {}
_told_otherwise: dict[str, Collection[str]] = {}


def describe_fields(
    kind: str, words: Mapping[str, FieldWords], *, told_otherwise: Collection[str] = ()
) -> None:
    """Say how changes of the fields of a kind of record are read.

    :param told_otherwise: the actions of its audit that its story leaves out, because another
        source tells of the same; the page of all changes has them.
    """
    _fields[kind], _told_otherwise[kind] = words, told_otherwise


@dataclass(frozen=True, slots=True)
class Step:
    """One change of one field, in words.

    :param before: what stood there; an empty string for nothing.
    :param one_of_several: whether ``field`` says that ``after`` came or ``before`` went.
    """

    field: str
    before: str
    after: str
    one_of_several: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the audit, in words.

    :param action: what was done, in words; ``action_key`` is what the audit keeps.
    :param about: which of the record's parts it is about, as a contact's name; else empty.
    """

    id: int
    at: datetime
    actor: str
    action: str
    action_key: str
    about: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class History:
    """A page of a record's history.

    :param next: the id behind which the next page begins, or None.
    """

    lines: tuple[Line, ...]
    next: int | None


def history(kind: str, record_id: int, *, before: int | None = None) -> History:
    """Give a page of the history of a record that the person sees, the newest first.

    What is reached through it alone, as the contacts of a client, belongs to it.

    :param before: the id of the last entry of the page before.
    """
    demand(kind, record_id, record_type(kind).view_permission)
    session = reading()
    query = _entries(kind, record_id).order_by(Audit.id.desc()).limit(PAGE + 1)
    if before is not None:
        query = query.where(Audit.id < before)
    rows = session.execute(query).all()
    shown = rows[:PAGE]
    lines = _in_words(session, kind, shown)
    return History(tuple(lines), shown[-1].id if len(rows) > PAGE else None)


def changes_of(
    session: Session, kind: str, record_id: int, until: datetime | None, limit: int
) -> list[Line]:
    """Give the changes of a record and its parts that the story tells, the newest first."""
    told = {"created", "changed", "deleted", "restored"}.difference(_told_otherwise.get(kind, ()))
    query = _entries(kind, record_id).where(Audit.action.in_(told))
    if until is not None:
        query = query.where(Audit.at <= until)
    rows = session.execute(query.order_by(Audit.at.desc(), Audit.id.desc()).limit(limit)).all()
    return _in_words(session, kind, rows)


def _entries(kind: str, record_id: int) -> sa.Select[*tuple[Any, ...]]:
    own = sa.and_(Audit.kind == kind, Audit.record_id == record_id)
    parts = [_parts(type_, record_id) for type_ in _reached_through(kind)]
    return sa.select(
        Audit.id,
        Audit.at,
        Audit.actor_name,
        Audit.kind,
        Audit.label,
        Audit.action,
        Audit.changes,
    ).where(sa.or_(own, *parts))


def _reached_through(kind: str) -> Iterable[RecordType]:
    for one in current_host().contributions(salesman_record_types):
        if one.value.through is not None and one.value.through[0] == kind:
            yield one.value


def _parts(type_: RecordType, record_id: int) -> sa.ColumnElement[bool]:
    attribute = type_.through[1] if type_.through else ""
    ids = sa.select(type_.model.id).where(getattr(type_.model, attribute) == record_id)
    return sa.and_(Audit.kind == type_.kind, Audit.record_id.in_(ids))


def _in_words(session: Session, kind: str, rows: Sequence[AnyRow]) -> list[Line]:
    names = _looked_up(session, rows)
    return [
        Line(
            id=row.id,
            at=row.at,
            actor=row.actor_name,
            action=str(ACTIONS.get(row.action, row.action)),
            action_key=row.action,
            about="" if row.kind == kind else row.label,
            steps=tuple(_steps(row, names)),
        )
        for row in rows
    ]


def _looked_up(session: Session, rows: Sequence[AnyRow]) -> Mapping[Names, Mapping[int, str]]:
    """Give the names of all ids in some entries: one statement per table, not per entry."""
    ids: dict[Names, set[int]] = {}
    for row in rows:
        for field, change in row.changes.items():
            words = _words(row.kind, field)
            if words.names is not None:
                ids.setdefault(words.names, set()).update(_ids(change))
    return {names: names(session, found) if found else {} for names, found in ids.items()}


def _ids(value: Any) -> Iterable[int]:
    if isinstance(value, int):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _ids(item)


def _words(kind: str, field: str) -> FieldWords:
    return _fields.get(kind, {}).get(field) or _OF_ANY_KIND.get(field) or FieldWords(field)


def _steps(row: AnyRow, names: Mapping[Names, Mapping[int, str]]) -> Iterable[Step]:
    for field, (before, after) in row.changes.items():
        words = _words(row.kind, field)
        known = names.get(words.names, {}) if words.names else {}
        if words.added is not None:
            yield from _comings_and_goings(before or [], after or [], words, known)
            continue
        old, new = _shown(before, words, known), _shown(after, words, known)
        if old != new:
            yield Step(str(words.title), old, new)


def _comings_and_goings(
    before: Sequence[int], after: Sequence[int], words: FieldWords, names: Mapping[int, str]
) -> Iterable[Step]:
    for id_ in after:
        if id_ not in before:
            yield Step(str(words.added), "", _shown(id_, words, names), one_of_several=True)
    for id_ in before:
        if id_ not in after:
            yield Step(str(words.removed), _shown(id_, words, names), "", one_of_several=True)


def _shown(value: Any, words: FieldWords, names: Mapping[int, str]) -> str:
    """Give what people read for a value of the audit."""
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if words.names is not None and isinstance(value, int):
        return names.get(value, f"№ {value}")
    if words.choices is not None and str(value) in words.choices:
        return str(words.choices[str(value)])
    if words.figure:
        return formats.number(Decimal(value))
    if isinstance(value, list):
        return ", ".join(_shown(item, words, names) for item in value)
    if isinstance(value, dict):
        return "; ".join(f"{key}: {item}" for key, item in value.items())
    return _as_date(str(value))


def _as_date(text: str) -> str:
    """Give a date as people read it; anything else as it stands."""
    if not _DATE.fullmatch(text):
        return text
    try:
        return formats.day(date.fromisoformat(text))
    except ValueError:
        return text
