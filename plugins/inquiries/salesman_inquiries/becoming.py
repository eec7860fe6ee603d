"""What comes of an inquiry: a lead, a client, a deal with its products; all of it, or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    Client,
    ConflictError,
    Contact,
    InvalidError,
    company,
    completing,
    contact_data,
    create_client,
    create_contact,
    create_deal,
    current_person,
    for_change,
    handing_on,
    missing_custom,
    reaches,
    recognising,
    service,
    speaking,
    write_note,
    writing,
)
from salesman_hookspecs import Text
from salesman_inquiries.giving import owner_of
from salesman_inquiries.models import CANCELLED, CLIENT, DEAL, KIND, LEAD, Inquiry
from salesman_inquiries.permissions import EDIT
from salesman_inquiries.products import add_as_lines, amount_of, lines_of
from salesman_inquiries.references import wrong
from salesman_inquiries.service import create_inquiry, note_became
from salesman_inquiries.texts import texts
from salesman_inquiries.toolkit import Leads

_ = texts.lazy

Became = dict[str, int | None]
_LONGEST_NOTE: Final = 20_000
_MOST_WAYS: Final = 20
_ABOUT_A_DEAL: Final = _("The inquiry is about a deal already.")
NOTHING: Final[Became] = {
    **dict.fromkeys(("client_id", "contact_id", "deal_id", "lead_id", "owner_id")),
    "joined": False,
}


def take_in(
    values: Mapping[str, Any], becomes: str, outcome: Mapping[str, Any]
) -> tuple[int, Became]:
    """Note an inquiry and make something of it, in one transaction.

    :param becomes: ``lead``, ``client`` or ``deal``; an empty string for nothing.
    :param outcome: what :func:`make_client` and :func:`make_deal` take.
    :returns: the inquiry's id, and what came of it.
    :raises InvalidError: by field, also for a deal where it is about one.
    """
    if becomes == DEAL and values.get("deal_id") is not None:
        raise wrong("deal_id", _ABOUT_A_DEAL)
    with writing():
        inquiry_id = create_inquiry(values, goes_on=bool(becomes))
        if becomes == LEAD:
            return inquiry_id, make_lead(inquiry_id)
        if becomes == CLIENT:
            return inquiry_id, make_client(inquiry_id, outcome)
        if becomes == DEAL:
            return inquiry_id, make_deal(inquiry_id, outcome)
        return inquiry_id, NOTHING


def make_lead(inquiry_id: int, version: int | None = None) -> Became:
    """Make a lead of an inquiry: who it was, what they asked for, and where from.

    :raises InvalidError: where it is of a client whom whoever acts does not see.
    :raises ConflictError: where leads are not active, or something came of it already.
    """
    leads: Leads | None = service("leads")
    if leads is None:
        raise ConflictError(_("There are no leads: their plugin is not active."))
    with writing() as session:
        inquiry = _open(session, inquiry_id, version)
        _demand_known(inquiry)
        made = {**NOTHING, "lead_id": leads.take_in(_lead_of(session, inquiry))}
        note_became(session, inquiry, LEAD, made)
        return made


def make_client(inquiry_id: int, values: Mapping[str, Any], version: int | None = None) -> Became:
    """Make a client, with whom one talks to there, of a stranger who got in touch.

    A colleague's client that is recognised by phone or email gets what is known of them instead.

    :param values: ``client_name``, ``contact_name``; ``client_custom`` and ``contact_custom``:
        their custom fields by key; ``owner_id``: whose they are to be; ``new_client``: whether it
        is to be a new client whoever is recognised.
    :raises ForbiddenError: as :func:`salesman_inquiries.giving.owner_of` says.
    :raises InvalidError: by field, also for a required custom field of what is new.
    :raises ConflictError: where it is of a known client, or something came of it already.
    """
    with writing() as session:
        inquiry = _open(session, inquiry_id, version)
        if inquiry.client_id is not None:
            raise ConflictError(_("This is a known client already."))
        if (found := _recognised(session, inquiry, values)) is not None:
            return _attached(session, inquiry, found, values, CLIENT)
        owner_id = owner_of(session, inquiry, values.get("owner_id"))
        made = _settled(session, inquiry, values, deal=False)
        note_became(session, inquiry, CLIENT, made)
        handing_on.give_made(owner_id, client_id=made["client_id"], deal_id=None)
        return {**made, "owner_id": owner_id}


def make_deal(inquiry_id: int, values: Mapping[str, Any], version: int | None = None) -> Became:
    """Open a deal about what was asked for, with its client, known or new.

    The products that were asked about, and what was said, are a note of the deal; its amount is
    what they come to, where nobody says another one. Then they are its lines as well, where there
    is a catalogue.

    :param values: ``deal_name``, ``amount`` and ``deal_custom`` beside those of a client.
    :raises ConflictError: where it is about a deal, or something came of it already.
    """
    with writing() as session:
        inquiry = _open(session, inquiry_id, version)
        if inquiry.deal_id is not None:
            raise ConflictError(_ABOUT_A_DEAL)
        _demand_known(inquiry)
        if (found := _recognised(session, inquiry, values)) is not None:
            return _attached(session, inquiry, found, values, DEAL)
        owner_id = owner_of(session, inquiry, values.get("owner_id"))
        is_new = inquiry.client_id is None
        made = _settled(session, inquiry, values, deal=True)
        deal_id = create_deal(_deal_of(inquiry, values, made))
        _add_lines(inquiry, values, deal_id)
        _tell(inquiry, deal_id)
        made |= {"deal_id": deal_id, "owner_id": owner_id}
        note_became(session, inquiry, DEAL, made)
        client_id = made["client_id"] if is_new else None
        handing_on.give_made(owner_id, client_id=client_id, deal_id=deal_id)
        handing_on.tell_holder(session, owner_id, deal_id)
        return made


def _open(session: Session, inquiry_id: int, version: int | None) -> Inquiry:
    inquiry: Inquiry = for_change(session, KIND, inquiry_id, EDIT, version)
    if inquiry.status == CANCELLED:
        raise ConflictError(_("The inquiry is cancelled."))
    if inquiry.became_kind is not None:
        raise ConflictError(_("Something has come of this inquiry already."))
    return inquiry


def _recognised(
    session: Session, inquiry: Inquiry, values: Mapping[str, Any]
) -> recognising.Recognised | None:
    """Give the colleague's client that a stranger is; None where it is to be a new one anyway."""
    if inquiry.client_id is not None or values.get("new_client"):
        return None
    return recognising.recognised(session, _reach_of(inquiry))


