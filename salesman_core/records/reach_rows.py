"""Phones and emails of a record, as they are set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from salesman_core.records.changes import Changes, Planned, carry_out
from salesman_core.records.reach import Reached, email, phone
from salesman_core.services.company import company


def set_reach(record: Any, values: Mapping[str, Any]) -> Changes:
    """Set the phones and emails of a record, as far as *values* name them.

    :param record: mapped, with relationships ``phones`` and ``emails`` to rows of ``Reach``.
    :param values: ``phones`` and ``emails`` as lists of what was typed.
    :returns: what that changes.
    """
    return carry_out(plan_reach(record, values))


def plan_reach(record: Any, values: Mapping[str, Any]) -> Iterator[Planned]:
    """Give what :func:`set_reach` would do."""
    if "phones" in values:
        region = company().region
        found = [phone(one, region) for one in values["phones"] if one.strip()]
        yield from _plan_rows(record, "phones", found)
    if "emails" in values:
        found = [email(one) for one in values["emails"] if one.strip()]
        yield from _plan_rows(record, "emails", found)


def _plan_rows(record: Any, name: str, wanted: Sequence[Reached]) -> Iterator[Planned]:
    before = [one.typed for one in getattr(record, name)]
    after = [one.typed for one in wanted]
    if before != after:
        yield Planned(name, before, after, lambda: _set_rows(record, name, wanted))


def _set_rows(record: Any, name: str, wanted: Sequence[Reached]) -> None:
    """Set the rows; one that means the same as before stays, with what else is known of it."""
    new = sa.inspect(type(record)).relationships[name].mapper.class_
    held = {one.normalised or one.typed: one for one in getattr(record, name)}
    rows = []
    for position, one in enumerate(wanted):
        row = held.pop(one.normalised or one.typed, None) or new()
        row.typed, row.normalised, row.position = one.typed, one.normalised, position
        rows.append(row)
    setattr(record, name, rows)
