"""Whom a person may choose: the active users, by name."""

from __future__ import annotations

import sqlalchemy as sa

from salesman_core.access.models import User
from salesman_core.access.person import current_person
from salesman_core.db import reading


def colleagues(permission: str = "") -> list[tuple[int, str]]:
    """Give the active users as pairs of id and name.

    :param permission: who lacks it gets themselves alone: they can give a record to nobody else.
    """
    people = sa.select(User.id, User.name).where(User.active).order_by(User.search_name, User.id)
    person = current_person()
    if permission and not person.may(permission):
        people = people.where(User.id == person.id)
    return [(row.id, row.name) for row in reading().execute(people)]