def _attached(
    session: Session,
    inquiry: Inquiry,
    found: recognising.Recognised,
    values: Mapping[str, Any],
    becomes: str,
) -> Became:
    """Let the client that was recognised have what an inquiry becomes."""
    name = str(values.get("contact_name") or "").strip() or inquiry.name
    is_deal = becomes == DEAL
    _demand_custom(values, client=False, contact=bool(name), deal=is_deal)
    reach = _reach_of(inquiry)
    attached = recognising.attach(
        session,
        found,
        completing.Somebody(name, reach["phones"], reach["emails"]),
        deal=_deal_of(inquiry, values, NOTHING) if is_deal else None,
        contact={"custom": values.get("contact_custom") or {}},
        note=_note_of(inquiry),
        owner_id=owner_of(session, inquiry, values.get("owner_id"), found),
        complete_deal=partial(_add_lines, inquiry, values),
    )
    made: Became = {**NOTHING, **attached._asdict(), "joined": True}
    note_became(session, inquiry, becomes, made)
    return made


def _settled(
    session: Session, inquiry: Inquiry, values: Mapping[str, Any], *, deal: bool
) -> Became:
    """Give the client and the person there that an inquiry is with; make who is not known.

    Who is known gets the phones and emails that they lack.
    """
    contact_name = _contact_name(inquiry, values)
    is_new = inquiry.client_id is None
    _demand_custom(values, client=is_new, contact=bool(contact_name), deal=deal)
    client_id, contact_id = inquiry.client_id, inquiry.contact_id
    if client_id is None:
        client_id = create_client(_client_of(inquiry, values, contact_name))
    if contact_name:
        contact = {"client_id": client_id, "name": contact_name, **_reach_of(inquiry)}
        contact["custom"] = values.get("contact_custom") or {}
        contact_id = create_contact(contact)
    elif inquiry.client_id is not None:
        _complete(session, inquiry)
    return {**NOTHING, "client_id": client_id, "contact_id": contact_id}


def _complete(session: Session, inquiry: Inquiry) -> None:
    """Let whom an inquiry is with be found by what they told: the person there, else the client.

    Who may not change the client leaves it as it is; the inquiry keeps what was told.
    """
    client_id, contact_id = inquiry.client_id, inquiry.contact_id
    if client_id is None or not reaches("client", client_id, "core.client.edit"):
        return
    reach = _reach_of(inquiry)
    somebody = completing.Somebody(inquiry.name, reach["phones"], reach["emails"])
    if contact_id is None:
        completing.complete_client(session, client_id, somebody)
    elif reaches("contact", contact_id):
        completing.complete_contact(session, contact_id, somebody)


def _demand_known(inquiry: Inquiry) -> None:
    """Let nobody make anything of a client whom they do not see."""
    if inquiry.client_id is not None and not reaches("client", inquiry.client_id):
        message = _("There is no such client, or you may not see it.")
        raise InvalidError(message, {"client_id": message})


