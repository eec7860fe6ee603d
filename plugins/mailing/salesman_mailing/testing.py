"""How tests make groups: the kit's access walk finds it here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import sqlalchemy as sa

from salesman_core.toolkit import reading, writing
from salesman_mailing.consent.models import Purpose
from salesman_mailing.groups import service
from salesman_mailing.groups.models import Group


def make_groups(text: Callable[[str], str], ids: Mapping[str, int]) -> Sequence[int]:
    """Make a group that names a client, follows a filter and keeps a contact out.

    :param text: gives what stands in a field.
    :param ids: whose it is (``owner_id``), and whom it concerns.
    """
    free = sa.select(Purpose.id).where(Purpose.needs_consent.is_(False)).limit(1)
    told = {"name": text("name"), "description": text("description")}
    group_id = service.create_group({**told, "purpose_id": reading().scalar(free)})
    with writing() as session:
        session.get_one(Group, group_id).owner_id = ids["owner_id"]
    if "client_id" in ids:
        service.add_records(group_id, "client", [ids["client_id"]])
        service.follow(group_id, "client", "tag=walk")
    if "contact_id" in ids:
        service.keep_out(group_id, "contact", ids["contact_id"], text("reason"))
    return [group_id]


FACTORIES: Final = {"mailing.group": make_groups}
