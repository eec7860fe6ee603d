"""What mailing shows on the card of whoever can be written to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

import sqlalchemy as sa
from markupsafe import Markup
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    AnyRow,
    Contact,
    InvalidError,
    MissingError,
    ban_reasons,
    bans,
    contact_data,
    current_person,
    demand,
    reading,
    render,
    visible,
)
from salesman_mailing.campaigns.permissions import MEND
from salesman_mailing.consent import noting, standing
from salesman_mailing.consent.purposes import purposes
from salesman_mailing.groups.kinds import kind_named
from salesman_mailing.groups.membership import groups_of
from salesman_mailing.groups.searching import groups_to_change
from salesman_mailing.permissions import EDIT, RECORD_CONSENT, SEE_CONSENT, VIEW
from salesman_mailing.texts import texts

_ = texts.lazy

_ENTRIES: Final = 3
_PEOPLE: Final = 20


class Card(Protocol):
    """The context of the slots of whatever card."""

    @property
    def kind(self) -> str: ...

    @property
    def record_id(self) -> int: ...


def of_record(card: Card) -> Markup | None:
    """Give in which groups a record is, and what its owner said about being written to."""
    try:
        kind_named(card.kind)
    except InvalidError:
        return None
    return render("mailing/of_record.html", **told(card.kind, card.record_id))


def told(kind_name: str, record_id: int, *, whole: bool = False) -> dict[str, Any]:
    """Give what the panel of a record shows, and the page of its consents.

    :param whole: whether the whole log is wanted.
    :raises MissingError: for a record that cannot be written to, or that whoever acts sees not.
    """
    try:
        kind = kind_named(kind_name)
    except InvalidError as error:
        raise MissingError(error.message) from error
    demand(kind_name, record_id, kind.type.view_permission)
    session, person = reading(), current_person()
    sees_consent = person.may(SEE_CONSENT)
    emails = noting.emails_of(session, kind, record_id) if sees_consent else []
    addresses = [one.normalised for one in emails]
    log = standing.log_of(session, addresses)
    return {
        "kind": kind_name,
        "kind_title": kind.type.title,
        "record_id": record_id,
        "card_url": (kind.type.card_endpoint, record_id),
        "emails": emails,
        "shown": {one.id: contact_data.shown(one.typed) for one in emails},
        "by_id": {one.normalised: one.id for one in emails},
        "purposes": [one for one in purposes(session) if one.active],
        "said": standing.of_purposes(session, addresses),
        "banned": ban_reasons(session, bans.MAILING, addresses),
        "struck_off": _struck_off(session, addresses),
        "log": log if whole else log[:_ENTRIES],
        "more": not whole and len(log) > _ENTRIES,
        "states": standing.STATE_TITLES,
        "sources": standing.SOURCE_TITLES,
        "sees_consent": sees_consent,
        "may_note": person.may(RECORD_CONSENT),
        "may_mend": person.may(MEND),
        "groups": groups_of(session, kind_name, record_id) if person.may(VIEW) else (),
        "sees_groups": person.may(VIEW),
        "to_choose": groups_to_change(session) if person.may(EDIT) else (),
        "people": _people_at(session, record_id) if sees_consent and kind_name == "client" else (),
    }


def _struck_off(session: Session, addresses: Sequence[str]) -> Mapping[str, str]:
    """Give to which addresses letters come back; the words of servers repeat them."""
    found = standing.struck_off(session, addresses)
    return found if contact_data.sees_contact_data() else dict.fromkeys(found, "")


def _people_at(session: Session, client_id: int) -> Sequence[AnyRow]:
    """Give the contacts of a client: each has consents of their own."""
    query = sa.select(Contact.id, Contact.name).where(
        Contact.client_id == client_id, visible("contact")
    )
    order = (Contact.primary.desc(), Contact.search_name, Contact.id)
    return session.execute(query.order_by(*order).limit(_PEOPLE)).all()
