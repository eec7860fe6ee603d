"""What a file may bring in of invoices, and of the payments that closed them."""

from __future__ import annotations

from typing import Final

from salesman_core.toolkit import people_choices
from salesman_hookspecs import ImportField, ImportType
from salesman_invoices.import_apply import apply_invoices
from salesman_invoices.permissions import IMPORT
from salesman_invoices.texts import texts

_ = texts.lazy

FOUND_BY: Final = (("external_id",), ("number", "issued_on"))
USUALLY: Final = _("External id, or else number and day of issue")

FIELDS: Final = (
    ImportField(
        "number",
        _("Number"),
        ("invoice", "invoice number", "invoice no", "номер", "номер счёта", "счёт", "номер счета"),
        required=True,
    ),
    ImportField(
        "external_id",
        _("External id"),
        ("id", "uid", "invoice id", "ид", "код", "внешний id"),
    ),
    ImportField(
        "client",
        _("Client"),
        (
            "customer",
            "client name",
            "company",
            "account",
            "buyer",
            "payer",
            "клиент",
            "покупатель",
            "плательщик",
            "контрагент",
        ),
        recurs=True,
    ),
    ImportField(
        "client_external_id",
        _("External id of the client"),
        ("customer id", "client id", "account id", "ид клиента", "код клиента"),
    ),
    ImportField(
        "issued_on",
        _("Issued on"),
        ("invoice date", "date", "day", "дата", "дата счёта", "выставлен", "дата счета"),
        "date",
        required=True,
    ),
    ImportField(
        "due_on",
        _("Due on"),
        ("due date", "pay by", "оплатить до", "срок оплаты", "срок"),
        "date",
    ),
    ImportField(
        "amount",
        _("Amount"),
        ("invoice amount", "total", "sum", "сумма", "сумма счёта", "итого", "сумма счета"),
        "money",
        required=True,
        money_currency="currency",
    ),
    ImportField("currency", _("Currency"), ("currency code", "валюта"), recurs=True),
    ImportField(
        "vat_percent",
        _("VAT, percent"),
        ("vat", "vat rate", "tax rate", "ндс", "ставка ндс"),
        "number",
        otherwise=_("without VAT"),
    ),
    ImportField(
        "cost",
        _("Cost"),
        ("cost price", "себестоимость", "закупка", "затраты"),
        "money",
        money_currency="currency",
    ),
    ImportField(
        "paid_on",
        _("Paid on"),
        ("settled date", "payment date", "paid", "оплачен", "дата оплаты", "оплата"),
        "date",
    ),
    ImportField(
        "paid_amount",
        _("Amount paid"),
        ("paid amount", "payment amount", "сумма оплаты", "оплачено"),
        "money",
        money_currency="currency",
        otherwise=_("the whole amount, where a day of payment stands"),
    ),
    ImportField(
        "purpose",
        _("What for"),
        ("description", "subject", "за что", "назначение", "основание", "описание"),
    ),
    ImportField("comment", _("Comment"), ("note", "remark", "комментарий", "примечание")),
    ImportField(
        "owner",
        _("Responsible"),
        ("owner", "manager", "seller", "ответственный", "менеджер", "продавец"),
        recurs=True,
        choices=people_choices,
        otherwise=_("whoever imports"),
    ),
)

INVOICES: Final = ImportType(
    "invoices", _("Invoices"), IMPORT, FIELDS, apply_invoices, keys=FOUND_BY, usual=USUALLY
)
