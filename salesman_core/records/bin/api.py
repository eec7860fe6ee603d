"""The bin in the JSON API."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from flask import Response

from salesman_core.access.routes import requires, signed_in
from salesman_core.i18n import CORE
from salesman_core.records.bin.queries import BIN, in_bin
from salesman_core.records.bin.service import PURGE, purge, take_out
from salesman_core.records.list_arguments import list_arguments
from salesman_core.records.lists import ListQuery
from salesman_core.rest import (
    ApiBlueprint,
    Moment,
    Reference,
    Schema,
    Text,
    batch,
    page_answer,
    page_response,
)

bin_api = ApiBlueprint(CORE, __name__, collection="bin", title="Bin")

_SHOWN: Final = {"by_id": "deleted_by_id", "by": "deleted_by"}


class BinnedSchema(Schema):
    """A record that lies in the bin, with who put it there."""

    kind = Text(60)
    record_id = Reference()
    title = Text(200)
    label = Text(300)
    deleted_at = Moment()
    deleted_by_id = Reference(allow_none=True)
    deleted_by = Text(200)


class RestoredSchema(Schema):
    """A record that is to come out of the bin, or to be deleted for good."""

    kind = Text(60, blank=False, required=True)
    record_id = Reference(required=True)


@bin_api.get("")
@signed_in
@list_arguments(BIN)
@page_response(BinnedSchema)
def list_bin(query: ListQuery) -> Response:
    """List what lies in the bin that whoever asks might take out, the latest first."""
    found, next_cursor = in_bin(query)
    items = [
        {_SHOWN.get(name, name): value for name, value in asdict(one).items()} for one in found
    ]
    return page_answer(items, next_cursor)


@bin_api.post("/restore")
@signed_in
@batch(RestoredSchema, status=200)
def restore_records(values: dict[str, Any]) -> dict[str, Any]:
    """Take records out of the bin, with a result per item."""
    label = take_out(values["kind"], values["record_id"])
    return {**values, "label": label}


@bin_api.post("/purge")
@requires(PURGE)
@batch(RestoredSchema, status=200)
def purge_records(values: dict[str, Any]) -> dict[str, Any]:
    """Delete records of the bin for good, with a result per item; what others refer to stays."""
    label = purge(values["kind"], values["record_id"])
    return {**values, "label": label}
