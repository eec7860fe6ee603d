"""The picture by which a bank's app fills a payment in: a QR code by ГОСТ Р 56042-2014.

It says payee, account and sum as ``ST00012|Name=…|PersonalAcc=…``: the mark of the format, its
version ``0001``, ``2`` for UTF-8, then whatever sign parts the fields from each other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from salesman_invoices.papers.values import Account, Paper, Party

_MARK: Final = "ST00012"
_SEPARATORS: Final = "|~^#;!&*@"
"""The usual one first; the standard lets any sign stand that no value holds."""
_MOST_NEEDED: Final = 300
"""Bytes that the fields may have together which every code must have."""
_LONGEST: Final = {"Name": 160, "BankName": 45, "Purpose": 210}
_RUBLES: Final = "RUB"
_NO_ACCOUNT: Final = "0"
_GAPS: Final = re.compile(r"[\s\x00-\x1f\x7f]+")


def payment_code(paper: Paper, purpose: str) -> str | None:
    """Give what the QR code of an invoice says.

    :param purpose: what the payer is to write.
    :returns: None where a bank of Russia cannot pay by it: in another currency than rubles, without
        a Russian account, for nothing, or of a paper that is not to be paid.
    """
    account = paper.seller.account
    if not paper.is_valid or paper.currency != _RUBLES or paper.amount <= 0:
        return None
    if account is None or not _is_russian(account):
        return None
    needed = _needed(paper.seller, account)
    further = {
        "PayeeINN": paper.seller.tax_number,
        "KPP": paper.seller.kpp,
        "Sum": str(int(paper.amount * 100)),
        "Purpose": _cut("Purpose", purpose),
    }
    fields = {**needed, **{name: value for name, value in further.items() if value}}
    return _joined(fields)


def _is_russian(account: Account) -> bool:
    digits = re.fullmatch(r"\d{20}", account.number) and re.fullmatch(r"\d{9}", account.bic)
    return bool(digits and account.bank.strip())


def _needed(seller: Party, account: Account) -> dict[str, str]:
    """Give the fields that must be there, the name as long as they may be together."""
    for name in filter(None, (seller.name, seller.short_name)):
        fields = _with_name(_cut("Name", name), account)
        if _size(fields) <= _MOST_NEEDED:
            return fields
    name = _cut("Name", seller.short_name or seller.name)
    while _size(_with_name(name, account)) > _MOST_NEEDED:
        name = name[:-1].rstrip()
    return _with_name(name, account)


def _with_name(name: str, account: Account) -> dict[str, str]:
    return {
        "Name": name,
        "PersonalAcc": account.number,
        "BankName": _cut("BankName", account.bank),
        "BIC": account.bic,
        "CorrespAcc": account.correspondent or _NO_ACCOUNT,
    }


def _size(fields: Mapping[str, str]) -> int:
    return len("|".join(f"{name}={value}" for name, value in fields.items()).encode())


def _cut(field: str, value: str) -> str:
    return _GAPS.sub(" ", value).strip()[: _LONGEST[field]].rstrip()


def _joined(fields: Mapping[str, str]) -> str | None:
    """Join the fields by a sign that none of them holds."""
    taken = set("".join(fields.values()))
    separator = next((sign for sign in _SEPARATORS if sign not in taken), None)
    if separator is None:
        return None
    return separator.join((_MARK, *(f"{name}={value}" for name, value in fields.items())))
