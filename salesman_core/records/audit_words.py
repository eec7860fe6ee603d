"""The audit in words: what was done, to which field, from what to what, as its reader may know."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy.orm import Session

from salesman_core.access.origin import COMMAND, IMPORT, PAGE, TOKEN
from salesman_core.access.person import current_person
from salesman_core.db import AnyRow
from salesman_core.i18n import texts
from salesman_core.records.audit_fields import (
    USERS,
    FieldWords,
    Names,
    action_words,
    ids_in,
    words_of,
)
from salesman_core.records.models import Audit
from salesman_core.web import formats

_ = texts.lazy

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")

AUDIT_VIEW: Final = "core.audit.view"
"""The permission to read the company's audit, and from which network addresses people work."""

ENTRY: Final = (
    Audit.id,
    Audit.at,
    Audit.actor_id,
    Audit.actor_name,
    Audit.kind,
    Audit.record_id,
    Audit.label,
    Audit.action,
    Audit.changes,
    Audit.names,
    Audit.address,
    Audit.way,
)
"""The columns of an entry of the audit."""


@dataclass(frozen=True, slots=True)
class Step:
    """One change of one field, in words.

    :param key: the field, as the audit names it.
    :param before: what stood there; an empty string for nothing.
    :param one_of_several: whether ``field`` says that ``after`` came or ``before`` went.
    """

    key: str
    field: str
    before: str
    after: str
    one_of_several: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the audit, in words.

    :param label: what the record was called then.
    :param action: what was done, in words; ``action_key`` is what the audit keeps.
    :param about: which of the record's parts it is about, as a contact's name; else empty.
    :param address: from which network address it was done; empty where there was none, and for
        whoever may not read the company's audit.
    :param way: by which way in, see :class:`~salesman_core.access.origin.Origin`.
    """

    id: int
    at: datetime
    actor_id: int | None
    actor: str
    kind: str
    record_id: int
    label: str
    action: str
    action_key: str
    about: str
    address: str
    way: str
    steps: tuple[Step, ...]

    @property
    def origin(self) -> str:
        """From where it was done, in words; empty where the system did it by itself."""
        return ", ".join(part for part in (_way_in_words(self.way), self.address) if part)


def _way_in_words(way: str) -> str:
    kind, _space, name = way.partition(" ")
    words = {
        PAGE: _("page"),
        COMMAND: _("command line"),
        TOKEN: _("token “%(name)s”", name=name),
        IMPORT: _("import %(number)s", number=name),
    }
    return str(words.get(kind, way))


def in_words(session: Session, rows: Sequence[AnyRow], of: str = "") -> list[Line]:
    """Give entries of the audit in words, as whoever acts may read them.

    What they may not see is left out: a field that takes a permission, and an entry that tells of
    nothing else.

    :param rows: with the columns of :data:`ENTRY`.
    :param of: the kind of record whose history it is; its own entries need not be named.
    """
    names = _looked_up(session, rows)
    with_address = current_person().may(AUDIT_VIEW)
    lines = []
    for row in rows:
        steps = tuple(_steps(row, names))
        if steps or row.action != "changed" or not _secretive(row):
            line = _line(row, steps, of)
            lines.append(line if with_address else replace(line, address=""))
    return lines


def _secretive(row: AnyRow) -> bool:
    """Tell whether an entry tells of something that its reader may not know."""
    return any(_hidden(words_of(row.kind, field)) for field in row.changes)


def _line(row: AnyRow, steps: tuple[Step, ...], of: str) -> Line:
    return Line(
        id=row.id,
        at=row.at,
        actor_id=row.actor_id,
        actor=row.actor_name,
        kind=row.kind,
        record_id=row.record_id,
        label=row.label,
        action=str(action_words(row.kind, row.action)),
        action_key=row.action,
        about="" if row.kind == of else row.label,
        address=row.address,
        way=row.way,
        steps=steps,
    )


def _hidden(words: FieldWords) -> bool:
    """Tell whether whoever acts may not see a field at all."""
    return words.mask is None and not words.shown


def _looked_up(session: Session, rows: Sequence[AnyRow]) -> Mapping[Names, Mapping[int, str]]:
    """Give the names of all ids in some entries: one statement per table, not per entry."""
    ids: dict[Names, set[int]] = {}
    for row in rows:
        for field, change in row.changes.items():
            words = words_of(row.kind, field)
            if words.names is not None:
                unknown = set(ids_in(change)).difference(_called_then(row, words))
                ids.setdefault(words.names, set()).update(unknown)
    return {names: names(session, found) if found else {} for names, found in ids.items()}


def _called_then(row: AnyRow, words: FieldWords) -> Mapping[int, str]:
    """Give what the users of a field were called when an entry was written, as far as it says."""
    if words.names is not USERS or not row.names:
        return {}
    return {int(id_): name for id_, name in row.names.items()}


def _steps(row: AnyRow, names: Mapping[Names, Mapping[int, str]]) -> Iterable[Step]:
    for field, (before, after) in row.changes.items():
        words = words_of(row.kind, field)
        if _hidden(words):
            continue
        known = names.get(words.names, {}) if words.names else {}
        known = {**known, **_called_then(row, words)}
        if words.added is not None:
            yield from _comings_and_goings(field, before or [], after or [], words, known)
            continue
        old, new = _shown(before, words, known), _shown(after, words, known)
        if old != new:
            yield Step(field, str(words.title), old, new)


def _comings_and_goings(  # what came and went, and how it is called
    key: str,
    before: Sequence[int],
    after: Sequence[int],
    words: FieldWords,
    names: Mapping[int, str],
) -> Iterable[Step]:
    for id_ in after:
        if id_ not in before:
            new = _shown(id_, words, names)
            yield Step(key, str(words.added), "", new, one_of_several=True)
    for id_ in before:
        if id_ not in after:
            old = _shown(id_, words, names)
            yield Step(key, str(words.removed), old, "", one_of_several=True)


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
    if words.figure and not isinstance(value, dict):
        return words.written(Decimal(value))
    if isinstance(value, list):
        between = ", " if words.item is None else "; "
        return between.join(_shown(item, words, names) for item in value)
    if isinstance(value, dict):
        return _pairs(value, words, names) if words.item is None else words.item(value)
    return _as_text(str(value), words)


def _pairs(value: Mapping[str, Any], words: FieldWords, names: Mapping[int, str]) -> str:
    told = {
        key if words.names is None else _shown(int(key), words, names): (
            words.written(Decimal(item)) if words.figure else item
        )
        for key, item in value.items()
    }
    return "; ".join(f"{key}: {item}" for key, item in told.items())


def _as_text(text: str, words: FieldWords) -> str:
    """Give a text as its reader may see it."""
    masked = words.mask is not None and not words.shown
    return words.mask(text) if words.mask and masked else _as_date(text)


def _as_date(text: str) -> str:
    """Give a day or a moment as people read it; anything else as it stands."""
    if not _DATE.match(text):
        return text
    try:
        if _DATE.fullmatch(text):
            return formats.day(date.fromisoformat(text))
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return formats.moment(at) if at.tzinfo else text
