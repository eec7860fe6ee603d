"""What a file may bring in of clients and contacts."""

from __future__ import annotations

from typing import Final

from salesman_core.i18n import texts
from salesman_core.people.imports import people_choices
from salesman_hookspecs import ImportField

_ = texts.lazy

PHONES: Final = ImportField(
    "phones",
    _("Phones"),
    (
        "phone",
        "phone number",
        "telephone",
        "tel",
        "mobile",
        "mobile phone",
        "cell phone",
        "телефон",
        "телефоны",
        "тел",
        "сотовый",
        "мобильный",
        "мобильный телефон",
        "рабочий телефон",
        "номер телефона",
    ),
    kind="phones",
)
EMAILS: Final = ImportField(
    "emails",
    _("Email addresses"),
    (
        "email",
        "e mail",
        "emails",
        "mail",
        "email address",
        "почта",
        "эл почта",
        "электронная почта",
        "адрес электронной почты",
    ),
    kind="emails",
)

PARTICIPANTS: Final = ImportField(
    "participants",
    _("Participants"),
    ("participant", "members", "участник", "участники", "соучастники"),
    kind="list",
    recurs=True,
)

CLIENT_FIELDS: Final = (
    ImportField(
        "name",
        _("Name"),
        (
            "client",
            "client name",
            "account",
            "account name",
            "company",
            "company name",
            "organization",
            "organisation",
            "customer",
            "название",
            "наименование",
            "название клиента",
            "клиент",
            "компания",
            "организация",
            "контрагент",
            "заказчик",
        ),
        required=True,
        recurs=True,
    ),
    ImportField("kind", _("Company or person"), ("client type", "тип клиента", "вид клиента")),
    ImportField(
        "external_id",
        _("External id"),
        (
            "id",
            "uid",
            "client id",
            "clientuid",
            "account id",
            "customer id",
            "ид",
            "код",
            "код клиента",
            "внешний id",
        ),
    ),
    ImportField(
        "owner",
        _("Owner"),
        (
            "account owner",
            "responsible",
            "manager",
            "sales agent",
            "ответственный",
            "менеджер",
            "куратор",
            "владелец",
        ),
        recurs=True,
        choices=people_choices,
        otherwise=_("whoever imports it"),
    ),
    PARTICIPANTS,
    PHONES,
    EMAILS,
    ImportField(
        "site",
        _("Site"),
        ("website", "web site", "web", "url", "сайт", "web сайт", "веб сайт", "адрес сайта"),
    ),
    ImportField(
        "address",
        _("Address"),
        ("street address", "адрес", "адрес клиента", "фактический адрес"),
    ),
    ImportField("addresses", _("Addresses"), ("all addresses", "адреса", "все адреса")),
    ImportField(
        "legal_address",
        _("Legal address"),
        ("registered address", "registered office", "юридический адрес", "юр адрес"),
    ),
    ImportField(
        "postal_address",
        _("Postal address"),
        ("mailing address", "почтовый адрес", "адрес для писем"),
    ),
    ImportField(
        "delivery_address",
        _("Delivery address"),
        ("shipping address", "адрес доставки", "адрес поставки"),
    ),
    ImportField(
        "source",
        _("Source"),
        ("lead source", "client source", "источник", "источник клиента", "канал"),
        recurs=True,
    ),
    ImportField(
        "tags",
        _("Tags"),
        ("tag", "labels", "теги", "тег", "метки"),
        kind="list",
        recurs=True,
    ),
    ImportField(
        "rung",
        _("Relationship"),
        ("relation", "relationship type", "тип отношений", "отношения", "ступень"),
        recurs=True,
    ),
    ImportField(
        "note",
        _("Note"),
        ("notes", "comment", "comments", "description", "примечание", "комментарий", "описание"),
    ),
)

CONTACT_FIELDS: Final = (
    ImportField(
        "name",
        _("Full name"),
        (
            "contact",
            "contact name",
            "full name",
            "person",
            "имя",
            "фио",
            "контакт",
            "контактное лицо",
            "имя контакта",
        ),
        required=True,
    ),
    ImportField(
        "client",
        _("Client"),
        (
            "client name",
            "account",
            "company",
            "organization",
            "organisation",
            "customer",
            "клиент",
            "название клиента",
            "компания",
            "организация",
            "контрагент",
            "заказчик",
            "название",
        ),
        required=True,
        recurs=True,
    ),
    ImportField(
        "external_id",
        _("External id"),
        ("id", "uid", "contact id", "ид", "код", "код контакта", "внешний id"),
    ),
    PHONES,
    EMAILS,
    ImportField(
        "position",
        _("Position"),
        ("job title", "title", "role", "должность", "позиция"),
    ),
    ImportField(
        "primary",
        _("Primary"),
        ("primary contact", "main contact", "основной контакт", "главный контакт"),
        kind="flag",
    ),
)
