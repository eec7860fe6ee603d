"""What a paper says, as plain values: whoever makes one of these gets it printed.

Nothing here knows a table or a request. Texts are what stands in the record, never markup.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

INVOICE: Final = "invoice"
SERVICE: Final = "service"
DELIVERY: Final = "delivery"
"""The sorts of paper: an invoice, an act of services rendered, an act of goods handed over."""

DRAFT: Final = "draft"
ISSUED: Final = "issued"
CANCELLED: Final = "cancelled"

LANGUAGES: Final = ("ru", "en")

MOST_LINES: Final = 1000
"""So many lines one paper may have: it bounds how long its rendering takes."""


@dataclass(frozen=True, slots=True)
class Account:
    """A bank account.

    :param bic: the БИК of a bank of Russia, or the BIC of any other.
    :param number: of twenty digits, an IBAN, or what a country has instead.
    """

    bank: str
    bic: str
    number: str
    correspondent: str = ""
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """Who sells, or who buys.

    :param name: in full, as the register has it.
    :param short_name: as people write it.
    :param tax_number: the ИНН of a firm of Russia, the VAT number of any other.
    """

    name: str
    short_name: str = ""
    tax_number: str = ""
    kpp: str = ""
    registration: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""
    account: Account | None = None
    signer: str = ""
    signer_post: str = ""


@dataclass(frozen=True, slots=True)
class PaperLine:
    """What is sold, and what it comes to.

    :param price: for one unit; without VAT where that is on top.
    :param discount_percent: beside no *discount_amount*.
    :param vat_percent: None for “without VAT”.
    """

    name: str
    quantity: Decimal
    price: Decimal
    net: Decimal
    vat: Decimal
    article: str = ""
    unit: str = ""
    discount_percent: Decimal | None = None
    discount_amount: Decimal | None = None
    vat_percent: Decimal | None = None
    vat_on_top: bool = False

    @property
    def amount(self) -> Decimal:
        """What is to be paid for it."""
        return self.net + self.vat

    @property
    def is_discounted(self) -> bool:
        """Whether something was taken off."""
        return bool(self.discount_percent or self.discount_amount)


@dataclass(frozen=True, slots=True)
class Paper:
    """An invoice or an act as it is printed.

    :param sort: :data:`INVOICE`, :data:`SERVICE` or :data:`DELIVERY`.
    :param number: empty in a draft.
    :param day: on which it was issued; None in a draft.
    :param net: of all lines without VAT, *vat* of all lines, *amount* both together: as the record
        has them, not as somebody has added them up.
    :param language: of :data:`LANGUAGES`.
    :param state: :data:`DRAFT`, :data:`ISSUED` or :data:`CANCELLED`.
    :param ground: what it follows from, as “Invoice No. 17 of 30 November 2026”.
    :param purpose: what the payer is to write; a usual one where empty.
    :param pictures: PNG by ``logo``, ``stamp`` and ``signature``; those that are there.
    """

    sort: str
    number: str
    day: date | None
    seller: Party
    buyer: Party
    lines: Sequence[PaperLine]
    net: Decimal
    vat: Decimal
    amount: Decimal
    currency: str
    language: str = "ru"
    state: str = ISSUED
    due_on: date | None = None
    ground: str = ""
    purpose: str = ""
    pictures: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def is_valid(self) -> bool:
        """Whether it is to be paid or signed: drafts and cancelled ones are not."""
        return self.state == ISSUED
