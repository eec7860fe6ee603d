"""Noting by hand what somebody said, in the name of whoever has them on the line."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    AnyRow,
    InvalidError,
    MissingError,
    announce,
    demand,
    demand_permission,
    writing,
)
from salesman_mailing.consent.consent import About, Proof, normal, record
from salesman_mailing.consent.models import BY_HAND, FORM, STATES, Purpose
from salesman_mailing.groups.kinds import Kind, kind_named
from salesman_mailing.permissions import RECORD_CONSENT
from salesman_mailing.texts import texts

_ = texts.lazy

LONGEST_REASON = 300


def note(  # what was said, by whom, of what
    kind: str,
    record_id: int,
    *,
    email_id: int,
    purpose_id: int | None,
    state: str,
    reason: str,
) -> bool:
    """Note what somebody said about an address of a record; give whether that is new.

    :param purpose_id: what they spoke of; None for all mailing.
    :raises InvalidError: by field: a reason is needed, it is the proof.
    """
    demand_permission(RECORD_CONSENT)
    said = _judged(reason, state)
    with writing() as session:
        address = address_of(session, kind, record_id, email_id)
        _demand_purpose(session, purpose_id)
        proof = Proof(BY_HAND, said, {"kind": kind, "record_id": record_id})
        changed = record(session, [address], About(purpose_id=purpose_id), state, proof)
        if changed:
            announce(session, "mailing.consent.changed", kind, record_id, {"state": state})
        return bool(changed)


def note_of_address(
    email: str, purpose_id: int | None, state: str, reason: str, **details: str
) -> bool:
    """Note what the owner of an address said, whoever has it; give whether that is new.

    :param details: what proves it, as ``form``, ``form_version`` and ``ip``.
    :raises InvalidError: by field.
    """
    demand_permission(RECORD_CONSENT)
    said, address = _judged(reason, state), _normal(email)
    told = {name: text for name, text in details.items() if text}
    proof = Proof(FORM if "form" in told else BY_HAND, said, told)
    with writing() as session:
        _demand_purpose(session, purpose_id)
        return bool(record(session, [address], About(purpose_id=purpose_id), state, proof))


def _normal(email: str) -> str:
    try:
        return normal(email)
    except InvalidError as error:
        raise InvalidError(error.message, {"email": error.message}) from error


def _judged(reason: str, state: str) -> str:
    said = reason.strip()
    if not said:
        message = _("Say how you know: a call, a letter, a paper.")
        raise InvalidError(message, {"reason": message})
    if len(said) > LONGEST_REASON or state not in STATES:
        message = _("This cannot be noted.")
        raise InvalidError(message, {"reason": message})
    return said


def _demand_purpose(session: Session, purpose_id: int | None) -> None:
    if purpose_id is not None and session.get(Purpose, purpose_id) is None:
        message = _("There is no such purpose.")
        raise InvalidError(message, {"purpose_id": message})


def _kind(name: str) -> Kind:
    try:
        return kind_named(name)
    except InvalidError as error:
        raise MissingError(_("There is no such record, or you may not see it.")) from error


def address_of(session: Session, kind: str, record_id: int, email_id: int) -> str:
    """Give an address of a record that whoever acts sees.

    :raises MissingError: where there is none.
    """
    found = _kind(kind)
    demand(kind, record_id, found.type.view_permission, session=session)
    query = sa.select(found.emails.normalised).where(
        found.emails.id == email_id, found.of_email == record_id
    )
    address = session.scalar(query)
    if address is None:
        raise MissingError(_("There is no such address."))
    return str(address)


def emails_of(session: Session, kind: Kind, record_id: int) -> list[AnyRow]:
    """Give the valid addresses of a record, the first one first."""
    emails = kind.emails
    query = sa.select(emails.id, emails.typed, emails.normalised).where(
        kind.of_email == record_id, emails.normalised.is_not(None)
    )
    return list(session.execute(query.order_by(emails.position, emails.id)))
