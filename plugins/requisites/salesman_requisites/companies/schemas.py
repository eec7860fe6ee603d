"""What own companies are in the JSON API; the pages judge by the same schemas."""

from __future__ import annotations

from marshmallow import fields

from salesman_core.toolkit import Choice, Flag, RecordSchema, Reference, Schema, Text
from salesman_requisites.countries import COUNTRIES


class AccountSchema(Schema):
    """A bank account; ``bic`` is the БИК of a bank of Russia, or the BIC (SWIFT) of any other.

    ``currency`` is that of ISO 4217.

    ``main`` is offered first; one that is not ``active`` is offered no more.
    """

    id = Reference(dump_only=True)
    bank = Text(200, required=True, blank=False)
    bic = Text(30, required=True, blank=False)
    account = Text(60, required=True, blank=False)
    correspondent = Text(60, load_default="")
    currency = Text(3, required=True, blank=False)
    main = Flag(dump_only=True)
    active = Flag(dump_only=True)


class SignerSchema(Schema):
    """Somebody who signs; the genitive forms stand after «в лице» and «на основании».

    Where ``feminine``, papers say «действующей».
    """

    id = Reference(dump_only=True)
    name = Text(200, required=True, blank=False)
    name_genitive = Text(200, load_default="")
    feminine = Flag(load_default=False)
    post = Text(200, load_default="")
    post_genitive = Text(200, load_default="")
    ground = Text(300, load_default="")
    ground_genitive = Text(300, load_default="")
    main = Flag(dump_only=True)
    active = Flag(dump_only=True)
    signature = Flag(dump_only=True)


class OwnCompanySchema(RecordSchema):
    """A firm in whose name papers are made.

    ``country`` is that of ISO 3166, ``RU`` where nothing is said;
    ``inn``, ``kpp`` and ``ogrn`` are those of a firm of Russia, ``vat_number`` that of any other
    country, beside ``registration`` in its register. ``code`` stands in numbers of papers.
    ``logo`` and ``stamp`` say whether there is such a picture.
    """

    country = Choice(COUNTRIES)
    form = Text(100)
    name = Text(300, required=True, blank=False)
    short_name = Text(150)
    code = Text(10)
    inn = Text(30)
    kpp = Text(30)
    ogrn = Text(30)
    vat_number = Text(30)
    registration = Text(100)
    legal_address = Text(500)
    postal_address = Text(500)
    phone = Text(100)
    email = Text(254)
    main = Flag(dump_only=True)
    active = Flag(dump_only=True)
    logo = Flag(dump_only=True)
    stamp = Flag(dump_only=True)
    accounts = fields.List(fields.Nested(AccountSchema), dump_only=True)
    signers = fields.List(fields.Nested(SignerSchema), dump_only=True)
