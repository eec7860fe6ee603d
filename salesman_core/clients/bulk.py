"""What may be done with many clients at once: each through the service of a single change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from salesman_core.clients.lists import KINDS
from salesman_core.clients.schemas import LONGEST_SOURCE, LONGEST_TAG
from salesman_core.clients.service import change_client, delete_client, restore_client
from salesman_core.clients.sharing import change_tags
from salesman_core.i18n import texts
from salesman_core.records.bulk.changes import applied, binned, unbinned, undone
from salesman_hookspecs import BulkAction, BulkField

_ = texts.lazy

KIND: Final = "client"


def _change_tags(client_id: int, values: Mapping[str, Any], version: int | None) -> Any:
    add, remove = values.get("add", ()), values.get("remove", ())
    changed = change_tags(client_id, add=add, remove=remove, version=version)
    return None if changed is None else {"add": changed.removed, "remove": changed.added}


def _undo_tags(client_id: int, kept: Any) -> object:
    return _change_tags(client_id, kept, None)


ACTIONS: Final = (
    BulkAction(
        id="assign",
        kind=KIND,
        title=_("Give to"),
        permission="core.client.assign",
        apply=applied(KIND, change_client),
        undo=undone(KIND, change_client),
        fields=(BulkField("owner_id", _("New owner"), "user", required=True),),
        icon="user-share",
        order=10,
    ),
    BulkAction(
        id="tag",
        kind=KIND,
        title=_("Tags"),
        permission="core.client.edit",
        apply=_change_tags,
        undo=_undo_tags,
        fields=(
            BulkField("add", _("Add tags"), "words", longest=LONGEST_TAG),
            BulkField("remove", _("Remove tags"), "words", longest=LONGEST_TAG),
        ),
        icon="tags",
        order=20,
    ),
    BulkAction(
        id="edit",
        kind=KIND,
        title=_("Change"),
        permission="core.client.edit",
        apply=applied(KIND, change_client),
        undo=undone(KIND, change_client),
        fields=(
            BulkField("kind", _("Kind"), "choice", choices=KINDS.items),
            BulkField("source", _("Source"), emptied=True, longest=LONGEST_SOURCE),
        ),
        custom=True,
        icon="edit",
        order=30,
    ),
    BulkAction(
        id="delete",
        kind=KIND,
        title=_("Into the bin"),
        permission="core.client.bulk_delete",
        apply=binned(KIND, delete_client),
        undo=unbinned(KIND, restore_client),
        icon="trash",
        order=90,
    ),
)
