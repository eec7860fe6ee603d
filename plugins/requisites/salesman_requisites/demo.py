"""The own companies of the demo company: a firm and an entrepreneur, with banks and signers."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.toolkit import SYSTEM, judge, reading
from salesman_hookspecs import Demo
from salesman_requisites.clients import demo as clients
from salesman_requisites.companies.models import OwnCompany
from salesman_requisites.companies.parts import ACCOUNTS, SIGNERS
from salesman_requisites.companies.schemas import AccountSchema, OwnCompanySchema, SignerSchema
from salesman_requisites.companies.service import create_company

_AGO: Final = timedelta(days=120)

_RUSSIAN: Final[tuple[dict[str, Any], ...]] = (
    {
        "company": {
            "country": "RU",
            "form": "Общество с ограниченной ответственностью",
            "name": "Общество с ограниченной ответственностью «Северный склад»",
            "short_name": "ООО «Северный склад»",
            "code": "СС",
            "inn": "7801000005",
            "kpp": "780101001",
            "ogrn": "1027800000007",
            "legal_address": "190000, Санкт-Петербург, Большая Морская ул., д. 1",
            "postal_address": "190000, Санкт-Петербург, а/я 17",
            "phone": "+7 812 555-01-01",
            "email": "office@example.com",
        },
        "accounts": (
            {
                "bank": "ПАО Сбербанк, г. Москва",
                "bic": "044525225",
                "account": "40702810938000000001",
                "correspondent": "30101810400000000225",
                "currency": "RUB",
            },
            {
                "bank": "АО «Альфа-Банк», г. Москва",
                "bic": "044525593",
                "account": "40702978102000000007",
                "correspondent": "30101810200000000593",
                "currency": "EUR",
            },
        ),
        "signers": (
            {
                "name": "Иванова Анна Петровна",
                "name_genitive": "Ивановой Анны Петровны",
                "feminine": True,
                "post": "Генеральный директор",
                "post_genitive": "генерального директора",
                "ground": "Устав",
                "ground_genitive": "Устава",
            },
            {
                "name": "Соколов Пётр Ильич",
                "name_genitive": "Соколова Петра Ильича",
                "post": "Коммерческий директор",
                "post_genitive": "коммерческого директора",
                "ground": "Доверенность № 12 от 15.01.2026",
                "ground_genitive": "доверенности № 12 от 15.01.2026",
            },
        ),
    },
    {
        "company": {
            "country": "RU",
            "form": "Индивидуальный предприниматель",
            "name": "Индивидуальный предприниматель Соколов Пётр Ильич",
            "short_name": "ИП Соколов П. И.",
            "code": "ИП",
            "inn": "500100732259",
            "ogrn": "304500116000157",
            "legal_address": "141000, Московская обл., г. Мытищи, ул. Мира, д. 5",
        },
        "accounts": (
            {
                "bank": "АО «ТБанк», г. Москва",
                "bic": "044525974",
                "account": "40802810400000000001",
                "correspondent": "30101810145250000974",
                "currency": "RUB",
            },
        ),
        "signers": (
            {
                "name": "Соколов Пётр Ильич",
                "name_genitive": "Соколова Петра Ильича",
                "post": "Индивидуальный предприниматель",
                "post_genitive": "индивидуального предпринимателя",
                "ground": "Свидетельство о регистрации",
                "ground_genitive": "свидетельства о регистрации",
            },
        ),
    },
)

_ENGLISH: Final[tuple[dict[str, Any], ...]] = (
    {
        "company": {
            "country": "DE",
            "form": "GmbH",
            "name": "Nordlager Handelsgesellschaft mbH",
            "short_name": "Nordlager GmbH",
            "code": "NL",
            "vat_number": "DE136695976",
            "registration": "HRB 12345, Amtsgericht Hamburg",
            "legal_address": "Hafenstraße 1, 20459 Hamburg, Germany",
            "phone": "+49 40 555 0101",
            "email": "office@example.com",
        },
        "accounts": (
            {
                "bank": "Deutsche Bank",
                "bic": "DEUTDEFF500",
                "account": "DE89370400440532013000",
                "currency": "EUR",
            },
        ),
        "signers": (
            {
                "name": "Anna Johnson",
                "feminine": True,
                "post": "Managing director",
                "ground": "Articles of association",
            },
        ),
    },
)


def tell(demo: Demo) -> None:
    """Enter the own companies, where there are none, and what clients are in law, likewise."""
    begin = datetime.combine(demo.today, time(9), UTC) - _AGO
    if not reading().scalar(sa.select(sa.exists().where(OwnCompany.id.is_not(None)))):
        _enter_companies(demo, begin)
    with demo.at(begin + timedelta(hours=1), SYSTEM):
        clients.tell(demo)


def _enter_companies(demo: Demo, begin: datetime) -> None:
    with demo.at(begin, SYSTEM):
        for one in _RUSSIAN if demo.language == "ru" else _ENGLISH:
            _enter(one)


def _enter(one: dict[str, Any]) -> None:
    company_id = create_company(judge(OwnCompanySchema(), one["company"]))
    for account in one["accounts"]:
        ACCOUNTS.add(company_id, judge(AccountSchema(), account))
    for signer in one["signers"]:
        SIGNERS.add(company_id, judge(SignerSchema(), signer))
