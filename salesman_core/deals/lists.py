"""What the list of deals can be filtered, searched and sorted by: for pages and the JSON API."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from salesman_core.access.models import User
from salesman_core.access.records import label_of, visible
from salesman_core.clients.models import Client
from salesman_core.db import reading
from salesman_core.deals.amount_source import sources
from salesman_core.deals.amount_words import AMOUNT
from salesman_core.deals.custom import DEAL
from salesman_core.deals.flow import has_passed, passing_in_words
from salesman_core.deals.models import CloseReason, Deal, DealParticipant, Pipeline, Stage
from salesman_core.deals.permissions import MARGIN as SEE_MARGIN
from salesman_core.deals.purchases import COMPARISONS, is_purchase
from salesman_core.deals.queries import MARGIN, WITH_NAMES
from salesman_core.deals.rates import holds_another, lacks_rate
from salesman_core.deals.standing import frozen, in_work, needs_attention, over_plan
from salesman_core.i18n import texts
from salesman_core.records.custom.list_fields import by_name_or_words, custom_list_fields
from salesman_core.records.list_fields import contains, either, name_of
from salesman_core.records.lists import FieldKind, ListField, ListFilter, ListSpec
from salesman_core.records.owner_team import team_filter

_ = texts.lazy

Condition = sa.ColumnElement[bool]

OUTCOMES: Final = {"won": _("Won"), "lost": _("Lost")}
STATES: Final = {"open": _("In work"), "won": _("Won"), "lost": _("Lost"), "closed": _("Closed")}

IN_WORK: Final = {"state": "open", "frozen": "false"}
"""The filter of the deals that figures call in work: open, and not frozen."""


def in_state(_operator: str, state: Any) -> Condition:
    """Give the condition of deals that are ``open``, ``won``, ``lost`` or ``closed``."""
    if state == "open":
        return Deal.outcome.is_(None)
    return Deal.outcome.is_not(None) if state == "closed" else Deal.outcome == state


def _attention(_operator: str, wanted: Any) -> Condition:
    return needs_attention() if wanted else sa.not_(needs_attention())


def _stalled(_operator: str, wanted: Any) -> Condition:
    stalled = sa.and_(in_work(), over_plan())
    return stalled if wanted else sa.not_(stalled)


def _frozen(_operator: str, wanted: Any) -> Condition:
    return frozen() if wanted else sa.not_(frozen())


def _rate_missing(_operator: str, wanted: Any) -> Condition:
    return lacks_rate() if wanted else sa.not_(lacks_rate())


def _rate_differs(_operator: str, wanted: Any) -> Condition:
    return holds_another() if wanted else sa.not_(holds_another())


def _comes_from(_operator: str, source: Any) -> Condition:
    held: Condition = Deal.amount_source == source
    return held


def _source_title(name: Any) -> str:
    found = sources().get(name)
    return str(name if found is None else found.value.title)


def _takes_part(operator: str, user: Any) -> Condition:
    users = user if operator == "in" else (user,)
    part = sa.select(DealParticipant.record_id).where(DealParticipant.user_id.in_(users))
    return Deal.id.in_(part)


def of_source(source: str) -> Condition:
    """Give the condition of deals whose client came from a source.

    An empty one stands for deals of which that is not said: no client, or none that whoever acts
    sees, is no source either.
    """
    known = sa.select(Client.id).where(visible("client"))
    if source:
        return Deal.client_id.in_(known.where(Client.source == source))
    said = known.where(Client.source != "")
    return sa.or_(Deal.client_id.is_(None), Deal.client_id.not_in(said))


def _of_source(operator: str, source: Any) -> Condition:
    return sa.or_(*(of_source(one) for one in (source if operator == "in" else (source,))))


def _in_report(_operator: str, wanted: Any) -> Condition:
    counted = visible("deal", "core.report.funnel")
    return counted if wanted else sa.not_(counted)


def _client_name(client_id: int) -> str:
    """Give a client's name to whoever sees the client, or a deal of it: they read it there."""
    deal = sa.select(Deal.id).where(Deal.client_id == client_id, visible("deal"))
    known = sa.select(Client.id).where(Client.id == client_id, visible("client"))
    seen = reading().scalar(sa.select(sa.or_(sa.exists(deal), sa.exists(known))))
    return label_of("client", client_id) if seen else str(client_id)


def search_deals(typed: str) -> Condition:
    """Give the SQL of the search box: a part of the name or the client's, or a custom field.

    Whoever sees a deal reads its client's name there, so nothing is found out by it.
    """
    of_client = sa.select(Deal.id).join(Client, Client.id == Deal.client_id)
    named = of_client.where(contains(Client.search_name, typed))
    return either(Deal.id, _by_name(typed), named)


