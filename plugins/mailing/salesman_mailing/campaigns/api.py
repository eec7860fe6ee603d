"""The JSON API of campaigns: ``/api/v1/mailing/campaigns``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from flask import Response

from salesman_core.toolkit import (
    AnyRow,
    ListQuery,
    RecordAnswers,
    arguments,
    company,
    list_arguments,
    page_answer,
    page_response,
    reading,
    requires,
    response,
    select_page,
    versioned,
    visible,
)
from salesman_mailing.api import api
from salesman_mailing.campaigns import queries, service
from salesman_mailing.campaigns.followed import followed
from salesman_mailing.campaigns.linting import findings
from salesman_mailing.campaigns.lists import CAMPAIGNS
from salesman_mailing.campaigns.models import KIND
from salesman_mailing.campaigns.permissions import CREATE, DELETE, EDIT, SEND, VIEW
from salesman_mailing.campaigns.schemas import (
    CampaignSchema,
    FindingsSchema,
    FollowedSchema,
    LetterLinksSchema,
    RecipientsArgumentsSchema,
    RecipientsSchema,
    ReportSchema,
    ScheduleSchema,
)
from salesman_mailing.readers.queries import links

_SHOWN: Final = (
    *("id", "name", "group_id", "subject", "preheader", "text", "sender_name", "reply_to"),
    *("per_hour", "per_domain", "state", "scheduled_at", "started_at", "ended_at", "problem"),
    *("follows_readers", "readers_forgotten_at", "owner_id", "created_at", "updated_at", "version"),
)


def campaign_items(rows: Sequence[AnyRow]) -> list[dict[str, Any]]:
    """Give campaigns as the API shows them."""
    return [{name: getattr(row, name) for name in _SHOWN} for row in rows]


ANSWERS: Final = RecordAnswers(KIND, queries.one_campaign, campaign_items)


@api.get("/campaigns")
@requires(VIEW)
@list_arguments(CAMPAIGNS)
@page_response(CampaignSchema)
def list_campaigns(query: ListQuery) -> Response:
    """List campaigns."""
    page = select_page(reading(), queries.CAMPAIGN, CAMPAIGNS, query, visible(KIND))
    return page_answer(campaign_items(page.rows), page.next_cursor)


@api.post("/campaigns")
@requires(CREATE)
@arguments(CampaignSchema)
@response(CampaignSchema, 201)
def create_campaign(values: dict[str, Any]) -> Response:
    """Make a campaign."""
    return ANSWERS.changed(service.create_campaign(values), 201)


@api.get("/campaigns/<int:record_id>")
@requires(VIEW)
@response(CampaignSchema)
def read_campaign(record_id: int) -> Response:
    """Read a campaign."""
    return ANSWERS.whole(record_id)


@api.patch("/campaigns/<int:record_id>")
@requires(EDIT)
@versioned(KIND)
@arguments(CampaignSchema(partial=True))
@response(CampaignSchema)
def change_campaign(values: dict[str, Any], record_id: int, version: int | None) -> Response:
    """Change a campaign; its letter only while none has gone out."""
    service.change_campaign(record_id, values, version)
    return ANSWERS.changed(record_id)


@api.delete("/campaigns/<int:record_id>")
@requires(DELETE)
@versioned(KIND)
@response(None, 204)
def delete_campaign(record_id: int, version: int | None) -> None:
    """Put a campaign into the bin."""
    service.delete_campaign(record_id, version)


@api.post("/campaigns/<int:record_id>/start")
@requires(SEND)
@versioned(KIND)
@response(CampaignSchema)
def start_campaign(record_id: int, version: int | None) -> Response:
    """Begin to send a campaign to whoever is in its group and may be written to."""
    service.start_campaign(record_id, version)
    return ANSWERS.changed(record_id)


@api.post("/campaigns/<int:record_id>/schedule")
@requires(SEND)
@versioned(KIND)
@arguments(ScheduleSchema)
@response(CampaignSchema)
def schedule_campaign(values: dict[str, Any], record_id: int, version: int | None) -> Response:
    """Let a campaign begin at a moment."""
    service.schedule_campaign(record_id, values["scheduled_at"], version)
    return ANSWERS.changed(record_id)


@api.post("/campaigns/<int:record_id>/pause")
@requires(SEND)
@versioned(KIND)
@response(CampaignSchema)
def pause_campaign(record_id: int, version: int | None) -> Response:
    """Let no more letters out until the campaign is resumed."""
    service.pause_campaign(record_id, version)
    return ANSWERS.changed(record_id)


@api.post("/campaigns/<int:record_id>/resume")
@requires(SEND)
@versioned(KIND)
@response(CampaignSchema)
def resume_campaign(record_id: int, version: int | None) -> Response:
    """Let a campaign that was paused go on."""
    service.resume_campaign(record_id, version)
    return ANSWERS.changed(record_id)


@api.post("/campaigns/<int:record_id>/stop")
@requires(SEND)
@versioned(KIND)
@response(CampaignSchema)
def stop_campaign(record_id: int, version: int | None) -> Response:
    """Let no more letters out, for good; one that is only scheduled is a draft again."""
    service.stop_campaign(record_id, version)
    return ANSWERS.changed(record_id)


@api.post("/campaigns/<int:record_id>/send-interrupted")
@requires(SEND)
@versioned(KIND)
@response(CampaignSchema)
def send_interrupted_again(record_id: int, version: int | None) -> Response:
    """Send again the letters of which nobody knows whether they went out."""
    service.send_interrupted_again(record_id, version)
    return ANSWERS.changed(record_id)


@api.get("/campaigns/<int:record_id>/findings")
@requires(VIEW)
@response(FindingsSchema)
def list_findings(record_id: int) -> dict[str, Any]:
    """Say what is wrong with the letter of a campaign."""
    found = findings(service.wording_of(queries.one_campaign(reading(), record_id)))
    shown = ("code", "field", "line", "words", "stops")
    return {"items": [{name: getattr(one, name) for name in shown} for one in found]}


@api.get("/campaigns/<int:record_id>/report")
@requires(VIEW)
@response(ReportSchema)
def report(record_id: int) -> dict[str, Any]:
    """Say what came of a campaign, in letters."""
    queries.one_campaign(reading(), record_id)
    return queries.report(reading(), record_id)


@api.get("/campaigns/<int:record_id>/recipients")
@requires(VIEW)
@arguments(RecipientsArgumentsSchema, location="query")
@response(RecipientsSchema)
def list_recipients(values: dict[str, Any], record_id: int) -> dict[str, Any]:
    """List whom a campaign goes to, as far as whoever asks sees these records."""
    session = reading()
    queries.one_campaign(session, record_id)
    told = (values.get("fate", ""), values["after"], values["limit"])
    found = queries.recipients(session, record_id, *told, link_id=values.get("link_id"))
    return {"items": found.rows, "next": found.more}


@api.get("/campaigns/<int:record_id>/links")
@requires(VIEW)
@response(LetterLinksSchema)
def list_letter_links(record_id: int) -> dict[str, Any]:
    """List the links of a campaign's letter, and how often each was followed."""
    session = reading()
    queries.one_campaign(session, record_id)
    return {"items": links(session, record_id)}


@api.get("/campaigns/<int:record_id>/followed")
@requires(VIEW)
@response(FollowedSchema)
def read_followed(record_id: int) -> dict[str, Any]:
    """Say what came after the letters of a campaign: new records, deals, turnover."""
    queries.one_campaign(reading(), record_id)
    found = followed(reading(), record_id)
    deals = found.turnover
    return {
        "days": found.days,
        "until": found.until,
        "records": [{"kind": kind.name, "count": count} for kind, count in found.records],
        "deals": deals and deals.deals,
        "won": deals and deals.won,
        "amount": deals and deals.amount,
        "currency": company().currency,
        "lacking": deals and deals.lacking,
    }
