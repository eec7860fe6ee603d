"""What an administrator may set."""

from __future__ import annotations

from marshmallow import Schema, fields, validate


class InquiriesSettings(Schema):
    """The section ``[plugins.inquiries]`` of ``salesman.toml``; ``SALESMAN_INQUIRIES__<KEY>``."""

    process_within = fields.Integer(
        load_default=480,
        validate=validate.Range(1, 60 * 24 * 30),
        metadata={
            "description": "Working minutes for what is left of an inquiry, where nobody says when."
        },
    )
