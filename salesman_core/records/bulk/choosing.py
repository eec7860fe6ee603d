"""Which records an act is meant for: rows that were marked, or all that a filter finds."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import parse_qs, urlencode

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.records import record_type, visible
from salesman_core.db import table_of
from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.records.list_query import ListQuery, parse_list_query
from salesman_core.records.lists import ListSpec, count, narrowed_to
from salesman_core.records.models import BulkRow
from salesman_core.records.record_list import record_list
from salesman_core.records.saving import write_rows

_ = texts.lazy

MOST_MARKED: Final = 1000
MOST_ROWS: Final = 100_000
"""So many rows may one act take: each of them is a change, and each of these may be undone."""

_MARK: Final = re.compile(r"(\d{1,18})(?::(\d{1,9}))?", re.ASCII)
_LABEL: Final = 300


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was chosen.

    :param marked: the records by id, each with the version in which it was seen, or None.
    :param query: the filter, where all that it finds is meant.
    """

    marked: Mapping[int, int | None] = field(default_factory=dict)
    query: ListQuery | None = None

    @property
    def asked(self) -> str | None:
        """The filter as addresses hold it; None where rows were marked."""
        return None if self.query is None else urlencode(self.query.args())


def chosen_in_form(spec: ListSpec, marks: Sequence[str], *, whole: bool, address: str) -> Chosen:
    """Read a choice from what the form around a list sends.

    :param marks: ids of marked rows, each with its version as ``17:3``.
    :param whole: whether all that the filter finds is meant.
    :param address: the parameters of the list's address.
    :raises InvalidError: where nothing is marked, or too much.
    """
    if whole:
        return Chosen(query=asked_again(spec, address))
    found = [_MARK.fullmatch(mark) for mark in marks]
    if not marks or None in found:
        raise InvalidError(_("Mark the rows that it is meant for."))
    return _marked({int(one[1]): int(one[2]) if one[2] else None for one in found if one})


def asked_again(spec: ListSpec, address: str) -> ListQuery:
    """Give the query that the parameters of an address ask for, whichever page they lead to."""
    args: dict[str, Any] = parse_qs(address, keep_blank_values=True)
    query = parse_list_query(args, spec, others=("limit", "cursor"))
    return replace(query, cursor=None)


def chosen_by_ids(ids: Sequence[int]) -> Chosen:
    """Give a choice of records in whatever version they are."""
    return _marked(dict.fromkeys(ids))


def _marked(marked: Mapping[int, int | None]) -> Chosen:
    if len(marked) > MOST_MARKED:
        raise InvalidError(_("Mark at most %(most)s rows.", most=MOST_MARKED))
    return Chosen(marked)


def number_of(session: Session, kind: str, chosen: Chosen) -> int:
    """Give how many records were chosen."""
    if chosen.query is None:
        return len(chosen.marked)
    return count(session, record_list(kind).spec, chosen.query, visible(kind))


def keep_rows(session: Session, run_id: int, kind: str, chosen: Chosen) -> int:
    """Keep what was chosen as the rows of a run; give how many these are.

    :raises InvalidError: where it is nothing, or more than one act may take.
    """
    number = number_of(session, kind, chosen)
    if number == 0:
        raise InvalidError(_("The filter finds nothing (any more)."))
    if number > MOST_ROWS:
        message = _(
            "The filter finds %(number)s records; at most %(most)s can be taken at once.",
            number=number,
            most=MOST_ROWS,
        )
        raise InvalidError(message)
    if chosen.query is None:
        _keep_marked(session, run_id, kind, chosen.marked)
        return number
    return _keep_found(session, run_id, kind, chosen.query)


def _keep_found(session: Session, run_id: int, kind: str, query: ListQuery) -> int:
    """Keep all that a filter finds, in one statement that reads them where they stand."""
    names = ["run_id", "record_id", "version", "label"]
    columns = (sa.literal(run_id), *_of_records(kind))
    found = narrowed_to(columns, record_list(kind).spec, query, visible(kind))
    statement = sa.insert(BulkRow).from_select(names, found)
    session.execute(statement)
    kept = sa.select(sa.func.count()).where(BulkRow.run_id == run_id)
    return int(session.scalar(kept) or 0)


def _keep_marked(
    session: Session, run_id: int, kind: str, marked: Mapping[int, int | None]
) -> None:
    """Keep marked records, those included that whoever acts does not see: they get refused."""
    id_, version, label = _of_records(kind)
    seen = sa.select(id_, version, label).where(id_.in_(marked), visible(kind))
    names = {row[0]: (row[1], row[2]) for row in session.execute(seen)}
    rows = []
    for record_id, seen_version in marked.items():
        current, name = names.get(record_id, (None, ""))
        rows.append(
            {
                "run_id": run_id,
                "record_id": record_id,
                "version": current if seen_version is None else seen_version,
                "label": name,
            }
        )
    write_rows(session, BulkRow, rows)


def _of_records(kind: str) -> tuple[Any, Any, Any]:
    """Give what a row keeps of a record: id, version and name."""
    type_ = record_type(kind)
    columns = table_of(type_.model).c
    version = columns.version if "version" in columns else sa.null()
    label = sa.func.substr(sa.type_coerce(getattr(type_.model, type_.label), sa.Text), 1, _LABEL)
    return columns.id, version, label
