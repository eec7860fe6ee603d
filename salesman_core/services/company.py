"""The company that uses this CRM: what decides days, money and telephone numbers."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

import sqlalchemy as sa
from babel.numbers import list_currencies
from sqlalchemy.orm import Session

from salesman_core.db import reading, writing
from salesman_core.db.revisions import bump, kept
from salesman_core.errors import InvalidError
from salesman_core.i18n import CORE, LANGUAGES, texts
from salesman_core.services.models import Setting

_ = texts.lazy

SUBJECT: Final = "settings"
VAT: Final = frozenset({"", "with", "without"})
BIN_DAYS: Final = frozenset({0, 30, 90, 180, 365, 1095})
"""For so many days may what was deleted lie in the bin; 30 are promised to whoever undoes a run."""


@dataclass(frozen=True, slots=True)
class Company:
    """What is true of the whole company.

    :param name: as letters and pages show it; empty until the first start is done.
    :param language: for people who chose none, ``ru`` or ``en``.
    :param zone: the IANA time zone that decides days and months.
    :param currency: ISO 4217, for amounts where nothing else is said.
    :param region: ISO 3166, whose notation telephone numbers without ``+`` are in.
    :param work_days: ISO weekdays, Monday is 1.
    :param work_from: the hour at which work begins, ``HH:MM``.
    :param work_to: the hour at which it ends.
    :param vat: whether amounts of deals are meant ``with`` or ``without`` VAT; empty where nobody
        has said so.
    :param bin_days: for how many days what was deleted lies in the bin, 0 for ever.
    :param accent: the one accent colour, ``#rrggbb``, or empty for the default.
    """

    name: str = ""
    language: str = "ru"
    zone: str = "Europe/Moscow"
    currency: str = "RUB"
    region: str = "RU"
    work_days: tuple[int, ...] = (1, 2, 3, 4, 5)
    work_from: str = "09:00"
    work_to: str = "18:00"
    vat: str = ""
    bin_days: int = 0
    accent: str = ""

    @property
    def tz(self) -> ZoneInfo:
        """The company's time zone."""
        return ZoneInfo(self.zone)


def company() -> Company:
    """Give the company, kept in memory until a setting changes."""
    settings = kept(SUBJECT)
    if CORE not in settings:
        settings[CORE] = _read()
    found: Company = settings[CORE]
    return found


def read_company_ahead() -> None:
    """Keep it in memory before the first request asks."""
    company()


def _read() -> Company:
    rows = (
        reading().execute(sa.select(Setting.key, Setting.value).where(Setting.owner == CORE)).all()
    )
    known = {field.name for field in fields(Company)}
    values = {row.key: row.value for row in rows if row.key in known}
    if "work_days" in values:
        values["work_days"] = tuple(values["work_days"])
    return Company(**values)


_NO_MONEY: Final = frozenset(
    {
        *("XXX", "XTS"),  # no currency, and the code for tests
        *("XAG", "XAU", "XPD", "XPT"),  # metals by the ounce
        *("XBA", "XBB", "XBC", "XBD", "XDR", "XEU", "XFO", "XFU", "XRE", "XSU", "XUA"),
    }
)
"""Codes of ISO 4217 for what no invoice is paid in: metals, units of bonds and of account."""


def is_currency(code: str) -> bool:
    """Tell whether *code* is a currency of ISO 4217 in which something can be paid, as ``RUB``."""
    return code in currencies()


@functools.cache
def currencies() -> frozenset[str]:
    """Give the codes of all currencies in which something can be paid."""
    return frozenset(list_currencies()) - _NO_MONEY


def company_to_change(session: Session) -> Company:
    """Give the company as it stands, and keep others from changing it until the commit."""
    bump(session, SUBJECT)
    return _read()


def change_company(values: Mapping[str, Any]) -> Company:
    """Change what is true of the company.

    :raises InvalidError: by field, for a language, zone or currency that there is not.
    """
    wrong = _complaints(values)
    if wrong:
        raise InvalidError(_("Some settings cannot be like this."), wrong)
    with writing() as session:
        changed = replace(company_to_change(session), **dict(values))
        for key, value in asdict(changed).items():
            session.merge(Setting(owner=CORE, key=key, value=value))
    return changed


def _complaints(values: Mapping[str, Any]) -> dict[str, Any]:
    allowed: dict[str, AbstractSet[str | int]] = {
        "language": set(LANGUAGES),
        "zone": available_timezones(),
        "currency": currencies(),
        "vat": VAT,
        "bin_days": BIN_DAYS,
    }
    return {
        name: _("%(value)s is not known here.", value=values[name])
        for name, known in allowed.items()
        if name in values and values[name] not in known
    }
