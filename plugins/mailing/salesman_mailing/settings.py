"""What an administrator may set."""

from __future__ import annotations

from marshmallow import Schema, fields, validate


class MailingSettings(Schema):
    """The section ``[plugins.mailing]`` of ``salesman.toml``, or ``SALESMAN_MAILING__<KEY>``."""

    returns_url = fields.String(
        load_default="",
        metadata={
            "description": "The mailbox into which letters of campaigns come back, as"
            " imaps://user:password@host/INBOX; empty: nothing is read.",
            "secret": True,
        },
    )
    hard_bounces = fields.Integer(
        load_default=1,
        validate=validate.Range(1, 20),
        metadata={
            "description": "Reports that there is no such address, after which it is not written"
            " to any more."
        },
    )
    soft_bounces = fields.Integer(
        load_default=5,
        validate=validate.Range(1, 100),
        metadata={
            "description": "Letters that could not be delivered within soft_days, after which an"
            " address is not written to any more."
        },
    )
    soft_days = fields.Integer(
        load_default=60,
        validate=validate.Range(1, 366),
        metadata={"description": "Days within which letters that came back count together."},
    )
    followed_days = fields.Integer(
        load_default=30,
        validate=validate.Range(1, 366),
        metadata={
            "description": "Days after the last letter of a campaign within which new records and"
            " deals of those who got it are counted in its report."
        },
    )
    follows_readers = fields.Boolean(
        load_default=False,
        metadata={
            "description": "Whether letters of campaigns tell who opens them and follows their"
            " links. The law of many countries wants readers to know of it, or to agree."
        },
    )
    readers_kept_days = fields.Integer(
        load_default=365,
        validate=validate.Range(1, 3660),
        metadata={
            "description": "Days after the end of a campaign after which it is forgotten who opened"
            " its letters and followed their links; how many did is kept."
        },
    )
