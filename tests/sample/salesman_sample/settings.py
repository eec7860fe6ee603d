"""What an administrator may set."""

from __future__ import annotations

from marshmallow import Schema, fields, validate


class SampleSettings(Schema):
    """The section ``[plugins.sample]`` of ``salesman.toml``."""

    kept_days = fields.Integer(load_default=365, validate=validate.Range(1, 3650))
