"""What stands on papers beside the values: in the language of the paper, whoever prints it.

So these do not go through the catalogues of the person who reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from salesman_invoices.papers import saying
from salesman_invoices.papers.values import CANCELLED, DELIVERY, DRAFT, INVOICE, SERVICE, Paper
from salesman_invoices.papers.vat import is_on_top, sums_by_rate

_TITLES: Final = {
    ("ru", INVOICE): "Счёт на оплату",
    ("ru", SERVICE): "Акт выполненных работ",
    ("ru", DELIVERY): "Накладная",
    ("en", INVOICE): "Invoice",
    ("en", SERVICE): "Certificate of completion",
    ("en", DELIVERY): "Delivery note",
}
_STATES: Final = {
    ("ru", DRAFT): "Черновик",
    ("ru", CANCELLED): "Аннулирован",
    ("en", DRAFT): "Draft",
    ("en", CANCELLED): "Cancelled",
}
_SHORT_INVOICE: Final = {"ru": "Счёт", "en": "Invoice"}
STAMP: Final = {"ru": "Печать", "en": "Stamp"}
_NUMBERED: Final = {"ru": "№", "en": "No."}
_OF: Final = {"ru": "от", "en": "of"}
_CURRENCIES: Final[Mapping[str, Mapping[str, str]]] = {
    "ru": {
        "RUB": "руб.",
        "USD": "долл. США",
        "EUR": "евро",
        "KZT": "тенге",
        "BYN": "бел. руб.",
        "CNY": "юаней",
    },
    "en": {},
}


def title_of(paper: Paper) -> str:
    """Give what a paper is called: “Счёт на оплату № 17 от 30 ноября 2026 г.”."""
    language = paper.language
    parts = [_TITLES[language, paper.sort]]
    if paper.number:
        parts.append(f"{_NUMBERED[language]}\u00a0{paper.number}")
    if paper.day is not None:
        parts.append(f"{_OF[language]} {saying.day(paper.day, language)}")
    if not paper.is_valid:
        parts.append(f"({state_of(paper).lower()})")
    return " ".join(parts)


def invoice_named(number: str | None, day: date | None, language: str) -> str:
    """Give an invoice as an act names it: “Счёт № 17 от 30 ноября 2026 г.”; empty for none."""
    if not number:
        return ""
    named = f"{_SHORT_INVOICE[language]} {_NUMBERED[language]}\u00a0{number}"
    return named if day is None else f"{named} {_OF[language]} {saying.day(day, language)}"


def sort_of(paper: Paper) -> str:
    """Give what sort of paper it is, as its title begins: “Счёт на оплату”."""
    return _TITLES[paper.language, paper.sort]


def amount_of(amount: Decimal, paper: Paper) -> str:
    """Give an amount with its currency, as a letter has it: “45 000,00 ₽”."""
    return saying.money_with_sign(amount, paper.currency, paper.language)


def file_name_of(paper: Paper) -> str:
    """Give what the file of a paper is called: “Счёт на оплату 17.pdf”."""
    return f"{sort_of(paper)} {paper.number or state_of(paper).lower()}".rstrip() + ".pdf"


def state_of(paper: Paper) -> str:
    """Give what is written across a paper that is not valid, and beside its title."""
    return _STATES.get((paper.language, paper.state), "")


def currency_of(paper: Paper) -> str:
    """Give a currency as a column has it."""
    return _CURRENCIES[paper.language].get(paper.currency, paper.currency)


def purpose_of(paper: Paper) -> str:
    """Give what the payer of an invoice is to write, VAT included, as banks of Russia want it."""
    if paper.purpose or paper.day is None:
        return paper.purpose
    day = saying.short_day(paper.day, paper.language)
    if paper.language == "en":
        return f"Payment of invoice No. {paper.number} of {day}"
    return f"Оплата по счёту № {paper.number} от {day}. {_vat_in_purpose(paper)}"


def _vat_in_purpose(paper: Paper) -> str:
    if not any(one.percent for one in sums_by_rate(paper.lines)):
        return "НДС не облагается"
    rates = sorted({one.percent for one in sums_by_rate(paper.lines) if one.percent}, reverse=True)
    said = ", ".join(f"{saying.number(rate, 'ru')}%" for rate in rates)
    return f"В том числе НДС {said} - {paper.vat:.2f} руб."


HEADS: Final[Mapping[str, Mapping[str, str]]] = {
    "ru": {
        "at": "№",
        "name": "Наименование",
        "article": "арт.",
        "quantity": "Кол-во",
        "unit": "Ед.",
        "price": "Цена",
        "discount": "Скидка",
        "rate": "НДС",
        "amount": "Сумма",
        "net_price": "Цена без НДС",
        "net_amount": "Сумма без НДС",
        "exempt": "без НДС",
        "without": "без НДС",
        "total": "Итого:",
        "added": "НДС",
        "included": "В том числе НДС",
        "untaxed": "Без налога (НДС):",
        "final": "Всего к оплате:",
        "final_act": "Всего:",
    },
    "en": {
        "at": "#",
        "name": "Description",
        "article": "item",
        "quantity": "Quantity",
        "unit": "Unit",
        "price": "Price",
        "discount": "Discount",
        "rate": "VAT",
        "amount": "Amount",
        "net_price": "Net price",
        "net_amount": "Net amount",
        "exempt": "no VAT",
        "without": "plus VAT",
        "total": "Total:",
        "added": "VAT",
        "included": "Including VAT",
        "untaxed": "No VAT:",
        "final": "Total due:",
        "final_act": "Total with VAT:",
    },
}
"""The heads of the columns of lines, and what stands before their sums."""


def heads_of(paper: Paper) -> dict[str, str]:
    """Give the heads of a paper's lines; an act is not paid, so it says its total otherwise."""
    heads = dict(HEADS[paper.language])
    if is_on_top(paper):
        heads |= {"price": heads["net_price"], "amount": heads["net_amount"]}
    if paper.sort != INVOICE:
        heads["final"] = heads["final_act"]
    return heads
