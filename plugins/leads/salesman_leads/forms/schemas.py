"""What a web form is, as its builder sends it."""

from __future__ import annotations

from typing import Final

from marshmallow import fields

from salesman_core.toolkit import Choice, Flag, ListOf, Schema, Text
from salesman_leads.forms.models import FIELDS

LANGUAGES: Final = ("ru", "en")


class FormFieldSchema(Schema):
    """A field of a form."""

    kind = Choice(FIELDS, required=True)
    label = Text(100, load_default="")
    placeholder = Text(100, load_default="")
    required = Flag(load_default=False)
    options = ListOf(Text(100, blank=False), most=30, load_default=list)


class FormSchema(Schema):
    """A form for strangers."""

    name = Text(100, blank=False, required=True)
    language = Choice(LANGUAGES, required=True)
    heading = Text(200, load_default="")
    button = Text(60, load_default="")
    # A schema has an attribute “fields” of its own.
    asked = ListOf(
        fields.Nested(FormFieldSchema),
        most=len(FIELDS),
        required=True,
        data_key="fields",
        attribute="fields",
    )
    consent = Text(5000, load_default="")
    letters = Flag(load_default=False)
    thanks_text = Text(2000, load_default="")
    thanks_url = Text(1000, load_default="")
    sites = ListOf(Text(300, blank=False), most=50, load_default=list)
    source = Text(100, load_default="")
    channel = Text(100, load_default="")
    active = Flag(load_default=True)
