"""What a file may bring in of deals."""

from __future__ import annotations

from typing import Final

from salesman_core.clients.imports import PARTICIPANTS
from salesman_core.deals.amount_words import AMOUNT
from salesman_core.deals.lists import OUTCOMES
from salesman_core.i18n import texts
from salesman_core.people.imports import people_choices
from salesman_hookspecs import ImportField, Text

_ = texts.lazy


def _outcomes() -> list[tuple[str, Text]]:
    """Give how a deal may have ended."""
    return [*OUTCOMES.items()]


DEAL_FIELDS: Final = (
    ImportField(
        "name",
        _("Name"),
        (
            "deal",
            "deal name",
            "opportunity",
            "opportunity name",
            "subject",
            "название",
            "наименование",
            "сделка",
            "название сделки",
            "тема",
        ),
        required=True,
    ),
    ImportField("own_key", _("SalesMan key"), ("salesman key", "код salesman")),
    ImportField(
        "external_id",
        _("External id"),
        (
            "id",
            "uid",
            "deal id",
            "opportunity id",
            "ид",
            "код",
            "код сделки",
            "номер сделки",
            "внешний id",
        ),
    ),
    ImportField(
        "client",
        _("Client"),
        (
            "client name",
            "account",
            "account name",
            "company",
            "customer",
            "organization",
            "organisation",
            "клиент",
            "название клиента",
            "контрагент",
            "заказчик",
            "компания",
            "организация",
        ),
        recurs=True,
    ),
    ImportField(
        "client_external_id",
        _("External id of the client"),
        (
            "clientuid",
            "client uid",
            "client id",
            "account id",
            "customer id",
            "код клиента",
            "id клиента",
        ),
    ),
    ImportField(
        "contacts",
        _("Contacts"),
        ("contacts of the deal", "контакты сделки", "контакты"),
        kind="list",
    ),
    ImportField(
        "owner",
        _("Owner"),
        (
            "deal owner",
            "deal owner name",
            "sales agent",
            "responsible",
            "manager",
            "ответственный",
            "менеджер",
            "куратор",
            "владелец",
            "продавец",
        ),
        recurs=True,
        choices=people_choices,
        otherwise=_("whoever imports it"),
    ),
    PARTICIPANTS,
    ImportField(
        "stage",
        _("Stage"),
        ("deal stage", "sales stage", "progress", "этап", "стадия", "этап сделки", "прогресс"),
        recurs=True,
    ),
    ImportField("pipeline", _("Pipeline"), ("funnel", "воронка", "воронка продаж"), recurs=True),
    ImportField(
        "outcome",
        _("Outcome"),
        ("result", "исход", "результат", "статус закрытия", "итог"),
        choices=_outcomes,
        otherwise=_("none: the deal is open"),
    ),
    ImportField(
        "reason",
        _("Reason"),
        (
            "lost reason",
            "loss reason",
            "reason for loss",
            "причина",
            "причина отказа",
            "причина проигрыша",
            "комментарий закрытия",
        ),
        recurs=True,
    ),
    ImportField(
        "amount",
        AMOUNT,
        (
            "sum",
            "value",
            "deal value",
            "deal amount",
            "close value",
            "сумма",
            "сумма сделки",
            "сумма план",
            "бюджет",
            "оборот",
        ),
        kind="money",
        money_currency="currency",
    ),
    ImportField(
        "cost",
        _("Cost"),
        ("costs", "prime cost", "себестоимость", "затраты", "расходы", "закуп"),
        kind="money",
        money_currency="currency",
    ),
    ImportField(
        "margin",
        _("Margin"),
        ("profit", "gross profit", "маржа", "прибыль"),
        kind="money",
        money_currency="currency",
    ),
    ImportField("currency", _("Currency"), ("currency code", "валюта", "код валюты")),
    ImportField(
        "opened_on",
        _("Opened on"),
        (
            "opened",
            "open date",
            "created",
            "created on",
            "created time",
            "date created",
            "engage date",
            "дата открытия",
            "дата создания",
            "создана",
            "открыта",
        ),
        kind="date",
    ),
    ImportField(
        "stage_since",
        _("In its stage since"),
        (
            "stage since",
            "stage date",
            "stage changed",
            "last stage change",
            "дата этапа",
            "дата смены этапа",
            "на этапе с",
        ),
        kind="date",
    ),
    ImportField(
        "expected_on",
        _("Expected on"),
        (
            "expected",
            "expected close date",
            "plan date",
            "дата план",
            "плановая дата",
            "плановая дата закрытия",
            "ожидаемая дата",
        ),
        kind="date",
    ),
    ImportField(
        "closed_on",
        _("Closed on"),
        (
            "closed",
            "close date",
            "closing date",
            "date closed",
            "дата закрытия",
            "дата закрытие",
        ),
        kind="date",
    ),
    ImportField(
        "note",
        _("Note"),
        ("notes", "comment", "comments", "description", "примечание", "комментарий", "описание"),
    ),
    ImportField("progress", _("Progress"), kind="nothing", follows_from=("stage",)),
    ImportField(
        "company_amount",
        _("In the company's currency"),
        kind="nothing",
        follows_from=("amount", "currency"),
    ),
    ImportField(
        "weighted",
        _("Forecast"),
        kind="nothing",
        follows_from=("stage", "amount", "currency"),
    ),
    ImportField("days", _("Days in stage"), kind="nothing", follows_from=("stage",)),
    ImportField("updated_at", _("Changed"), kind="nothing", follows_from=("own_key",)),
    ImportField("team", _("Team"), kind="nothing", follows_from=("own_key",)),
)
