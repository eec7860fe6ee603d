"""What is nobody's own: records that the whole company has in common, and forms about nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.access.models import Role, User, UserRole
from salesman_core.clients.models import Rung
from salesman_core.clock import now
from salesman_core.db import reading, writing
from salesman_core.deals.models import CloseReason, Pipeline, Stage
from salesman_core.records.models import CustomField
from salesman_core.testing.people import PASSWORD, Make

_USUAL: Final[Mapping[str, type[Any]]] = {
    "pipeline_id": Pipeline,
    "stage_id": Stage,
    "rung_id": Rung,
    "role_id": Role,
}


def usual_ids() -> dict[str, int]:
    """Give what fields refer to that is nobody's own, by the names of such fields."""
    found = {name: reading().scalar(sa.select(sa.func.min(one.id))) for name, one in _USUAL.items()}
    reason = sa.select(sa.func.min(CloseReason.id)).where(CloseReason.system.is_(None))
    found["reason_id"] = reading().scalar(reason)
    # Whoever may see records of every kind: nobody else can take over all that somebody has.
    holders = sa.select(sa.func.min(UserRole.user_id)).join(Role, Role.id == UserRole.role_id)
    found["successor_id"] = reading().scalar(holders.where(Role.everything))
    return {name: id_ for name, id_ in found.items() if id_ is not None}


def spare_ids(make: Make, user_id: int) -> dict[str, int]:
    """Make what may be changed and deleted without a loss, and give it by kind.

    :param user_id: somebody of whom the same is true.
    """
    with writing() as session:
        pipeline = Pipeline(name="Spare", position=9)
        pipeline.stages = [Stage(name="Spare", percent=5), Stage(name="Last", percent=95)]
        role, reason = Role(name="Spare"), CloseReason(name="Spare", position=9)
        rung = Rung(name="Spare", position=9, colour="red", interests=0, sales=0)
        field = CustomField(kind="deal", key="spare", label="Spare", type="text", retired_at=now())
        session.add_all([pipeline, role, reason, rung, field])
        session.flush()
        made = {
            "pipeline": pipeline.id,
            "stage": pipeline.stages[0].id,
            "role": role.id,
            "reason": reason.id,
            "rung": rung.id,
            "field": field.id,
        }
    return {**made, "team": make.team("Spare"), "user": user_id}


def known_fields(administrator_id: int) -> dict[str, dict[str, Any]]:
    """Give the fields of forms of the core that no page can tell, by endpoint."""
    email = reading().scalar(sa.select(User.email).where(User.id == administrator_id))
    return {
        "sign.enter": {"login": email, "password": PASSWORD},
        "profile.change_password": {"old_password": PASSWORD, "password": f"{PASSWORD}, anew"},
        "custom_fields.add": {"label": "Further", "type": "text"},
        "custom_fields.change": {"label": "Renamed"},
        "people_mail.change": {"mail_host": "mail.example.com", "mail_port": "587"},
    }
