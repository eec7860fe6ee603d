"""What a file may bring in of leads."""

from __future__ import annotations

from typing import Final

from salesman_core.toolkit import people_choices, reading
from salesman_hookspecs import ImportField, Text
from salesman_leads.lists import RESULT_TITLES, STATUS_TITLES
from salesman_leads.models import CLOSED, CONVERTED, STATUSES, UTM
from salesman_leads.queries import offered_results
from salesman_leads.texts import texts

_ = texts.lazy

FOUND_BY: Final = (("external_id",), ("phones",), ("emails",), ("name",))
USUALLY: Final = _("External id, or else phone or email, or else name and company")


def _statuses() -> list[tuple[str, Text]]:
    """Give how far a lead may be; a closed one has a result."""
    return [(one, STATUS_TITLES[one]) for one in STATUSES if one != CLOSED]


def _results() -> list[tuple[str, Text]]:
    """Give what may have come of a lead, in the company's words."""
    offered = [(one.name, one.name) for one in offered_results(reading())]
    return [(CONVERTED, RESULT_TITLES[CONVERTED]), *offered]


FIELDS: Final = (
    ImportField(
        "name",
        _("Name"),
        ("full name", "contact", "contact name", "person", "lead", "фио", "имя", "контакт"),
    ),
    ImportField(
        "company",
        _("Company"),
        ("company name", "organization", "organisation", "account", "компания", "организация"),
        recurs=True,
    ),
    ImportField(
        "external_id",
        _("External id"),
        ("id", "uid", "lead id", "prospect id", "ид", "код", "код лида", "внешний id"),
    ),
    ImportField(
        "phones",
        _("Phones"),
        ("phone", "phone number", "mobile", "tel", "телефон", "телефоны", "тел", "мобильный"),
        kind="phones",
    ),
    ImportField(
        "emails",
        _("Email addresses"),
        ("email", "e mail", "mail", "email address", "почта", "эл почта", "электронная почта"),
        kind="emails",
    ),
    ImportField(
        "text",
        _("What they want"),
        ("message", "comment", "description", "request", "описание", "комментарий", "сообщение"),
    ),
    ImportField(
        "products",
        _("Interested in"),
        ("product", "interest", "товар", "товары", "продукт", "интерес"),
        kind="list",
        recurs=True,
    ),
    ImportField(
        "source",
        _("Source"),
        ("lead source", "source of lead", "источник", "источник лида"),
        recurs=True,
    ),
    ImportField(
        "channel",
        _("Channel"),
        ("lead origin", "origin", "канал", "канал привлечения"),
        recurs=True,
    ),
    *(ImportField(tag, tag, (tag.replace("_", " "),)) for tag in UTM),
    ImportField("referrer", _("Came from"), ("referer", "реферер", "откуда пришёл")),
    ImportField("page", _("Page"), ("landing page", "page url", "страница", "посадочная страница")),
    ImportField("ip", _("IP address"), ("ip", "ip адрес")),
    ImportField(
        "region",
        _("Region"),
        ("country", "state", "city", "регион", "область", "страна", "город"),
        recurs=True,
    ),
    ImportField("language", _("Language"), ("lang", "locale", "язык")),
    ImportField(
        "no_mailing",
        _("Wants no mailing"),
        ("do not email", "do not mail", "unsubscribed", "не писать", "отказ от рассылки"),
        kind="flag",
    ),
    ImportField(
        "no_calls",
        _("Wants no calls"),
        ("do not call", "не звонить", "отказ от звонков"),
        kind="flag",
    ),
    ImportField(
        "owner",
        _("Responsible"),
        ("owner", "lead owner", "manager", "ответственный", "менеджер", "куратор"),
        recurs=True,
        choices=people_choices,
        otherwise=_("distribute by the rules"),
    ),
    ImportField(
        "status",
        _("Status"),
        ("lead status", "stage", "статус", "статус лида"),
        choices=_statuses,
    ),
    ImportField(
        "result",
        _("Result"),
        ("outcome", "what came of it", "результат", "итог", "чем закончилось"),
        choices=_results,
        otherwise=_("none: the lead is open"),
    ),
)
