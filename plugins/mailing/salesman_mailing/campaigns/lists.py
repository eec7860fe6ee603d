"""What the list of campaigns can be filtered and sorted by, on the page and in the JSON API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from salesman_core.toolkit import AnyRow, Column, FieldKind, ListField, ListSpec, RecordList, User
from salesman_mailing.campaigns import queries
from salesman_mailing.campaigns.models import KIND, Campaign
from salesman_mailing.campaigns.permissions import EXPORT
from salesman_mailing.campaigns.words import STATES as WORDS
from salesman_mailing.texts import texts

_ = texts.lazy


CAMPAIGNS: Final = ListSpec(
    kind=KIND,
    id=Campaign.id,
    source=queries.SOURCE,
    search=Campaign.search_name,
    default_sort="-created_at",
    fields=(
        ListField("name", _("Campaign"), Campaign.name, FieldKind.TEXT, norm=Campaign.search_name),
        ListField("state", _("State"), Campaign.state, FieldKind.CHOICE, choices=WORDS),
        ListField("group_id", _("Group"), Campaign.group_id, FieldKind.REF),
        ListField("scheduled_at", _("Scheduled for"), Campaign.scheduled_at, FieldKind.MOMENT),
        ListField("started_at", _("Begun"), Campaign.started_at, FieldKind.MOMENT),
        ListField(
            "owner_id",
            _("Made by"),
            Campaign.owner_id,
            FieldKind.USER,
            sort_column=User.search_name,
        ),
        ListField("created_at", _("Made on"), Campaign.created_at, FieldKind.MOMENT),
        ListField("updated_at", _("Changed"), Campaign.updated_at, FieldKind.MOMENT),
    ),
)

COLUMNS: Final = (
    Column("name", _("Campaign"), "name"),
    Column("state", _("State"), "state"),
    Column("group", _("Group")),
    Column("owner", _("Made by"), "owner_id"),
    Column("started_at", _("Begun"), "started_at"),
    Column("subject", _("Subject"), usual=False),
    Column("created_at", _("Made on"), "created_at", usual=False),
)


def _cells(rows: Sequence[AnyRow]) -> Iterable[Mapping[str, Any]]:
    for row in rows:
        told = {"owner": row.owner_name, "group": row.group_name, "state": str(WORDS[row.state])}
        yield {**row._mapping, **told}  # noqa: SLF001  # its API


LISTED: Final = RecordList(
    CAMPAIGNS, "mailing.campaigns", _("Campaigns"), queries.NAMED, COLUMNS, _cells, export=EXPORT
)
"""The list of campaigns, for the page, exports and bulk actions."""
