"""What an administrator may set."""

from __future__ import annotations

from marshmallow import Schema, fields, validate


class InvoicesSettings(Schema):
    """The section ``[plugins.invoices]`` of ``salesman.toml``, or ``SALESMAN_INVOICES__<KEY>``."""

    exceed_deals = fields.Boolean(
        load_default=False,
        metadata={
            "description": "Whether the invoices of a deal may come to more than its amount."
        },
    )
    paid_stage_percent = fields.Integer(
        load_default=80,
        validate=validate.Range(1, 100),
        metadata={
            "description": "The progress of the stage that a deal is offered to move to once its"
            " invoices are paid; where no stage has it, the next one above."
        },
    )