_by_name: Final = by_name_or_words(DEAL, Deal.search_name)


DEALS: Final = ListSpec(
    kind="deal",
    id=Deal.id,
    fields=(
        ListField("name", _("Name"), Deal.name, FieldKind.TEXT, norm=Deal.search_name),
        ListField(
            "client_id",
            _("Client"),
            Deal.client_id,
            FieldKind.REF,
            sort_column=Client.search_name,
            show=_client_name,
        ),
        ListField(
            "pipeline_id",
            _("Pipeline"),
            Deal.pipeline_id,
            FieldKind.REF,
            sortable=False,
            show=name_of(Pipeline),
        ),
        ListField(
            "stage_id",
            _("Stage"),
            Deal.stage_id,
            FieldKind.REF,
            sort_column=Stage.percent,
            show=name_of(Stage),
        ),
        ListField("progress", _("Progress"), Stage.percent, FieldKind.NUMBER),
        ListField("outcome", _("Outcome"), Deal.outcome, FieldKind.CHOICE, choices=OUTCOMES),
        ListField(
            "reason_id",
            _("Reason"),
            Deal.reason_id,
            FieldKind.REF,
            sortable=False,
            show=name_of(CloseReason),
        ),
        ListField("amount", AMOUNT, Deal.amount, FieldKind.MONEY),
        ListField("cost", _("Cost"), Deal.cost, FieldKind.MONEY, permission=SEE_MARGIN),
        ListField("margin", _("Margin"), MARGIN, FieldKind.MONEY, permission=SEE_MARGIN),
        ListField("currency", _("Currency"), Deal.currency, FieldKind.TEXT),
        ListField(
            "owner_id",
            _("Owner"),
            Deal.owner_id,
            FieldKind.USER,
            sort_column=User.search_name,
        ),
        ListField("opened_on", _("Opened on"), Deal.opened_on, FieldKind.DATE),
        ListField(
            "expected_on", _("Expected on"), Deal.expected_on, FieldKind.DATE, empty_high=True
        ),
        ListField("closed_on", _("Closed on"), Deal.closed_on, FieldKind.DATE),
        ListField("stage_since", _("In its stage since"), Deal.stage_since, FieldKind.MOMENT),
        ListField("created_at", _("Created"), Deal.created_at, FieldKind.MOMENT),
        ListField("updated_at", _("Changed"), Deal.updated_at, FieldKind.MOMENT),
    ),
    filters=(
        ListFilter(
            "state", _("State"), FieldKind.CHOICE, in_state, operators=("eq",), choices=STATES
        ),
        ListFilter("participant_id", _("Participant"), FieldKind.USER, _takes_part),
        ListFilter(
            "attention", _("Needs attention"), FieldKind.FLAG, _attention, operators=("eq",)
        ),
        ListFilter(
            "stalled",
            _("Longer in its stage than planned"),
            FieldKind.FLAG,
            _stalled,
            operators=("eq",),
        ),
        ListFilter("frozen", _("Frozen"), FieldKind.FLAG, _frozen, operators=("eq",)),
        team_filter(Deal.owner_id),
        ListFilter("source", _("Source of the client"), FieldKind.TEXT, _of_source),
        ListFilter(
            "passed",
            _("Step"),
            FieldKind.TEXT,
            has_passed,
            operators=("eq",),
            show=passing_in_words,
        ),
        ListFilter(
            "purchase",
            _("Which purchase of the client"),
            FieldKind.NUMBER,
            is_purchase,
            operators=COMPARISONS,
        ),
        ListFilter(
            "rate_missing", _("Rate is missing"), FieldKind.FLAG, _rate_missing, operators=("eq",)
        ),
        ListFilter(
            "rate_differs",
            _("Rate differs from the table"),
            FieldKind.FLAG,
            _rate_differs,
            operators=("eq",),
        ),
        ListFilter(
            "amount_source",
            _("Where the amount comes from"),
            FieldKind.TEXT,
            _comes_from,
            operators=("eq",),
            show=_source_title,
        ),
        ListFilter(
            "in_report",
            _("Counted in your funnel"),
            FieldKind.FLAG,
            _in_report,
            operators=("eq",),
            permission="core.report.funnel",
        ),
    ),
    search=search_deals,
    default_sort="-created_at",
    source=WITH_NAMES,
    further=custom_list_fields(DEAL),
)
