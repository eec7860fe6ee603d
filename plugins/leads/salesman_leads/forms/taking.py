"""Taking in what strangers send: from what stands in a form to a lead."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from salesman_core.toolkit import (
    SYSTEM,
    AnyRow,
    InvalidError,
    WritingSession,
    acting_as,
    announce,
    judge,
    now,
    reach,
    shows_something,
    without_unseen,
    writing,
)
from salesman_hookspecs import Text
from salesman_leads.forms.models import Consent, FormLead
from salesman_leads.forms.shown import ShownField, ShownForm
from salesman_leads.forms.stamps import Stamp
from salesman_leads.intake import create_lead
from salesman_leads.junk.judging import Arrival, judge_suspicion
from salesman_leads.models import KIND, UTM
from salesman_leads.schemas import LeadSchema
from salesman_leads.texts import texts

_ = texts.lazy

CONSENT: Final = "consent"
AGREED_TO_LETTERS: Final = "leads.lead.agreed_to_letters"
"""What is announced of a lead whose form covers letters, too."""
CARRIED: Final = {**dict.fromkeys(UTM, 200), "page": 1000, "referrer": 1000}
"""What a form carries along without asking, and how long that may be: the rest is cut off."""

_AGREED: Final = {"true", "on", "1", "yes"}
_NAMES: Final = {"phone": "phones", "email": "emails"}
_FIELDS: Final = {many: one for one, many in _NAMES.items()}
_BETWEEN: Final = re.compile(r"[\n;,]+")
_LEAST_DIGITS: Final = 5

Sent = Mapping[str, Sequence[str]]
"""What was sent: texts by the name of the field."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends an answer.

    :param ip: the network address.
    :param page: the address of the page on which the form stood, where the answer says nothing.
    :param stamp: of the form that we showed; None for a form that a site made for itself.
    """

    ip: str
    page: str
    stamp: Stamp | None = None


def take_answer(form: AnyRow, sent: Sent, arrival: Arrival, sender: Sender) -> int:
    """Make a lead of an answer; give its id.

    :raises InvalidError: by field of the form.
    """
    values = _values(ShownForm.of_row(form).fields, sent)
    if form.consent:
        _judge_consent(form.consent_id, _text(sent, CONSENT), sender.stamp)
    values |= _surroundings(form, sent, sender)
    with acting_as(SYSTEM), writing() as session:
        suspicion = judge_suspicion(values, arrival)
        lead_id = _create(values, suspicion)
        session.add(FormLead(lead_id=lead_id, form_id=form.id))
        if form.consent:
            session.add(
                Consent(lead_id=lead_id, consent_id=form.consent_id, at=now(), ip=sender.ip)
            )
            if form.letters and not suspicion:
                _announce_letters(session, lead_id, form, sender)
    return lead_id


def _announce_letters(session: WritingSession, lead_id: int, form: AnyRow, sender: Sender) -> None:
    """Tell whoever writes to people that somebody agreed to it, with what proves it."""
    proof = {"form": form.name, "form_version": str(form.consent_number), "ip": sender.ip[:45]}
    proof["page"] = sender.page[: CARRIED["page"]]
    announce(session, AGREED_TO_LETTERS, KIND, lead_id, proof)


def _judge_consent(holds: int, given: str, stamp: Stamp | None) -> None:
    """Demand a yes to the version that holds, in whose words the form was shown.

    :raises InvalidError: at the consent.
    """
    if stamp and stamp.consent_id != holds:
        message = _("The text of the consent has changed: read it again.")
    elif given.lower() not in _AGREED:
        message = _("Without your consent this cannot be sent.")
    else:
        return
    raise InvalidError(message, {CONSENT: message})


def _create(values: dict[str, Any], suspicion: str) -> int:
    """Take the lead in; what its schema finds wrong is told at the field of the form."""
    try:
        return create_lead(judge(LeadSchema(), values), suspicion=suspicion)
    except InvalidError as error:
        found = {_of_form(name): message for name, message in error.fields.items()}
        raise InvalidError(error.message, found) from error


def _of_form(name: str) -> str:
    whole = name.partition(".")[0]
    return _FIELDS.get(whole, whole)


def _values(fields: Sequence[ShownField], sent: Sent) -> dict[str, Any]:
    """Give what was filled in, as a lead has it.

    :raises InvalidError: by field.
    """
    given = {one.kind: _given(one, sent) for one in fields}
    wrong = dict(_wrong(fields, given))
    if wrong:
        raise InvalidError(_("Some fields are not right."), wrong)
    return {_NAMES.get(kind, kind): _kept(kind, texts_) for kind, texts_ in given.items()}


def _given(field: ShownField, sent: Sent) -> list[str]:
    """Give the texts that stand in a field."""
    texts_ = [_cleaned(one) for one in sent.get(field.kind, ())]
    if field.kind == "products" and not field.options:
        texts_ = [part.strip() for one in texts_ for part in _BETWEEN.split(one)]
    return [one for one in texts_ if one]


def _kept(kind: str, given: list[str]) -> Any:
    if kind in {*_NAMES, "products"}:
        return given
    return " ".join(given)


def _wrong(
    fields: Sequence[ShownField], given: Mapping[str, list[str]]
) -> Iterator[tuple[str, Text]]:
    for field in fields:
        found = given[field.kind]
        if field.required and not found:
            yield field.kind, _("This is needed.")
        elif field.options and not set(found) <= set(field.options):
            yield field.kind, _("Choose from the list.")
        elif field.kind == "email" and not all(reach.email(one).valid for one in found):
            yield field.kind, _("This is no email address, as name@example.com is one.")
        elif field.kind == "phone" and any(_digits(one) < _LEAST_DIGITS for one in found):
            yield field.kind, _("This is no telephone number.")


def _digits(text: str) -> int:
    return sum(one.isdecimal() for one in text)


def _surroundings(form: AnyRow, sent: Sent, sender: Sender) -> dict[str, Any]:
    """Give from where an answer came."""
    carried = {name: _text(sent, name)[:most] for name, most in CARRIED.items()}
    return {
        **carried,
        "page": carried["page"] or sender.page[: CARRIED["page"]],
        "ip": sender.ip[:45],
        "language": form.language,
        "source": form.source,
        "channel": form.channel,
    }


def _text(sent: Sent, name: str) -> str:
    return next((_cleaned(one) for one in sent.get(name, ())), "")


def _cleaned(text: str) -> str:
    """Give a text without what no column can hold and nobody sees; "" where it shows nothing."""
    kept = without_unseen(text.encode("utf-8", "replace").decode()).strip()
    return kept if shows_something(kept) else ""
