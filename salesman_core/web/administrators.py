"""Who can grant what somebody lacks."""

from __future__ import annotations

import sqlalchemy as sa

from salesman_core.access.models import Role, User, UserRole
from salesman_core.db import reading

_NAMED = 3


def administrators() -> list[str]:
    """Give the names of up to three active people who hold every permission."""
    held = (
        sa.select(UserRole.user_id).join(Role, Role.id == UserRole.role_id).where(Role.everything)
    )
    people = sa.select(User.name).where(User.id.in_(held), User.active)
    return list(reading().scalars(people.order_by(User.name).limit(_NAMED)))
