"""What an administrator may set."""

from __future__ import annotations

from marshmallow import Schema, fields, validate


class LeadsSettings(Schema):
    """The section ``[plugins.leads]`` of ``salesman.toml``, or ``SALESMAN_LEADS__<KEY>``."""

    untouched_hours = fields.Integer(
        load_default=24,
        validate=validate.Range(1, 24 * 30),
        metadata={"description": "Hours after which the owner of an open lead is reminded."},
    )
    most_pasted = fields.Integer(
        load_default=500,
        validate=validate.Range(1, 5000),
        metadata={"description": "Lines that may be pasted at once."},
    )
