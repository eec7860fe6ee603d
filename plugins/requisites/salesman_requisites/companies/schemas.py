"""What own companies are in the JSON API; the pages judge by the same schemas."""

from __future__ import annotations

from base64 import b64decode
from typing import Any, Final

from marshmallow import ValidationError, fields

from salesman_core.toolkit import (
    Choice,
    DescribedField,
    Flag,
    Integer,
    RecordSchema,
    Reference,
    Schema,
    Text,
)
from salesman_requisites.companies.pictures import LARGEST
from salesman_requisites.countries import COUNTRIES
from salesman_requisites.texts import texts

_ = texts.lazy


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


_BASE64: Final = "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"


class Base64(DescribedField[bytes]):
    """Bytes in base64.

    :param most: so many bytes at most.
    """

    def __init__(self, most: int, **options: Any) -> None:
        super().__init__(**options)
        self._longest = -(-most // 3) * 4

    def described(self) -> dict[str, Any]:
        """Give the JSON Schema."""
        return {
            "type": "string",
            "contentEncoding": "base64",
            "maxLength": self._longest,
            "pattern": _BASE64,
        }

    def _deserialize(self, value: Any, *_args: Any, **_options: Any) -> bytes:
        if not isinstance(value, str) or len(value) > self._longest:
            raise ValidationError([_("Give at most %(most)s characters.", most=self._longest)])
        try:
            return b64decode(value, validate=True)
        except ValueError as error:
            raise ValidationError([_("This is no base64.")]) from error


class PictureSchema(Schema):
    """A picture: written as PNG, JPEG or another usual kind, read as the PNG that was drawn of it.

    It has 5 MB at most, and of more dots than 1000 on its longer side there will be 1000.
    """

    content = Base64(LARGEST, required=True)
    width = Integer(1, dump_only=True)
    height = Integer(1, dump_only=True)


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
