"""What lists are sorted by where a field holds no number or date, but a text or a key.

A text stands as it is looked for, in the table of words; a choice in the order that the company
gave its values; a user by their name, as an owner does. No index serves these orders, as none
serves that by the owner: what they cost is the sorting of what the filter finds.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from salesman_core.access.models import User
from salesman_core.db import table_of
from salesman_core.records.cursor import never_null
from salesman_core.records.custom.definitions import DefinedField
from salesman_core.records.custom.kinds import Customised


def order_of_text(one: Customised, field: DefinedField) -> sa.ColumnElement[Any]:
    """Give the SQL of a text as both databases compare it, empty for none."""
    words: Any = one.words
    record = table_of(one.model)
    text = sa.select(sa.func.max(sa.type_coerce(words.text, sa.Text))).where(
        words.field_id == sa.literal_column(str(field.id), sa.BigInteger),
        words.record_id == record.c.id,
    )
    return never_null(text.correlate(record).scalar_subquery())


def order_of_choice(
    held: sa.ColumnElement[Any], field: DefinedField
) -> sa.ColumnElement[Any] | None:
    """Give the SQL of the place of a choice among its values, 0 for none.

    :param held: the SQL of what the record holds.
    """
    places = {option.key: place for place, option in enumerate(field.options, 1)}
    if not places:
        return None
    return sa.case(places, value=held, else_=sa.literal(0, sa.Integer))


def order_of_user(one: Customised, held: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """Give the SQL of the name of a user whom the record names, empty for none."""
    users = table_of(User).alias()
    name = sa.select(sa.type_coerce(users.c.search_name, sa.Text)).where(users.c.id == held)
    return never_null(name.correlate(table_of(one.model)).scalar_subquery())
