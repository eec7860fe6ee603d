"""How many records hold something in a custom field."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.db import table_of
from salesman_core.records.cursor import substitute
from salesman_core.records.custom.definitions import WORDED, DefinedField
from salesman_core.records.custom.kinds import customised_kind
from salesman_core.records.custom.list_fields import held_value


def records_holding(session: Session, field: DefinedField, option: str | None = None) -> int:
    """Count the records with a value in a field, those in the bin included.

    :param option: of a choice: only those that hold this one.
    """
    one = customised_kind(field.kind)
    if field.type in WORDED:
        words: Any = one.words
        found = sa.select(sa.func.count(words.record_id.distinct()))
        found = found.where(words.field_id == field.id)
        return session.scalar(found if option is None else found.where(words.text == option)) or 0
    held = held_value(one, field)
    condition = held != substitute(held.type) if option is None else held == option
    counted = sa.select(sa.func.count()).select_from(table_of(one.model)).where(condition)
    return session.scalar(counted) or 0
