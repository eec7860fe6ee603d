"""What a promise is in the JSON API."""

from __future__ import annotations

from salesman_core.toolkit import Moment, RecordSchema, Reference, Text


class PromiseSchema(RecordSchema):
    """Something that was promised to a client."""

    text = Text(300, blank=False, required=True)
    client_id = Reference(required=True)
    deal_id = Reference(allow_none=True)
    owner_id = Reference(allow_none=True, dump_only=True)
    kept_at = Moment(allow_none=True, dump_only=True)
