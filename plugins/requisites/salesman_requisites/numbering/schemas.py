"""What counters are in the JSON API; the page judges by the same schema."""

from __future__ import annotations

from marshmallow import fields

from salesman_core.toolkit import Choice, Flag, Integer, Reference, Schema, Text
from salesman_requisites.numbering.models import STARTS
from salesman_requisites.numbering.patterns import HIGHEST, LONGEST


class CounterSchema(Schema):
    """How papers of a kind are numbered for an own company.

    ``next`` is the number that comes next in the ``period`` of today, ``preview`` how it will be
    written. To set ``next`` to a number that was given out already takes ``again``: true.
    """

    company_id = Reference(dump_only=True)
    company = Text(150, dump_only=True)
    code = Text(10, dump_only=True)
    paper = Text(80, dump_only=True)
    title = Text(200, dump_only=True)
    pattern = Text(LONGEST, blank=False)
    starts = Choice(STARTS)
    period = Text(7, dump_only=True)
    next = Integer(1, HIGHEST)
    again = Flag(load_only=True)
    preview = Text(100, dump_only=True)
    repeats = Flag(dump_only=True)
    version = Integer(dump_only=True)


class CountersSchema(Schema):
    """All counters."""

    items = fields.List(fields.Nested(CounterSchema))
