"""What the form shows in which a lead becomes a client, a contact and a deal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    AMOUNT,
    AnyRow,
    FormState,
    as_choice,
    custom_labels,
    handing_on,
    needed_controls,
    reaches,
    reading,
    recognising,
    whole_number,
)
from salesman_leads import choosing, giving, known
from salesman_leads.permissions import ASSIGN
from salesman_leads.products import suggestions
from salesman_leads.texts import texts

_ = texts.lazy

BECOMES: Final = ("client", "contact", "deal")
"""The kinds of records that a lead may become."""


def qualify_form(
    lead: AnyRow,
    known_as: Sequence[known.Known],
    form: FormState | None = None,
    found: recognising.Recognised | None = None,
) -> dict[str, Any]:
    """Give what the form shows: the clients that are known stand first.

    :param found: a colleague's client that was recognised.
    :param form: what was typed; without it, where one client alone is known, it is that one.
    """
    session = reading()
    made = form or _becomes(session, lead, known_as, found)
    client_id = _number(made.value("client_id"))
    usual = giving.usual_owner(session, lead, client_id, found)
    clients = [(one.id, one.name) for one in known_as]
    if client_id is not None and client_id not in dict(clients):
        clients += as_choice("client", client_id)
    return {
        "made": made,
        "recognised": found,
        "clients": clients,
        "people": choosing.people_at(session, client_id),
        "deals": choosing.open_deals_of(session, client_id),
        "amount_title": AMOUNT,
        "amount_help": _("Empty: what the products come to.") if suggestions() else "",
        "holders": handing_on.holders_offered(ASSIGN, [usual]),
        "needed": {kind: needed_controls(kind) for kind in BECOMES},
        "needed_labels": {
            name: label
            for kind in BECOMES
            for name, label in custom_labels(kind, prefix=f"{kind}_").items()
        },
    }


def came_of(*, client_id: int | None, deal_id: int | None) -> dict[str, int]:
    """Give the client and the deal that a lead became, as far as the person sees them, by kind."""
    ids = {"client": client_id, "deal": deal_id}
    return {kind: id_ for kind, id_ in ids.items() if id_ is not None and reaches(kind, id_)}


def _number(text: object) -> int | None:
    try:
        return whole_number(str(text))
    except ValueError:
        return None


def _becomes(
    session: Session,
    lead: AnyRow,
    known_as: Sequence[known.Known],
    found: recognising.Recognised | None,
) -> FormState:
    """Give the form of what a lead would become."""
    client_id = known_as[0].id if len(known_as) == 1 else None
    contact_id, contact = choosing.whom_at(session, client_id, lead)
    return FormState(
        {
            "client_id": client_id,
            "client_name": lead.company or lead.name,
            "contact_id": contact_id,
            "contact_name": contact,
            "owner_id": giving.usual_owner(session, lead, client_id, found),
        }
    )


def chosen_anew(lead: AnyRow, typed: Mapping[str, str]) -> FormState:
    """Give the form where another client was chosen: whom one talks to goes by the client.

    Names that somebody typed themselves stay.
    """
    client_id = _number(typed["client_id"])
    contact_id, contact = choosing.whom_at(reading(), client_id, lead)
    name = typed["contact_name"]
    return FormState(
        {
            **typed,
            "client_name": typed["client_name"] or lead.company or lead.name,
            "contact_id": contact_id,
            "contact_name": contact if name in {"", lead.name} else name,
        }
    )
