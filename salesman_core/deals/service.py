"""Every change of deals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from salesman_core.access.person import current_person
from salesman_core.access.records import demand_permission, reaches
from salesman_core.clients.ladder import add_evidence
from salesman_core.clients.steps import hold_clients
from salesman_core.clock import now, today
from salesman_core.db import writing
from salesman_core.deals import evidence, needs, rates, standing, steps
from salesman_core.deals.contacts import plan_contacts
from salesman_core.deals.models import (
    Deal,
    DealExternalId,
    DealParticipant,
    Stage,
)
from salesman_core.deals.permissions import MARGIN
from salesman_core.errors import ConflictError, InvalidError
from salesman_core.i18n import CORE, texts
from salesman_core.records.changes import Planned, carry_out
from salesman_core.records.custom.changes import plan_custom
from salesman_core.records.external_ids import plan_external_ids
from salesman_core.records.participants import plan_participants
from salesman_core.records.saving import checked_owner, for_change, from_bin, locked, named
from salesman_core.services.company import company

_ = texts.lazy

MOST_DAYS_FROZEN: Final = 3 * 365


def create_deal(values: Mapping[str, Any]) -> int:
    """Open a deal; it belongs to whoever opens it, where nothing else is said.

    :param values: as the JSON API names them. Without a stage it begins at the first one of its
        pipeline, without a pipeline in the company's first.
    :returns: the new deal's id.
    :raises InvalidError: for a client, stage or pipeline that there is not.
    """
    demand_permission("core.deal.create")
    with writing() as session:
        stage = _beginning(session, values.get("pipeline_id"), values.get("stage_id"))
        deal, changes = steps.begin(
            values,
            stage,
            client_id=_seen_client(session, values.get("client_id")),
            owner_id=checked_owner(
                session, values.get("owner_id", current_person().id), "core.deal.assign"
            ),
        )
        session.add(deal)
        session.flush()
        carry_out(_plan_parts(session, deal, values, deal.client_id))
        session.flush()
        needs.demand_filled(session, deal, stage)
        steps.note_written(session, [(deal, changes)])
        add_evidence(CORE, evidence.of_deals([deal.id]))
        return deal.id


def _demand_margin(values: Mapping[str, Any]) -> None:
    """Let only those change what a deal costs who may see it; who opens one knows what they say."""
    if "cost" in values:
        demand_permission(MARGIN)


def _beginning(session: Session, pipeline_id: int | None, stage_id: int | None) -> Stage:
    if stage_id is None:  # held like any other: it may be deleted at this moment
        stage_id = steps.first_stage(session, pipeline_id).id
    stage = _stage_to_enter(session, stage_id)
    if pipeline_id not in (None, stage.pipeline_id):
        message = _("There is no such stage in this pipeline.")
        raise InvalidError(message, {"stage_id": message})
    return stage


def _seen_client(session: Session, client_id: int | None) -> int | None:
    if client_id is None:
        return None
    hold_clients(session, [client_id])
    if not reaches("client", client_id, session=session):
        message = _("There is no client %(id)s, or you may not see it.", id=client_id)
        raise InvalidError(message, {"client_id": message})
    return client_id


def change_deal(deal_id: int, values: Mapping[str, Any], version: int | None = None) -> bool:
    """Change what is not a step of the deal; give whether anything changed.

    :param version: the version that the person saw; None where they do not say.
    :raises StaleError: where somebody changed it since.
    """
    with writing() as session:
        deal: Deal = for_change(session, "deal", deal_id, "core.deal.edit", version)
        return _change(session, deal, values)


def _change(session: Session, deal: Deal, values: Mapping[str, Any]) -> bool:
    _demand_margin(values)
    wanted = {name: values[name] for name in steps.COLUMNS if name in values}
    if "name" in values:
        wanted["name"] = named(values["name"])
    if "client_id" in values and values["client_id"] != deal.client_id:
        wanted["client_id"] = _seen_client(session, values["client_id"])
    if "owner_id" in values and values["owner_id"] != deal.owner_id:
        wanted["owner_id"] = checked_owner(
            session, values["owner_id"], "core.deal.assign", deal.owner_id
        )
    client_id = wanted.get("client_id", deal.client_id)
    if client_id != deal.client_id:
        values = {"contact_ids": [], **values}  # the former client's have no part in it
    custom = plan_custom("deal", deal, values)
    plan = [*_plan_parts(session, deal, values, client_id), *custom]
    changes = steps.change(deal, wanted, plan)
    if not changes:
        return False
    steps.keep(session, deal, "changed", changes)
    if "client_id" in changes:
        steps.review(*changes["client_id"])
    return True


def _plan_parts(
    session: Session, deal: Deal, values: Mapping[str, Any], client_id: int | None
) -> Iterator[Planned]:
    """Plan what hangs on a deal.

    :param client_id: of the client that it will have.
    """
    if "external_ids" in values:
        yield from plan_external_ids(session, DealExternalId, deal.id, values["external_ids"])
    if "participants" in values:
        yield from plan_participants(session, DealParticipant, deal.id, values["participants"])
    if "contact_ids" in values:
        yield from plan_contacts(session, deal, values["contact_ids"], client_id)


def move_deal(
    deal_id: int,
    stage_id: int,
    version: int | None = None,
    values: Mapping[str, Any] | None = None,
) -> bool:
    """Move an open deal to another stage of its pipeline; give whether it moved.

    :param values: what is filled in on the way, as the JSON API names it: all of it or nothing.
    :raises ConflictError: where the deal is closed.
    :raises InvalidError: for a stage of another pipeline.
    :raises UnfilledError: where the deal lacks what the stage asks for.
    :raises VetoedError: where a plugin refuses, with its reason.
    """
    with writing() as session:
        deal: Deal = for_change(session, "deal", deal_id, "core.deal.edit", version)
        if deal.outcome is not None:
            raise ConflictError(_("The deal is closed: reopen it to move it."))
        stage = _stage_to_enter(session, stage_id)
        if stage.pipeline_id != deal.pipeline_id:
            message = _(
                "“%(stage)s” is a stage of another pipeline: change the deal's pipeline instead.",
                stage=stage.name,
            )
            raise InvalidError(message, {"stage_id": message})
        _fill_in(session, deal, values)
        if deal.stage_id == stage_id:
            return False
        steps.move(session, deal, stage)
        return True


def transfer_deal(
    deal_id: int,
    stage_id: int,
    version: int | None = None,
    values: Mapping[str, Any] | None = None,
) -> None:
    """Let a deal go over to another pipeline, a closed one too; see :func:`move_deal`.

    :param stage_id: where it is to stand there.
    :raises InvalidError: for a stage of its own pipeline.
    """
    with writing() as session:
        deal: Deal = for_change(session, "deal", deal_id, "core.deal.edit", version)
        stage = _stage_to_enter(session, stage_id)
        if stage.pipeline_id == deal.pipeline_id:
            message = _(
                "“%(stage)s” is a stage of the pipeline that the deal is in.", stage=stage.name
            )
            raise InvalidError(message, {"stage_id": message})
        _fill_in(session, deal, values)
        steps.transfer(session, deal, stage)


def _stage_to_enter(session: Session, stage_id: int) -> Stage:
    """Give a stage that nobody deletes before the commit.

    :raises InvalidError: where there is none.
    """
    stage = session.get(
        Stage,
        stage_id,
        with_for_update={"read": True, "key_share": True},
        populate_existing=True,  # it may have been read before it was deleted
    )
    if stage is None or stage.pipeline_id is None:
        message = _("There is no such stage.")
        raise InvalidError(message, {"stage_id": message})
    return stage


def _fill_in(session: Session, deal: Deal, values: Mapping[str, Any] | None) -> None:
    """Let a deal have what was filled in on its way to another stage."""
    if values:
        _change(session, deal, values)
        session.flush()


def freeze_deal(
    deal_id: int, frozen_until: date, freeze_reason: str, version: int | None = None
) -> None:
    """Let an open deal rest until a day: until then nobody calls it late.

    :param frozen_until: the day on which it goes on, in the company's time zone.
    :param freeze_reason: why, for whoever reads it.
    :raises ConflictError: where the deal is closed.
    :raises InvalidError: for a day that has come or is years away, and without a reason.
    """
    with writing() as session:
        deal: Deal = for_change(session, "deal", deal_id, "core.deal.freeze", version)
        if deal.outcome is not None:
            raise ConflictError(_("The deal is closed: only an open one can be frozen."))
        until, reason = _judged_thawing(frozen_until), _judged_freeze_reason(freeze_reason)
        steps.freeze(session, deal, until, reason)


def _judged_thawing(until: date) -> date:
    day = today(company().tz)
    if not day < until <= day + timedelta(days=MOST_DAYS_FROZEN):
        message = _("Give a day after today, within three years.")
        raise InvalidError(message, {"frozen_until": message})
    return until


def _judged_freeze_reason(reason: str) -> str:
    text = " ".join(reason.split())
    if not text:
        message = _("Say why the deal rests, for whoever comes across it.")
        raise InvalidError(message, {"freeze_reason": message})
    return text


def thaw_deal(deal_id: int, version: int | None = None) -> None:
    """Let a frozen deal go on before its day.

    :raises ConflictError: where it is not frozen.
    """
    with writing() as session:
        deal: Deal = for_change(session, "deal", deal_id, "core.deal.freeze", version)
        if not standing.is_frozen(deal):
            raise ConflictError(_("The deal is not frozen."))
        steps.thaw(session, deal)


def note_thawed(deal_id: int) -> None:
    """Note that a deal whose day has come goes on, unless somebody was faster."""
    with writing() as session:
        steps.thaw_if_due(session, locked(session, Deal, deal_id))


def keep_rate(deal_id: int) -> None:
    """Give a deal the rate of its day that it lacked, unless somebody was faster."""
    with writing() as session:
        deal = locked(session, Deal, deal_id)
        changes = {} if rates.company_amount(deal) is not None else rates.take_rate(deal)
        if changes:
            steps.keep(session, deal, "changed", changes)


def close_deal(
    deal_id: int, outcome: str, reason_id: int | None = None, version: int | None = None
) -> None:
    """Close an open deal as won or lost; a lost one has a reason from the company's list.

    :raises ConflictError: where it is closed already.
    :raises InvalidError: for a lost deal without a reason.
    """
    with writing() as session:
        deal: Deal = for_change(session, "deal", deal_id, "core.deal.close", version)
        if deal.outcome is not None:
            raise ConflictError(_("The deal is closed already."))
        steps.close(session, deal, outcome, steps.judged_reason(session, outcome, reason_id))
        steps.review(deal.client_id)


def reopen_deal(deal_id: int, version: int | None = None) -> None:
    """Open a closed deal again where it stood; the evidence that its sale gave is withdrawn.

    :raises ConflictError: where it is open.
    """
    with writing() as session:
        deal: Deal = for_change(session, "deal", deal_id, "core.deal.close", version)
        if deal.outcome is None:
            raise ConflictError(_("The deal is open already."))
        steps.reopen(session, deal)
        steps.review(deal.client_id)


def delete_deal(deal_id: int, version: int | None = None) -> None:
    """Put a deal into the bin."""
    with writing() as session:
        deal = for_change(session, "deal", deal_id, "core.deal.delete", version)
        deal.deleted_at = now()
        steps.keep(session, deal, "deleted", {}, {})
        steps.review(deal.client_id)


def restore_deal(deal_id: int) -> None:
    """Take a deal out of the bin again."""
    with writing() as session:
        deal = from_bin(session, "deal", deal_id, "core.deal.delete")
        steps.keep(session, deal, "restored", {}, {})
        steps.review(deal.client_id)
