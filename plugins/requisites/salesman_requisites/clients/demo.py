"""What the clients of the demo company are in law: numbers that are right and nobody's."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any, Final

import sqlalchemy as sa
from stdnum import iban
from stdnum.iso7064 import mod_11_10
from stdnum.ru import inn as taxpayer

from salesman_core.toolkit import Client, change_client, one_of, reading
from salesman_hookspecs import Demo
from salesman_requisites import numbers
from salesman_requisites.clients.models import ClientRequisites

_MOST: Final = 60
"""So many of the first firms have requisites: papers for them can be made at once."""
_REGIONS: Final = ("7701", "7802", "5003", "6604", "5405", "1606", "2307", "6308")
_BANKS: Final = (
    ("044525225", "ПАО Сбербанк, г. Москва", "30101810400000000225"),
    ("044525593", "АО «Альфа-Банк», г. Москва", "30101810200000000593"),
    ("044525974", "АО «ТБанк», г. Москва", "30101810145250000974"),
)
_FORMS: Final = {
    "ООО": "Общество с ограниченной ответственностью",
    "АО": "Акционерное общество",
    "ПАО": "Публичное акционерное общество",
}


def tell(demo: Demo) -> None:
    """Say what firms are in law, where nothing is said of any client."""
    session = reading()
    if session.scalar(sa.select(sa.exists().where(ClientRequisites.client_id.is_not(None)))):
        return
    chance = Random(f"{demo.seed} requisites")  # noqa: S311  # chance for a tale, no secret
    firms = session.execute(
        sa.select(Client.id, Client.name)
        .where(Client.kind == "company", one_of(Client.id, demo.client_ids))
        .order_by(Client.id)
        .limit(_MOST)
    ).all()
    for firm in firms:
        said = _russian(firm.name, chance) if demo.language == "ru" else _german(firm.name, chance)
        change_client(firm.id, {"extensions": {"requisites": said}})


def _digits(chance: Random, count: int) -> str:
    return "".join(chance.choices("0123456789", k=count))


def _russian(name: str, chance: Random) -> Mapping[str, Any]:
    office = chance.choice(_REGIONS)
    beginning = office + _digits(chance, 5)
    registered = f"1{chance.randrange(2, 26):02}{office[:2]}{_digits(chance, 7)}"
    bic, bank, correspondent = chance.choice(_BANKS)
    return {
        "full_name": _in_full(name),
        "inn": beginning + taxpayer.calc_company_check_digit(beginning),
        "kpp": f"{office}01001",
        "ogrn": f"{registered}{int(registered) % 11 % 10}",
        "bic": bic,
        "bank": bank,
        "account": _account(bic, f"3800{_digits(chance, 7)}"),
        "correspondent": correspondent,
    }


def _in_full(name: str) -> str:
    short, _space, rest = name.partition(" ")
    return f"{_FORMS[short]} {rest}" if short in _FORMS else name


def _account(bic: str, rest: str) -> str:
    """Give the account with the key that fits its bank."""
    for key in range(10):
        account = f"40702810{key}{rest}"
        try:
            return numbers.settlement_account(account, bank=bic)
        except numbers.NumberError:
            continue
    message = f"no key fits the account {rest} at {bic}"
    raise LookupError(message)


def _german(name: str, chance: Random) -> Mapping[str, Any]:
    number = f"{chance.randrange(1, 10)}{_digits(chance, 7)}"
    held = f"37040044{_digits(chance, 10)}"
    return {
        "full_name": name,
        "country": "DE",
        "vat_number": f"DE{number}{mod_11_10.calc_check_digit(number)}",
        "bic": "COBADEFFXXX",
        "bank": "Commerzbank",
        "account": f"DE{iban.calc_check_digits(f'DE00{held}')}{held}",
    }
