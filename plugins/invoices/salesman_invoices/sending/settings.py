"""What an administrator says of letters: their words, and when own companies remind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from salesman_requisites.toolkit import company_choices
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    InvalidError,
    MissingError,
    StaleError,
    demand_permission,
    now,
    writing,
)
from salesman_invoices.models import LANGUAGES
from salesman_invoices.permissions import MANAGE_LETTERS
from salesman_invoices.sending import queries
from salesman_invoices.sending.models import LetterWording, Reminding
from salesman_invoices.sending.wording import BUILT_IN, USES, Wording, judged
from salesman_invoices.texts import texts

_ = texts.lazy

USUAL_BEFORE: Final = (3,)
USUAL_AFTER: Final = (3, 10)
MOST_DAYS: Final = 5
"""So many reminders at most before the due day, and as many after it."""
FURTHEST: Final = 90
"""Days from the due day within which a reminder may be planned."""

_CHANGED: Final = _("Somebody else changed this meanwhile: look at it again.")


def demand_known(use: str, language: str) -> None:
    """Let only those letters pass that there are.

    :raises MissingError: for another one.
    """
    if use not in USES or language not in LANGUAGES:
        raise MissingError(_("There is no such letter."))


def write_wording(use: str, language: str, said: Mapping[str, Any], version: int | None) -> None:
    """Let a letter say what somebody wrote.

    :param said: ``subject`` and ``text``.
    :param version: what they saw; 0 for the built-in words, None where they do not say.
    :raises InvalidError: by field.
    """
    demand_permission(MANAGE_LETTERS)
    demand_known(use, language)
    words = judged(str(said.get("subject") or ""), str(said.get("text") or ""))
    with writing() as session:
        kept = session.get(LetterWording, (use, language), with_for_update=True)
        _demand_seen(kept, version)
        if kept is None:
            kept = LetterWording(use=use, language=language, version=0)
            session.add(kept)
        kept.subject, kept.text = words.subject, words.text
        kept.updated_at, kept.version = now(), kept.version + 1


def take_built_in(use: str, language: str) -> Wording:
    """Let a letter say what it said before anybody wrote words for it; give the former ones."""
    demand_permission(MANAGE_LETTERS)
    demand_known(use, language)
    with writing() as session:
        kept = session.get(LetterWording, (use, language), with_for_update=True)
        if kept is None:
            return BUILT_IN[use, language]
        former = Wording(kept.subject, kept.text)
        session.delete(kept)
        return former


def _demand_seen(kept: LetterWording | Reminding | None, version: int | None) -> None:
    if version is not None and version != (0 if kept is None else kept.version):
        raise StaleError(_CHANGED)


@dataclass(frozen=True, slots=True)
class CompanyReminding:
    """How an own company reminds.

    :param version: 0 where nobody has said anything yet.
    """

    company_id: int
    name: str
    active: bool
    before: Sequence[int]
    after: Sequence[int]
    version: int


def remindings(session: Session) -> list[CompanyReminding]:
    """Give how each own company that is in use reminds."""
    said = queries.remindings(session)
    return [_of(one.id, one.name, said.get(one.id)) for one in company_choices(session)]


def _of(company_id: int, name: str, said: Reminding | None) -> CompanyReminding:
    if said is None:
        return CompanyReminding(company_id, name, False, USUAL_BEFORE, USUAL_AFTER, 0)  # noqa: FBT003  # as the fields go
    return CompanyReminding(company_id, name, said.active, said.before, said.after, said.version)


def change_reminding(company_id: int, values: Mapping[str, Any], version: int | None) -> None:
    """Say whether and when an own company reminds.

    :param values: ``active``, and ``before`` and ``after`` as lists of days.
    :param version: what somebody saw; 0 for what nobody has changed yet.
    :raises InvalidError: by field.
    """
    demand_permission(MANAGE_LETTERS)
    before = judged_days(values["before"], "before", least=0)
    after = judged_days(values["after"], "after", least=1)
    active = bool(values["active"])
    if active and not (before or after):
        message = _("Say when it is to remind.")
        raise InvalidError(message, {"before": message})
    with writing() as session:
        if company_id not in {one.id for one in company_choices(session)}:
            raise MissingError(_("There is no such own company in use."))
        kept = session.get(Reminding, company_id, with_for_update=True)
        _demand_seen(kept, version)
        if kept is None:
            kept = Reminding(company_id=company_id, version=0)
            session.add(kept)
        kept.active, kept.before, kept.after = active, before, after
        kept.updated_at, kept.version = now(), kept.version + 1


def judged_days(days: Sequence[int], name: str, *, least: int) -> list[int]:
    """Judge days before or after the due day; give them in order, each once.

    :raises InvalidError: at *name*.
    """
    known = sorted(set(days))
    if len(known) > MOST_DAYS or any(not least <= day <= FURTHEST for day in known):
        message = _(
            "At most %(most)s numbers from %(least)s to %(furthest)s.",
            most=MOST_DAYS,
            least=least,
            furthest=FURTHEST,
        )
        raise InvalidError(message, {name: message})
    return known
