"""The company's audit: who did what to which record, as far as its reader may know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.access.person import current_person
from salesman_core.access.records import Bin, record_types, visible
from salesman_core.db import reading
from salesman_core.i18n import texts
from salesman_core.records.audit_fields import all_actions, described_kinds
from salesman_core.records.audit_words import AUDIT_VIEW, ENTRY, Line, in_words
from salesman_core.records.lists import FieldKind, ListField, ListQuery, ListSpec, select_page
from salesman_core.records.models import Audit
from salesman_core.records.seen import SeenRecord, seen_records
from salesman_hookspecs import Person, RecordType, Scope, Text

_ = texts.lazy

VIEW: Final = AUDIT_VIEW
OF_NONE: Final = 0
"""The number that stands where an act was about no single record, as an export."""


def kind_titles() -> dict[str, Text]:
    """Give what people call each kind that the audit tells of."""
    records = {type_.kind: type_.title for type_ in record_types()}
    return records | dict(described_kinds())


def _kind_shown(kind: str) -> str:
    return str(kind_titles().get(kind, kind))


def _action_shown(action: str) -> str:
    return str(all_actions().get(action, action))


AUDIT: Final = ListSpec(
    kind="audit",
    id=Audit.id,
    fields=(
        ListField("at", _("When"), Audit.at, FieldKind.MOMENT, sortable=False),
        ListField("actor_id", _("Who"), Audit.actor_id, FieldKind.USER, sortable=False),
        ListField("kind", _("Kind"), Audit.kind, FieldKind.TEXT, sortable=False, show=_kind_shown),
        ListField("record_id", _("Number"), Audit.record_id, FieldKind.REF, sortable=False),
        ListField(
            "action", _("Action"), Audit.action, FieldKind.TEXT, sortable=False, show=_action_shown
        ),
    ),
    default_sort="-id",
)
"""How the audit is filtered, on the page and in the JSON API; the newest comes first."""


def seen_entries(person: Person | None = None) -> sa.ColumnElement[bool]:
    """Give the SQL condition of the entries that a person may know of.

    Those about records stand under the same access as the records, the bin left aside. What
    nobody can judge, as records of a plugin that is not active, administrators alone see.
    """
    person = person or current_person()
    if person.everything:
        return sa.true()
    reached = (_reached(type_, person) for type_ in record_types())
    return sa.or_(Audit.kind.in_(described_kinds()), *reached)


def _reached(type_: RecordType, person: Person) -> sa.ColumnElement[bool]:
    """Give the entries about the records of a kind that a person reaches."""
    if person.scope(type_.view_permission) is Scope.NONE:
        return sa.false()
    seen = visible(type_.kind, person=person, bin=Bin.INCLUDED)
    ids = sa.select(type_.model.id).where(seen)
    return sa.and_(
        Audit.kind == type_.kind, sa.or_(Audit.record_id == OF_NONE, Audit.record_id.in_(ids))
    )


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the company's audit.

    :param kind: what people call the kind of record.
    :param seen: the record, or None where there is none that the reader may open.
    """

    line: Line
    kind: str
    seen: SeenRecord | None


def entries(query: ListQuery) -> tuple[list[Entry], str | None]:
    """Give a page of the audit, and where the next one begins."""
    session = reading()
    page = select_page(session, ENTRY, AUDIT, query, seen_entries())
    lines = in_words(session, page.rows)
    seen = seen_records(session, [(row.kind, row.record_id) for row in page.rows if row.record_id])
    titles = kind_titles()
    found = [
        Entry(
            line,
            str(titles.get(line.kind, line.kind)),
            seen.get((line.kind, line.record_id)),
        )
        for line in lines
    ]
    return found, page.next_cursor


def as_json(entry: Entry) -> dict[str, Any]:
    """Give an entry as the JSON API shows it."""
    line = entry.line
    return {
        "id": line.id,
        "at": line.at,
        "actor_id": line.actor_id,
        "actor": line.actor,
        "kind": line.kind,
        "record_id": line.record_id or None,
        "label": line.label,
        "action": line.action_key,
        "address": line.address,
        "way": line.way,
        "changes": [
            {"field": step.key, "title": step.field, "before": step.before, "after": step.after}
            for step in line.steps
        ],
    }
