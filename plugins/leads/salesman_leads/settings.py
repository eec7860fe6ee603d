"""What an administrator may set."""

from __future__ import annotations

from marshmallow import Schema, fields, validate


class LeadsSettings(Schema):
    """The section ``[plugins.leads]`` of ``salesman.toml``, or ``SALESMAN_LEADS__<KEY>``."""

    untouched_hours = fields.Integer(
        load_default=8,
        validate=validate.Range(1, 24 * 30),
        metadata={
            "description": "Working hours after which the owner of an open lead is reminded."
        },
    )
    rounds = fields.Integer(
        load_default=3,
        validate=validate.Range(1, 20),
        metadata={
            "description": "How often a lead that nobody touched is dealt again, before it stays"
            " with the coordinator of its rule."
        },
    )
    most_pasted = fields.Integer(
        load_default=500,
        validate=validate.Range(1, 2000),
        metadata={"description": "Lines that may be pasted at once."},
    )
    call_again_minutes = fields.Integer(
        load_default=60,
        validate=validate.Range(1, 60 * 24 * 7),
        metadata={
            "description": "Minutes after which a lead that did not answer comes again; twice as "
            "many each further time."
        },
    )
    calls_before_closing = fields.Integer(
        load_default=5,
        validate=validate.Range(1, 100),
        metadata={"description": "Calls after which the queue offers to close a lead."},
    )
    in_hand_minutes = fields.Integer(
        load_default=30,
        validate=validate.Range(1, 60 * 8),
        metadata={"description": "Minutes for which a lead is kept for whoever calls it."},
    )
