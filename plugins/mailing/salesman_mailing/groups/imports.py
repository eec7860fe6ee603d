"""Files of clients and contacts that say in which groups somebody is to be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.toolkit import InvalidError, SalesmanError, normalised, reading, visible
from salesman_hookspecs import ImportField, ImportPart
from salesman_mailing.groups.models import FROM_IMPORT, KIND, Group
from salesman_mailing.groups.service import add_records
from salesman_mailing.permissions import EDIT
from salesman_mailing.texts import texts

_ = texts.lazy

_FIELD: Final = "mailing.groups"
_BETWEEN: Final = ";"
FIELDS: Final = (
    ImportField(
        "groups",
        _("Mailing groups"),
        ("mailing group", "mailing groups", "группа рассылки", "группы рассылки"),
    ),
)

Judged = Mapping[Any, Any]


def _judge(rows: Mapping[Any, Mapping[str, Any]]) -> dict[Any, Any]:
    """Give the groups that rows name, or why they cannot be added to them."""
    wanted = {place: _names(row.get(_FIELD)) for place, row in rows.items()}
    known = _known({name for names in wanted.values() for name in names})
    return {place: _chosen(names, known) for place, names in wanted.items() if names}


def _names(written: object) -> list[str]:
    parts = (normalised(part) for part in str(written or "").split(_BETWEEN))
    return [part for part in parts if part]


def _known(names: Iterable[str]) -> dict[str, int]:
    query = sa.select(Group.search_name, Group.id).where(
        Group.search_name.in_(sorted(names)), visible(KIND, EDIT)
    )
    return {row.search_name: row.id for row in reading().execute(query.order_by(Group.id.desc()))}


def _chosen(names: Iterable[str], known: Mapping[str, int]) -> list[int] | InvalidError:
    missing = [name for name in names if name not in known]
    if missing:
        message = _("There is no group “%(name)s” that you may change.", name=missing[0])
        return InvalidError(message, {"groups": message})
    return [known[name] for name in names]


def _write(kind: str, judged: Mapping[int, list[int]]) -> dict[int, SalesmanError | None]:
    """Add records to their groups: one statement for each group, not for each record."""
    by_group: dict[int, list[int]] = {}
    for record_id, group_ids in judged.items():
        for group_id in group_ids:
            by_group.setdefault(group_id, []).append(record_id)
    changed = [
        record_id
        for group_id, ids in by_group.items()
        if add_records(group_id, kind, ids, FROM_IMPORT)
        for record_id in ids
    ]
    return dict.fromkeys(changed)


PARTS: Final = tuple(
    ImportPart(kind, FIELDS, _judge, partial(_write, kind)) for kind in ("client", "contact")
)
