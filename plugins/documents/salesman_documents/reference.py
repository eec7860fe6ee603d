"""The reference of what templates may say, made from the active plugins, with values of a deal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from salesman_requisites.toolkit import company_choices

from salesman_core.toolkit import (
    Deal,
    company,
    current_person,
    formats,
    reading,
    today,
    visible,
)
from salesman_documents import variables
from salesman_documents.docx.values import Amount, Picture
from salesman_documents.texts import texts
from salesman_hookspecs import Text

_ = texts.lazy

OFFERED: Final = 30
LONGEST: Final = 60

FILTERS: Final[tuple[tuple[str, Text], ...]] = (
    ("{{ deal.amount | money }}", _("an amount with its currency")),
    ("{{ deal.amount | words }}", _("an amount in words")),
    ("{{ deal.amount | words('USD', 'en') }}", _("the same in another currency and language")),
    ("{{ document.date | date('long') }}", _("a date with the month in words")),
    ("{{ document.date | date('quoted') }}", _("a date as «12» марта 2026 г.")),
    ("{{ lines | length | plural('line', 'lines') }}", _("a word in the form that a number needs")),
    ("{{ own.signer | initials }}", _("a name as it stands beside a signature")),
    ("{{ own.stamp | width(38) }}", _("a picture so many millimetres wide")),
    ("{{ document.number | qr }}", _("a text as a QR code")),
    ("{% if client.inn %} … {% endif %}", _("what stands only where there is a value")),
    ("{%p if document.ends_on %} … {%p endif %}", _("the same for whole paragraphs")),
    (
        "{%tr for line in lines %} … {%tr endfor %}",
        _("a row for each line: both tags in rows of their own, above and below"),
    ),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A value as the reference shows it.

    :param tag: what one writes into a template.
    :param value: of the chosen deal, as people read it.
    """

    tag: str
    title: Text
    value: str


@dataclass(frozen=True, slots=True)
class ShownSection:
    """Some values that belong together; of ``rows`` the first one is shown."""

    name: str
    title: Text
    rows: bool
    fields: list[Shown]


def sections_shown(deal_id: int | None) -> list[ShownSection]:
    """Give the reference, with the values of a deal that the person sees."""
    values = _values(deal_id)
    return [_shown(one, values.get(one.name)) for one in variables.sections()]


def _shown(section: variables.Section, values: Any) -> ShownSection:
    name = section.name.rstrip("s") or section.name if section.rows else section.name
    held = (values[0] if values else {}) if section.rows and values is not None else values or {}
    fields = [
        Shown(f"{{{{ {name}.{field} }}}}", title, _said(held.get(field)))
        for field, title, _kind in section.fields
    ]
    return ShownSection(section.name, section.title, section.rows, fields)


def _values(deal_id: int | None) -> dict[str, Any]:
    session = reading()
    if deal_id is None:
        return {}
    columns = (Deal.id, Deal.client_id, Deal.currency, Deal.owner_id)
    row = session.execute(
        sa.select(*columns).where(Deal.id == deal_id, visible("deal"))
    ).one_or_none()
    if row is None:
        return {}
    companies = company_choices(session)
    return variables.gathered(
        {
            "session": session,
            "language": current_person().locale,
            "currency": row.currency,
            "client_id": row.client_id,
            "deal_id": row.id,
            "contact_id": None,
            "company_id": companies[0].id if companies else None,
            "signer_id": None,
            "owner_id": row.owner_id,
            "document": {"number": "17", "date": today(company().tz)},
        }
    )


def _said(value: Any) -> str:
    match value:
        case Amount():
            return formats.money(value, value.currency)
        case bool():
            return texts.gettext("yes") if value else texts.gettext("no")
        case Decimal() | int():
            return formats.number(value)
        case date():
            return formats.day(value)
        case Picture():
            return texts.gettext("picture") if value else ""
        case None:
            return ""
        case _:
            text = " ".join(str(value).split())
            return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def deals_to_choose(deal_id: int | None) -> list[tuple[int, str]]:
    """Give the deals whose values the reference can show: the last ones, and the chosen one."""
    seen = sa.select(Deal.id, Deal.name).where(visible("deal"))
    rows = reading().execute(seen.order_by(Deal.created_at.desc(), Deal.id.desc()).limit(OFFERED))
    found = [(row.id, row.name) for row in rows]
    if deal_id is not None and deal_id not in dict(found):
        chosen = reading().execute(seen.where(Deal.id == deal_id)).one_or_none()
        found += [] if chosen is None else [(chosen.id, chosen.name)]
    return found
