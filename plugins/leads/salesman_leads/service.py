"""Every change of leads: the rules, the transaction, the events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    AnyRow,
    Changes,
    ConflictError,
    InvalidError,
    announce,
    audit,
    checked_owner,
    contact_data,
    create_client,
    create_contact,
    create_deal,
    current_person,
    demand_permission,
    differences,
    for_change,
    from_bin,
    missing_custom,
    now,
    reaches,
    set_reach,
    touch,
    writing,
)
from salesman_hookspecs import Scope, Text
from salesman_leads import queries
from salesman_leads.models import CLOSED, CONVERTED, IN_WORK, KIND, OPEN, RESULTS, Lead
from salesman_leads.permissions import ASSIGN, CREATE, DELETE, EDIT, QUALIFY, VIEW
from salesman_leads.texts import texts

_ = texts.lazy

COLUMNS: Final = ("name", "company", "text", "source")
_TITLE: Final = 300


def usual_owner() -> int | None:
    """Give whose a lead is where nobody says: one's own, for those who see no others."""
    person = current_person()
    return person.id if person.scope(VIEW) in {Scope.OWN, Scope.TEAM} else None


def create_lead(values: Mapping[str, Any]) -> int:
    """Take a lead in.

    :param values: as the JSON API names them; without ``owner_id`` it is the usual owner's.
    :returns: the new lead's id.
    :raises InvalidError: where nobody could tell who it is or how to reach them.
    """
    demand_permission(CREATE)
    with writing() as session:
        moment = now()
        lead = Lead(status=OPEN, created_at=moment, updated_at=moment)
        for name in COLUMNS:
            setattr(lead, name, str(values.get(name) or "").strip())
        lead.owner_id = usual_owner()
        if values.get("owner_id") is not None:
            lead.owner_id = checked_owner(session, values["owner_id"], ASSIGN)
        set_reach(lead, values)
        _entitle(lead)
        session.add(lead)
        session.flush()
        given = {**values, "owner_id": lead.owner_id}
        changes: Changes = {name: (None, value) for name, value in given.items() if value}
        audit(session, KIND, lead.id, lead.title, "created", changes)
        announce(session, "leads.lead.created", KIND, lead.id, {"source": lead.source})
        return lead.id


def change_lead(lead_id: int, values: Mapping[str, Any], version: int | None = None) -> bool:
    """Change a lead; give whether anything changed.

    :raises ConflictError: where it is closed.
    """
    with writing() as session:
        lead = _open_lead(session, lead_id, EDIT, version)
        contact_data.demand_contact_data(values)
        wanted = {name: values[name].strip() for name in COLUMNS if name in values}
        if "owner_id" in values and values["owner_id"] != lead.owner_id:
            wanted["owner_id"] = checked_owner(session, values["owner_id"], ASSIGN)
        changes = differences(lead, wanted)
        for name, (_old, new) in changes.items():
            setattr(lead, name, new)
        changes |= set_reach(lead, values)
        if not changes:
            return False
        _entitle(lead)
        _keep(session, lead, "changed", changes, {"fields": sorted(changes)})
        return True


def take_lead(lead_id: int, version: int | None = None) -> None:
    """Begin to work on a lead, which becomes one's own.

    :raises ConflictError: where it is closed, or somebody else works on it.
    """
    with writing() as session:
        lead = _open_lead(session, lead_id, EDIT, version)
        person = current_person()
        if lead.status == IN_WORK and lead.owner_id != person.id:
            raise ConflictError(_("Somebody else is working on this lead."))
        owner_id = person.id or lead.owner_id  # the system owns nothing
        changes = differences(lead, {"status": IN_WORK, "owner_id": owner_id})
        if changes:
            lead.status, lead.owner_id = IN_WORK, owner_id
            _keep(session, lead, "taken", changes, {"owner_id": owner_id})


def close_lead(lead_id: int, result: str, comment: str = "", version: int | None = None) -> None:
    """Close a lead that comes to nothing.

    :param result: ``spam``, ``duplicate``, ``not_our_customer`` or ``other``.
    :raises InvalidError: for another result; ``other`` needs a comment.
    """
    if result not in RESULTS or result == CONVERTED:
        message = _("Choose what came of it.")
        raise InvalidError(message, {"result": message})
    if result == "other" and not comment.strip():
        message = _("Say in a few words what came of it.")
        raise InvalidError(message, {"comment": message})
    with writing() as session:
        lead = _open_lead(session, lead_id, EDIT, version)
        _close(session, lead, result, comment.strip())


def reopen_lead(lead_id: int, version: int | None = None) -> None:
    """Take a lead that came to nothing up again.

    :raises ConflictError: where it is open, or has become a client.
    """
    with writing() as session:
        lead: Lead = for_change(session, KIND, lead_id, EDIT, version)
        if lead.status != CLOSED or lead.result == CONVERTED:
            raise ConflictError(_("Only a lead that came to nothing can be taken up again."))
        changes: Changes = {"status": (CLOSED, OPEN), "result": (lead.result, None)}
        lead.status, lead.result, lead.comment = OPEN, None, ""
        _keep(session, lead, "reopened", changes, {})


