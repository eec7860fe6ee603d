"""A lead becomes a client, a contact and a deal: all of it, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    Client,
    Contact,
    Deal,
    InvalidError,
    completing,
    contact_data,
    create_client,
    create_contact,
    create_deal,
    current_person,
    handing_on,
    missing_custom,
    move_notes_and_files,
    name_contact,
    reaches,
    recognising,
    review_relationship,
    visible,
    write_note,
    writing,
)
from salesman_hookspecs import Text
from salesman_leads import giving
from salesman_leads.banning import bans_going_along
from salesman_leads.choosing import whom_at
from salesman_leads.completing import complete_deal, free_keys, somebody
from salesman_leads.models import CONVERTED, KIND, Lead
from salesman_leads.permissions import QUALIFY
from salesman_leads.products import add_as_lines
from salesman_leads.queue.planning import follow_lead
from salesman_leads.service import finish_lead, open_lead
from salesman_leads.texts import texts

_ = texts.lazy

Values = Mapping[str, Any]


class Made(NamedTuple):
    """What came of a lead; None for what there is not."""

    client_id: int
    contact_id: int | None
    deal_id: int | None


def qualify_lead(lead_id: int, values: Values, version: int | None = None) -> dict[str, int | None]:
    """Turn a lead into client, contact and deal: all of it, or nothing.

    What is new belongs to somebody who can work on it (:func:`salesman_leads.giving.owner_of`).
    What they wrote becomes a note of the deal, else of the client; the lead's notes and files go
    there as they are, with whoever wrote them and when. Source, keys in other systems, phones,
    emails and bans go along, and so do the products of the catalogue, as lines of a new deal whose
    amount nobody says: what an existing client does not want is said at its contact, where
    there is one, because others there may want it.

    :param values: ``client_id`` of a known client, or ``client_name`` for a new one;
        ``contact_id`` of one of its contacts, or ``contact_name``; ``deal_id`` of one of its open
        deals, or ``deal_name`` and ``amount`` where one is to be opened; ``client_custom``,
        ``contact_custom`` and ``deal_custom``: their custom fields by key; ``owner_id``: whose
        what is new is to be; ``new_client``: whether the client is to be a new one whoever is
        recognised. Else a colleague's client that has a phone or email of the lead is the client.
    :returns: ``client_id``, ``contact_id`` and ``deal_id``, None for what there is not;
        ``owner_id``: whose it is that is new; ``joined``: whether a client was recognised.
    :raises InvalidError: by field: for what there is not, or the person may not see, and for a
        required custom field of what is new.
    """
    with writing() as session:
        lead = open_lead(session, lead_id, QUALIFY, version)
        _demand_known(session, values)
        _demand_deal_name(values)
        if (found := _recognised(session, lead, values)) is not None:
            return _attached(session, lead, found, values)
        client_id = values.get("client_id")
        owner_id = giving.owner_of(session, lead, values.get("owner_id"), client_id)
        values = _with_whom(session, lead, values)
        _demand_custom(values)
        client_id = client_id or create_client(_client_of(session, lead, values))
        contact_id = _contact(lead, client_id, values)
        deal_id = _deal(session, lead, client_id, contact_id, values)
        made = Made(client_id, contact_id, deal_id)
        _tell(session, lead, values, made)
        finish_lead(session, lead, CONVERTED, **made._asdict())
        follow_lead(lead, made._asdict())
        session.flush()
        review_relationship([client_id])
        new = {kind: None if values.get(kind) else id_ for kind, id_ in made._asdict().items()}
        handing_on.give_made(owner_id, client_id=new["client_id"], deal_id=new["deal_id"])
        return {**made._asdict(), "owner_id": owner_id, "joined": False}


def _recognised(session: Session, lead: Lead, values: Values) -> recognising.Recognised | None:
    """Give the colleague's client that a lead is; None where it is said what it is to become."""
    if values.get("new_client") or values.get("client_id") or values.get("deal_id"):
        return None
    return recognising.recognised(session, _reach_of(lead))


def _attached(
    session: Session, lead: Lead, found: recognising.Recognised, values: Values
) -> dict[str, int | None]:
    """Let the client that was recognised have what a lead becomes, and close the lead."""
    name = str(values.get("contact_name") or "").strip() or lead.name
    _demand_custom({**values, "client_id": found.client_id, "contact_name": name})
    attached = recognising.attach(
        session,
        found,
        replace(somebody(lead), name=name),
        deal=_deal_of(session, lead, values) if values.get("deal_name") else None,
        contact={"custom": _custom(values, "contact")},
        note=_said(lead),
        taken_along=(KIND, lead.id),
        owner_id=giving.owner_of(session, lead, values.get("owner_id"), None, found),
        complete_deal=partial(_add_lines, lead, values),
    )
    made = Made(attached.client_id, attached.contact_id, attached.deal_id)
    finish_lead(session, lead, CONVERTED, **made._asdict())
    follow_lead(lead, made._asdict())
    session.flush()
    review_relationship([made.client_id])
    return {**made._asdict(), "owner_id": attached.owner_id, "joined": True}


def _demand_known(session: Session, values: Values) -> None:
    """Judge what is said to be there already: the client, a contact of it, an open deal of it.

    A new client may get an open deal that has none.
    """
    client_id = values.get("client_id")
    if client_id is not None and not reaches("client", client_id):
        message = _("There is no such client, or you may not see it.")
        raise InvalidError(message, {"client_id": message})
    of_client = (
        ("contact", Contact, _("This is no contact of the client."), sa.true()),
        ("deal", Deal, _("This is no open deal of the client."), Deal.outcome.is_(None)),
    )
    for kind, model, message, further in of_client:
        id_ = values.get(f"{kind}_id")
        if id_ is None:
            continue
        known = sa.exists().where(model.id == id_, model.client_id == client_id)
        if not session.scalar(sa.select(known.where(visible(kind), further))):
            raise InvalidError(message, {f"{kind}_id": message})


