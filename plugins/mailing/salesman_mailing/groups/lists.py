"""What the list of groups can be filtered and sorted by, on the page and in the JSON API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.toolkit import (
    AnyRow,
    Column,
    FieldKind,
    ListField,
    ListFilter,
    ListSpec,
    RecordList,
    User,
    colleagues,
    reading,
)
from salesman_mailing.consent.models import Purpose
from salesman_mailing.consent.purposes import offered_purposes
from salesman_mailing.groups import queries
from salesman_mailing.groups.models import KIND, Group, GroupFilter
from salesman_mailing.permissions import EXPORT
from salesman_mailing.texts import texts

_ = texts.lazy


def _name_of_purpose(id_: Any) -> str:
    return str(reading().scalar(sa.select(Purpose.name).where(Purpose.id == id_)) or id_)


def _follows(_operator: str, value: Any) -> sa.ColumnElement[bool]:
    following = Group.id.in_(sa.select(GroupFilter.group_id))
    return following if value else sa.not_(following)


GROUPS: Final = ListSpec(
    kind=KIND,
    id=Group.id,
    source=queries.SOURCE,
    search=Group.search_name,
    default_sort="name",
    fields=(
        ListField("name", _("Group"), Group.name, FieldKind.TEXT, norm=Group.search_name),
        ListField(
            "purpose_id",
            _("Purpose"),
            Group.purpose_id,
            FieldKind.REF,
            sort_column=Purpose.position,
            show=_name_of_purpose,
        ),
        ListField(
            "owner_id", _("Made by"), Group.owner_id, FieldKind.USER, sort_column=User.search_name
        ),
        ListField("created_at", _("Made on"), Group.created_at, FieldKind.MOMENT),
        ListField("updated_at", _("Changed"), Group.updated_at, FieldKind.MOMENT),
    ),
    filters=(
        ListFilter("follows", _("Follows filters"), FieldKind.FLAG, _follows, operators=("eq",)),
    ),
)

COLUMNS: Final = (
    Column("name", _("Group"), "name"),
    Column("writable", _("Can be reached"), numeric=True, in_files=("purpose",)),
    Column("purpose", _("Purpose"), "purpose_id"),
    Column("owner", _("Made by"), "owner_id"),
    Column("updated_at", _("Changed"), "updated_at"),
    Column("description", _("Description"), usual=False),
    Column("created_at", _("Made on"), "created_at", usual=False),
)


def _cells(rows: Sequence[AnyRow]) -> Iterable[Mapping[str, Any]]:
    for row in rows:
        yield {**row._mapping, "owner": row.owner_name}  # noqa: SLF001  # its API


ASKS: Final = ("purpose_id", "owner_id", "follows", "created_at")


def _options() -> Mapping[str, Any]:
    return {"owner_id": colleagues(), "purpose_id": offered_purposes(reading())}


LISTED: Final = RecordList(
    GROUPS,
    "mailing.index",
    _("Groups"),
    queries.NAMED,
    COLUMNS,
    _cells,
    export=EXPORT,
    asks=ASKS,
    options=_options,
)
