"""What people agree to in web forms, as the plugin that shows the forms announces it.

Anybody can type somebody else's address into a form. So an agreement by that way holds only where
nothing else is known: it takes no refusal back.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from salesman_core.toolkit import InvalidError, writing
from salesman_hookspecs import Event, EventHandler
from salesman_mailing.consent.consent import About, Proof, record
from salesman_mailing.consent.models import FORM, GIVEN, Purpose
from salesman_mailing.groups.kinds import kind_named

_PROVES: Final = {"form": 100, "form_version": 40, "ip": 45, "page": 1000}
"""What an event tells of it, and how long that may be."""
_CALLED: Final = {"page": "url"}
"""What the ledger calls it, where that is otherwise."""


def take_in(event: Event) -> None:
    """Note that the addresses of a record may be written to, for what takes such consents."""
    try:
        kind = kind_named(event.kind)
    except InvalidError:
        return  # its plugin is not active any more
    told = {
        _CALLED.get(name, name): str(event.payload.get(name, ""))[:most]
        for name, most in _PROVES.items()
    }
    told["said_at"] = f"{event.at:%Y-%m-%dT%H:%M:%SZ}"  # it may have waited
    proof = Proof(FORM, "", {name: text for name, text in told.items() if text}, by_stranger=True)
    emails = sa.select(kind.emails.normalised).where(
        kind.of_email == event.record_id, kind.emails.normalised.is_not(None)
    )
    purposes = sa.select(Purpose.id).where(Purpose.by_forms, Purpose.active).order_by(Purpose.id)
    with writing() as session:
        addresses = session.scalars(emails).all()
        for purpose_id in session.scalars(purposes).all() if addresses else ():
            record(session, addresses, About(purpose_id=purpose_id), GIVEN, proof)


HANDLER: Final = EventHandler("web_forms", ("leads.lead.agreed_to_letters",), take_in)
