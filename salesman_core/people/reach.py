"""Nobody gives, takes or changes what reaches further than their own roles do."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.models import Role, RoleGrant
from salesman_core.access.person import current_person
from salesman_core.errors import ForbiddenError
from salesman_core.i18n import texts

_ = texts.lazy


def demand_reach(session: Session, roles: Collection[int], permission: str) -> None:
    """Let pass only somebody who holds all that some roles hold.

    Else whoever may manage users could make themselves an administrator, or take an
    administrator's account over by its email address.

    :raises ForbiddenError: naming *permission*, for which holding more would be needed.
    """
    person = current_person()
    if person.everything or not roles:
        return
    wide = sa.select(sa.exists().where(Role.id.in_(roles), Role.everything))
    grants = session.execute(
        sa.select(RoleGrant.permission, RoleGrant.scope).where(RoleGrant.role_id.in_(roles))
    ).all()
    further = [row.permission for row in grants if row.scope > person.scope(row.permission)]
    if session.scalar(wide) or further:
        message = _("These roles reach further than yours: ask an administrator.")
        raise ForbiddenError(message, permission)
