"""Adding the rows of whatever list to a group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from salesman_core.toolkit import InvalidError, reading
from salesman_hookspecs import BulkAction, BulkField, RecordType, Text
from salesman_mailing.groups.models import FROM_LIST
from salesman_mailing.groups.searching import groups_to_change
from salesman_mailing.groups.service import add_records, take_out
from salesman_mailing.permissions import EDIT
from salesman_mailing.texts import texts

_ = texts.lazy


def _groups() -> Iterable[tuple[str, Text]]:
    """Give the groups that whoever acts may change."""
    return [(str(row.id), row.name) for row in groups_to_change(reading())]


def _add(kind: str, record_id: int, values: Mapping[str, Any], _version: int | None) -> Any:
    if "group" not in values:
        message = _("Choose a group.")
        raise InvalidError(message, {"group": message})
    group_id = int(values["group"])
    added = add_records(group_id, kind, [record_id], FROM_LIST)
    return {"group_id": group_id} if added else None


def _take_back(kind: str, record_id: int, done: Any) -> object:
    return take_out(done["group_id"], kind, record_id)


def _can_be_written_to(type_: RecordType) -> bool:
    return type_.emails is not None


TO_A_GROUP: Final = BulkAction(
    id="to-group",
    kind="*",
    title=_("To a group"),
    permission=EDIT,
    apply=_add,
    undo=_take_back,
    fields=(BulkField("group", _("Group"), "choice", required=True, choices=_groups),),
    icon="users-group",
    order=60,
    fits=_can_be_written_to,
)
