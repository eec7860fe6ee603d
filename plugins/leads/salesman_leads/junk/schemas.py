"""What the rules against junk may be."""

from __future__ import annotations

from salesman_core.toolkit import Integer, Schema, Text


class JunkRulesSchema(Schema):
    """The rules as the page sends them."""

    phrases = Text(10_000)
    least_seconds = Integer(0, 60)
    most_sent = Integer(1, 10_000)
    sent_minutes = Integer(1, 24 * 60)
    most_repeats = Integer(1, 1000)
    repeat_hours = Integer(1, 24 * 30)