def _demand_custom(values: Mapping[str, Any], *, client: bool, contact: bool, deal: bool) -> None:
    """Let it become only what has a value in each custom field that the company requires."""
    new = {"client": client, "contact": contact, "deal": deal}
    wrong: dict[str, Text] = {}
    for kind in (kind for kind, comes in new.items() if comes):
        wrong |= missing_custom(kind, values.get(f"{kind}_custom") or {}, prefix=f"{kind}_")
    if wrong:
        raise InvalidError(_("Some fields are not right."), wrong)


def _contact_name(inquiry: Inquiry, values: Mapping[str, Any]) -> str:
    """Give who is new at a client; an empty string for nobody.

    A stranger without a company is the client themselves.
    """
    if inquiry.contact_id is not None:
        return ""
    named = str(values.get("contact_name") or "").strip()
    of_company = inquiry.client_id is not None or inquiry.company or values.get("client_name")
    return named or (inquiry.name if of_company else "")


def _client_of(inquiry: Inquiry, values: Mapping[str, Any], contact_name: str) -> dict[str, Any]:
    named = str(values.get("client_name") or inquiry.company or inquiry.name).strip()
    name = named or _reached_as(inquiry)
    if not name:
        message = _("Say what the client is called.")
        raise InvalidError(message, {"client_name": message})
    client: dict[str, Any] = {
        "name": name,
        "source": inquiry.source,
        "custom": values.get("client_custom") or {},
    }
    if contact_name:
        return {**client, "kind": "company"}
    return {**client, "kind": "company" if inquiry.company else "person", **_reach_of(inquiry)}


def _reached_as(inquiry: Inquiry) -> str:
    """Give what somebody is called of whom nobody knows a name: how they are reached."""
    way = next((way for ways in _reach_of(inquiry).values() for way in ways), "")
    if not way or contact_data.sees_contact_data():
        return way
    return contact_data.masked(way)


def _reach_of(inquiry: Inquiry) -> dict[str, list[str]]:
    return {
        "phones": [one.typed for one in inquiry.phones],
        "emails": [one.typed for one in inquiry.emails],
    }


def _deal_of(inquiry: Inquiry, values: Mapping[str, Any], made: Became) -> dict[str, Any]:
    name = str(values.get("deal_name") or "").strip() or inquiry.subject
    products = [one.name for one in inquiry.products]
    deal: dict[str, Any] = {
        "name": name or ", ".join(products)[:300] or inquiry.title,
        "client_id": made["client_id"],
        "custom": values.get("deal_custom") or {},
    }
    amount = values.get("amount")
    if amount is None:
        amount = amount_of(inquiry.products)
    if amount is not None:
        deal["amount"] = amount
    if made["contact_id"] is not None:
        deal["contact_ids"] = [made["contact_id"]]
    return deal


def _add_lines(inquiry: Inquiry, values: Mapping[str, Any], deal_id: int) -> None:
    """Let the products be lines of a new deal, unless somebody says what else it is worth."""
    if values.get("amount") is None:
        add_as_lines(inquiry.products, deal_id)


def _tell(inquiry: Inquiry, deal_id: int) -> None:
    """Write down at the deal what was asked for and said."""
    text = _note_of(inquiry)
    if text and current_person().may("core.note.write"):
        write_note("deal", deal_id, text)


def _note_of(inquiry: Inquiry) -> str:
    """Give what was asked for and said, in the company's language."""
    with speaking(company().language):
        return "\n".join(_told(inquiry))[:_LONGEST_NOTE]


def _told(inquiry: Inquiry) -> Iterator[str]:
    lines = lines_of(inquiry.products)
    if lines:
        yield texts.gettext("Asked about:")
        yield from (f"— {line}" for line in lines)
    if inquiry.text:
        yield inquiry.text


def _lead_of(session: Session, inquiry: Inquiry) -> dict[str, Any]:
    """Give the lead; of a known client and a person there, their names and how to reach them."""
    client = session.get(Client, inquiry.client_id) if inquiry.client_id else None
    contact = session.get(Contact, inquiry.contact_id) if inquiry.contact_id else None
    reached = [one for one in (inquiry, contact, client) if one is not None]
    said = (inquiry.subject, *lines_of(inquiry.products), inquiry.text)
    return {
        "name": inquiry.name or (contact.name if contact is not None else ""),
        "company": inquiry.company or (client.name if client is not None else ""),
        "text": "\n".join(part for part in said if part),
        "source": inquiry.source,
        "products": [one.name for one in inquiry.products],
        **{name: _ways(reached, name) for name in ("phones", "emails")},
    }


def _ways(reached: Sequence[Inquiry | Contact | Client], name: str) -> list[str]:
    """Give how to reach somebody, each way once, as the first of several wrote it."""
    ways: dict[str, str] = {}
    for one in reached:
        for way in getattr(one, name):
            ways.setdefault(way.normalised or way.typed, way.typed)
    return list(ways.values())[:_MOST_WAYS]
