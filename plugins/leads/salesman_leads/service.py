"""Every change of leads that are there: the rules, the transaction, the events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    AnyRow,
    Changes,
    ConflictError,
    InvalidError,
    Planned,
    announce,
    audit,
    audit_many,
    carry_out,
    checked_owner,
    contact_data,
    current_person,
    demand_permission,
    differences,
    for_change,
    from_bin,
    now,
    plan_external_ids,
    review_relationship,
    set_reach,
    touch,
    writing,
)
from salesman_leads import queries
from salesman_leads.banning import ban_addresses, banned_by, follow_bans
from salesman_leads.distribution.dealing import Dealing
from salesman_leads.distribution.placing import note, place, settle
from salesman_leads.intake import columns_of, entitle, products_of, usual_owner
from salesman_leads.models import (
    CLOSED,
    CONVERTED,
    IN_WORK,
    KIND,
    OPEN,
    PROCESSED,
    Lead,
    LeadExternalId,
    Result,
)
from salesman_leads.permissions import ASSIGN, DELETE, EDIT
from salesman_leads.queue.planning import finish_call, promised_call
from salesman_leads.texts import texts

_ = texts.lazy


def change_lead(lead_id: int, values: Mapping[str, Any], version: int | None = None) -> bool:
    """Change a lead; give whether anything changed.

    :raises ConflictError: where it is closed.
    """
    with writing() as session:
        lead = open_lead(session, lead_id, EDIT, version)
        contact_data.demand_contact_data(values)
        wanted = columns_of(values)
        if "owner_id" in values and values["owner_id"] != lead.owner_id:
            wanted["owner_id"] = checked_owner(session, values["owner_id"], ASSIGN, lead.owner_id)
        changes, banned = differences(lead, wanted), banned_by(lead)
        for name, (_old, new) in changes.items():
            setattr(lead, name, new)
        changes |= set_reach(lead, values)
        changes |= carry_out([*products_of(lead, values), *_keys(session, lead, values)])
        if not changes:
            return False
        entitle(lead, {one.source: one.key for one in lead.external_ids})
        follow_bans(session, lead, banned)
        _keep(session, lead, "changed", changes, {"fields": sorted(changes)})
        return True


def take_lead(lead_id: int, version: int | None = None) -> None:
    """Begin to work on a lead, which becomes one's own.

    :raises ConflictError: where it is closed or kept apart, or somebody else works on it.
    """
    with writing() as session:
        lead = open_lead(session, lead_id, EDIT, version)
        demand_genuine(lead)
        person = current_person()
        if lead.status == IN_WORK and lead.owner_id != person.id:
            raise ConflictError(_("Somebody else is working on this lead."))
        owner_id = person.id or lead.owner_id  # the system owns nothing
        status = PROCESSED if lead.status == PROCESSED else IN_WORK
        changes = differences(lead, {"status": status, "owner_id": owner_id})
        if changes:
            lead.status, lead.owner_id = status, owner_id
            _keep(session, lead, "taken", changes, {"owner_id": owner_id})


def find_interest(lead_id: int, version: int | None = None) -> bool:
    """Say that a lead is an interest indeed: it waits to become a client. Give whether it is new.

    :raises ConflictError: where it is closed.
    """
    with writing() as session:
        lead = open_lead(session, lead_id, EDIT, version)
        new = lead.status != PROCESSED
        if new:
            go_on(session, lead, PROCESSED)
        return new


def go_on(session: Session, lead: Lead, status: str) -> None:
    """Give an open lead, which the caller holds, another status that is not the end."""
    changes: Changes = {"status": (lead.status, status)}
    lead.status = status
    if status == PROCESSED:
        _keep(session, lead, "processed", changes, {"owner_id": lead.owner_id})
    else:
        _keep(session, lead, "changed", changes, {"fields": ["status"]})


def keep_apart(
    lead_id: int, suspicion: str, owner_id: int | None, version: int | None = None
) -> None:
    """Keep a lead apart again that was brought back.

    :param suspicion: why; with whose it was, as :func:`bring_back` says it.
    :raises ConflictError: where it is closed.
    """
    with writing() as session:
        lead = open_lead(session, lead_id, EDIT, version)
        changes = differences(lead, {"suspicion": suspicion, "owner_id": owner_id})
        if changes:
            lead.suspicion, lead.owner_id = suspicion, owner_id
            settle(session, [lead.id])
            _keep(session, lead, "changed", changes, {"fields": sorted(changes)})


def bring_back(lead_id: int, version: int | None = None) -> Mapping[str, Any]:
    """Let a lead count again that was kept apart; whose it is, is said as of a new one.

    :returns: what undoing it needs, as :func:`keep_apart` takes it.
    :raises ConflictError: where it is closed, or was not kept apart.
    """
    with writing() as session:
        dealing = Dealing(session)  # before the lead: who holds the rules never waits for a lead
        lead = open_lead(session, lead_id, EDIT, version)
        before = {"suspicion": lead.suspicion, "owner_id": lead.owner_id}
        if not lead.suspicion:
            raise ConflictError(_("This lead is not kept apart."))
        lead.suspicion, lead.owner_id = "", lead.owner_id or usual_owner()
        placed = place(session, [lead], dealing)
        changes = {
            name: (old, getattr(lead, name))
            for name, old in before.items()
            if old != getattr(lead, name)
        }
        _keep(session, lead, "brought_back", changes, {"owner_id": lead.owner_id})
        session.flush()
        note(session, placed)  # after that change, which nobody is to take for a touch
        return {**before, "version": lead.version}


def close_lead(lead_id: int, result_id: int, comment: str = "", version: int | None = None) -> None:
    """Close a lead that comes to nothing.

    :param result_id: one of the company's results that is offered.
    :raises InvalidError: for another one, and where it needs a comment and there is none.
    """
    with writing() as session:
        lead = open_lead(session, lead_id, EDIT, version)
        result = session.get(Result, result_id)
        if result is None or not result.active:
            message = _("Choose what came of it.")
            raise InvalidError(message, {"result_id": message})
        if result.needs_comment and not comment.strip():
            message = _("Say in a few words what came of it.")
            raise InvalidError(message, {"comment": message})
        finish_lead(session, lead, result.base, result_id=result.id, comment=comment.strip())
        finish_call(promised_call(session, lead.id), str(result.name))


def reopen_lead(lead_id: int, version: int | None = None) -> None:
    """Take a lead that came to nothing up again: it is what it was before.

    :raises ConflictError: where it is open, or has become a client.
    """
    with writing() as session:
        lead: Lead = for_change(session, KIND, lead_id, EDIT, version)
        if lead.status != CLOSED or lead.result == CONVERTED:
            raise ConflictError(_("Only a lead that came to nothing can be taken up again."))
        status = lead.status_before or OPEN
        changes = differences(
            lead, {"status": status, "result": None, "result_id": None, "comment": ""}
        )
        for name, (_old, new) in changes.items():
            setattr(lead, name, new)
        forget_closing(lead)
        _keep(session, lead, "reopened", changes, {})


def forget_closing(lead: Lead) -> None:
    """Let nothing be kept of the closing of a lead that is open again."""
    lead.closed_at = lead.closed_by_id = lead.status_before = None


def delete_lead(lead_id: int, version: int | None = None) -> None:
    """Put a lead into the bin; what came of it stays."""
    with writing() as session:
        lead: Lead = for_change(session, KIND, lead_id, DELETE, version)
        lead.deleted_at = now()
        _keep(session, lead, "deleted", {}, {})
        _review_client(session, lead)


def restore_lead(lead_id: int) -> None:
    """Take a lead out of the bin again."""
    demand_permission(DELETE)
    with writing() as session:
        lead = from_bin(session, KIND, lead_id, DELETE)
        ban_addresses(session, [lead])
        _keep(session, lead, "restored", {}, {})
        _review_client(session, lead)


def _review_client(session: Session, lead: Lead) -> None:
    """Let the client be judged anew that came of a lead which came or went."""
    if lead.client_id is not None:
        session.flush()
        review_relationship([lead.client_id])


def hand_over(session: Session, leads: Sequence[tuple[Lead, int | None]]) -> int:
    """Give leads, which the caller holds, to whom the rules say; give how many changed hands.

    :param leads: each with who is to be responsible, None for nobody.
    """
    moved = [(lead, owner_id) for lead, owner_id in leads if lead.owner_id != owner_id]
    told = [(lead.id, lead.title, differences(lead, {"owner_id": to})) for lead, to in moved]
    for lead, owner_id in moved:
        lead.owner_id = owner_id
        touch(lead)
        announce(session, "leads.lead.distributed", KIND, lead.id, {"owner_id": owner_id})
    audit_many(session, KIND, "distributed", told)
    return len(moved)


def note_reminders(untouched_since: datetime) -> Sequence[AnyRow]:
    """Note that owners are told of their untouched leads; give these leads, the oldest first.

    That is no change of a lead: it raises no version, so nobody who has one open loses a form.
    """
    with writing() as session:
        noted = (
            sa.update(Lead)
            .where(queries.untouched_since(untouched_since))
            .values(reminded_at=now())
            .returning(Lead.id, Lead.title, Lead.owner_id)
            .execution_options(synchronize_session=False)
        )
        return sorted(session.execute(noted), key=lambda lead: lead.id)


def _keys(session: Session, lead: Lead, values: Mapping[str, Any]) -> Iterator[Planned]:
    if "external_ids" in values:
        yield from plan_external_ids(session, LeadExternalId, lead.id, values["external_ids"])


def finish_lead(session: Session, lead: Lead, result: str, **said: Any) -> None:
    """Close a lead that was loaded for a change.

    :param said: what else is to be kept of its end: ``result_id`` and ``comment``, or the
        ``client_id``, ``contact_id`` and ``deal_id`` that it has become.
    """
    lead.closed_at, lead.closed_by_id = now(), current_person().id
    lead.status_before = lead.status
    changes = differences(lead, {"status": CLOSED, "result": result, **said})
    for name, (_old, new) in changes.items():
        setattr(lead, name, new)
    if lead.result_id is not None:
        del changes["result"]  # the company's own word says it
    became = {name: getattr(lead, name) for name in ("client_id", "contact_id", "deal_id")}
    _keep(session, lead, "closed", changes, {"result": result, **became})


def open_lead(session: Session, lead_id: int, permission: str, version: int | None) -> Lead:
    """Load a lead for a change.

    :raises ConflictError: where it is closed.
    """
    lead: Lead = for_change(session, KIND, lead_id, permission, version)
    if lead.status == CLOSED:
        raise ConflictError(_("The lead is closed."))
    return lead


def demand_genuine(lead: Lead) -> None:
    """Refuse what is done with genuine leads alone.

    :raises ConflictError: where it is kept apart.
    """
    if lead.suspicion:
        raise ConflictError(_("This lead is kept apart: bring it back first."))


def note_change(session: Session, lead: Lead, name: str) -> None:
    """Note that a column of a lead was changed of which people are not told what it held."""
    _keep(session, lead, "changed", {}, {"fields": [name]})


def _keep(
    session: Session, lead: Lead, action: str, changes: Changes, payload: Mapping[str, Any]
) -> None:
    touch(lead)
    audit(session, KIND, lead.id, lead.title, action, changes)
    announce(session, f"leads.lead.{action}", KIND, lead.id, payload)