def _demand_deal_name(values: Values) -> None:
    """Let nobody say what a deal is worth where none is opened: it would be lost."""
    if values.get("amount") is None or values.get("deal_name"):
        return
    if values.get("deal_id") is not None:
        message = _("The amount is for a deal that is to be opened: an open one keeps its own.")
        raise InvalidError(message, {"amount": message})
    message = _("Say what the deal is called that is worth this.")
    raise InvalidError(message, {"deal_name": message})


def _with_whom(session: Session, lead: Lead, values: Values) -> Values:
    """Say whom one talks to, where nobody does: who is there already is not made again."""
    if values.get("contact_id") is not None or values.get("contact_name"):
        return values
    contact_id, name = whom_at(session, values.get("client_id"), lead)
    return {**values, "contact_id": contact_id, "contact_name": name}


def _demand_custom(values: Values) -> None:
    """Let a lead become only what has a value in each custom field that the company requires."""
    new = {
        "client": values.get("client_id") is None,
        "contact": values.get("contact_id") is None and bool(values["contact_name"]),
        "deal": values.get("deal_id") is None and bool(values.get("deal_name")),
    }
    wrong: dict[str, Text] = {}
    for kind in (kind for kind, comes in new.items() if comes):
        wrong |= missing_custom(kind, _custom(values, kind), prefix=f"{kind}_")
    if wrong:
        raise InvalidError(_("Some fields are not right."), wrong)


def _custom(values: Values, kind: str) -> Mapping[str, Any]:
    return values.get(f"{kind}_custom") or {}


def _client_of(session: Session, lead: Lead, values: Values) -> dict[str, Any]:
    """Give a new client; a person without a company is one, and has the ways to reach them."""
    name = str(values.get("client_name") or lead.company or lead.name or _reached_as(lead)).strip()
    client: dict[str, Any] = {
        "name": name,
        "source": lead.source,
        "bans": bans_going_along(lead),
        "external_ids": free_keys(session, Client, lead),
        "custom": _custom(values, "client"),
    }
    if values["contact_name"]:
        return {**client, "kind": "company"}
    return {**client, "kind": "person" if not lead.company else "company", **_reach_of(lead)}


def _reached_as(lead: Lead) -> str:
    """Give what a lead is called of which nobody knows a name: how it is reached, else its key."""
    if not contact_data.sees_contact_data():
        return lead.title
    ways = [one.typed for one in lead.phones] + [one.typed for one in lead.emails]
    return ways[0] if ways else lead.title


def _contact(lead: Lead, client_id: int, values: Values) -> int | None:
    contact_id: int | None = values.get("contact_id")
    name = values.get("contact_name")
    if contact_id is not None or not name:
        return contact_id
    return create_contact(
        {
            "client_id": client_id,
            "name": name,
            "custom": _custom(values, "contact"),
            "bans": bans_going_along(lead),
            **_reach_of(lead),
        }
    )


def _deal(
    session: Session, lead: Lead, client_id: int, contact_id: int | None, values: Values
) -> int | None:
    deal_id: int | None = values.get("deal_id")
    if deal_id is not None or not values.get("deal_name"):
        return deal_id
    deal = {**_deal_of(session, lead, values), "client_id": client_id}
    if contact_id is not None:
        deal["contact_ids"] = [contact_id]
    deal_id = create_deal(deal)
    _add_lines(lead, values, deal_id)
    return deal_id


def _add_lines(lead: Lead, values: Values, deal_id: int) -> None:
    """Let the products be lines of a new deal, unless somebody says what it is worth."""
    if values.get("amount") is None:
        add_as_lines(lead, deal_id)


def _deal_of(session: Session, lead: Lead, values: Values) -> dict[str, Any]:
    """Give a new deal, but for whose it is and with whom."""
    deal: dict[str, Any] = {
        "name": values["deal_name"],
        "external_ids": free_keys(session, Deal, lead),
        "custom": _custom(values, "deal"),
    }
    if values.get("amount") is not None:
        deal["amount"] = values["amount"]
    return deal


def _tell(session: Session, lead: Lead, values: Values, made: Made) -> None:
    """Let what there was already have what the lead knows, and the deal or client what was said."""
    if values.get("client_id") is not None:
        reached = made.contact_id is None
        completing.complete_client(session, made.client_id, somebody(lead), reached=reached)
    if values.get("contact_id") is not None:
        completing.complete_contact(session, values["contact_id"], somebody(lead))
    if values.get("deal_id") is not None:
        complete_deal(session, lead, values["deal_id"], made.client_id)
        if made.contact_id is not None:
            name_contact(values["deal_id"], made.contact_id)
    of_client = ("client", made.client_id)
    whither = of_client if made.deal_id is None else ("deal", made.deal_id)
    if (said := _said(lead)) and current_person().may("core.note.write"):
        write_note(*whither, said)
    move_notes_and_files((KIND, lead.id), whither)


def _said(lead: Lead) -> str:
    """Give what somebody wrote, and what they are interested in, as a note."""
    products = ", ".join(one.name for one in lead.products)
    interest = texts.gettext("Interested in: %(products)s", products=products) if products else ""
    return "\n\n".join(part for part in (lead.text.strip(), interest) if part)


def _reach_of(lead: Lead) -> dict[str, list[str]]:
    return {
        "phones": [one.typed for one in lead.phones],
        "emails": [one.typed for one in lead.emails],
    }