def qualify_lead(
    lead_id: int, values: Mapping[str, Any], version: int | None = None
) -> dict[str, int | None]:
    """Turn a lead into client, contact and deal: all of it, or nothing.

    :param values: ``client_id`` of a known client, or ``client_name`` for a new one;
        ``contact_name``; ``deal_name`` and ``amount`` where a deal is to be opened;
        ``client_custom``, ``contact_custom`` and ``deal_custom``: their custom fields by key.
    :returns: ``client_id``, ``contact_id`` and ``deal_id``, None for what was not made.
    :raises InvalidError: by field: for a client that there is not, or that the person may not see,
        and for a required custom field of what is new.
    """
    with writing() as session:
        lead = _open_lead(session, lead_id, QUALIFY, version)
        _demand_custom(lead, values)
        client_id = _known_client(values) or create_client(_client_of(lead, values))
        contact_id = _contact(lead, client_id, values)
        deal_id = _deal(client_id, contact_id, values)
        lead.client_id, lead.contact_id, lead.deal_id = client_id, contact_id, deal_id
        _close(session, lead, CONVERTED, "")
        return {"client_id": client_id, "contact_id": contact_id, "deal_id": deal_id}


def delete_lead(lead_id: int, version: int | None = None) -> None:
    """Put a lead into the bin; what came of it stays."""
    with writing() as session:
        lead: Lead = for_change(session, KIND, lead_id, DELETE, version)
        lead.deleted_at = now()
        _keep(session, lead, "deleted", {}, {})


def restore_lead(lead_id: int) -> None:
    """Take a lead out of the bin again."""
    demand_permission(DELETE)
    with writing() as session:
        lead = from_bin(session, KIND, lead_id, DELETE)
        _keep(session, lead, "restored", {}, {})


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


def _known_client(values: Mapping[str, Any]) -> int | None:
    client_id: int | None = values.get("client_id")
    if client_id is not None and not reaches("client", client_id):
        message = _("There is no such client, or you may not see it.")
        raise InvalidError(message, {"client_id": message})
    return client_id


def _demand_custom(lead: Lead, values: Mapping[str, Any]) -> None:
    """Let a lead become only what has a value in each custom field that the company requires."""
    new = {
        "client": values.get("client_id") is None,
        "contact": bool(_contact_name(lead, values)),
        "deal": bool(values.get("deal_name")),
    }
    wrong: dict[str, Text] = {}
    for kind in (kind for kind, comes in new.items() if comes):
        wrong |= missing_custom(kind, _custom(values, kind), prefix=f"{kind}_")
    if wrong:
        raise InvalidError(_("Some fields are not right."), wrong)


def _custom(values: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    return values.get(f"{kind}_custom") or {}


def _client_of(lead: Lead, values: Mapping[str, Any]) -> dict[str, Any]:
    """Give a new client; a person without a company is one, and has the ways to reach them."""
    name = str(values.get("client_name") or lead.company or lead.name).strip()
    client: dict[str, Any] = {
        "name": name,
        "source": lead.source,
        "custom": _custom(values, "client"),
    }
    if values.get("contact_name") or (lead.company and lead.name):
        return {**client, "kind": "company"}
    return {**client, "kind": "person" if not lead.company else "company", **_reach_of(lead)}


def _contact_name(lead: Lead, values: Mapping[str, Any]) -> str:
    """Give whom one talks to at the client; an empty string for nobody."""
    known = values.get("client_id") is not None
    return values.get("contact_name") or (lead.name if lead.company or known else "")


def _contact(lead: Lead, client_id: int, values: Mapping[str, Any]) -> int | None:
    name = _contact_name(lead, values)
    if not name:
        return None
    contact = {"client_id": client_id, "name": name, "custom": _custom(values, "contact")}
    return create_contact({**contact, **_reach_of(lead)})


def _deal(client_id: int, contact_id: int | None, values: Mapping[str, Any]) -> int | None:
    if not values.get("deal_name"):
        return None
    deal = {
        "name": values["deal_name"],
        "client_id": client_id,
        "custom": _custom(values, "deal"),
    }
    if values.get("amount") is not None:
        deal["amount"] = values["amount"]
    if contact_id is not None:
        deal["contact_ids"] = [contact_id]
    return create_deal(deal)


def _reach_of(lead: Lead) -> dict[str, list[str]]:
    return {
        "phones": [one.typed for one in lead.phones],
        "emails": [one.typed for one in lead.emails],
    }


def _close(session: Session, lead: Lead, result: str, comment: str) -> None:
    changes: Changes = {"status": (lead.status, CLOSED), "result": (None, result)}
    lead.status, lead.result, lead.comment = CLOSED, result, comment
    _keep(session, lead, "closed", changes, {"result": result})


def _open_lead(session: Session, lead_id: int, permission: str, version: int | None) -> Lead:
    lead: Lead = for_change(session, KIND, lead_id, permission, version)
    if lead.status == CLOSED:
        raise ConflictError(_("The lead is closed."))
    return lead


def _entitle(lead: Lead) -> None:
    """Name a lead by the best that is known of it; a phone or email masked.

    The title is kept in places that ask nobody what they may see: in the audit, in letters, in
    the runs of acts. :data:`queries.TITLE` gives it whole to whoever may read contact data.

    :raises InvalidError: where nothing is known.
    """
    typed = [one.typed for one in lead.phones] + [one.typed for one in lead.emails]
    reached = [contact_data.masked(one) for one in typed[:1]]
    who = ", ".join(part for part in (lead.name, lead.company) if part)
    title = who or next(iter(reached), "")
    if not title:
        message = _("Give a name, a company, a phone or an email.")
        raise InvalidError(message, {"name": message})
    lead.title = lead.search_title = title[:_TITLE]


def _keep(
    session: Session, lead: Lead, action: str, changes: Changes, payload: Mapping[str, Any]
) -> None:
    touch(lead)
    audit(session, KIND, lead.id, lead.title, action, changes)
    announce(session, f"leads.lead.{action}", KIND, lead.id, payload)
