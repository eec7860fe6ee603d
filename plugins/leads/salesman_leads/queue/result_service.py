"""The company's list of what may come of a call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from salesman_core.toolkit import CompanyList, FieldWords, InvalidError, names_from, one_of_them
from salesman_leads.models import Result
from salesman_leads.permissions import MANAGE_CALLS
from salesman_leads.queue.models import (
    BASES,
    CALL_BACK,
    INTEREST,
    NO_ANSWER,
    NO_INTEREST,
    WRONG_NUMBER,
    CallResult,
)
from salesman_leads.texts import texts

_ = texts.lazy

BASE_TITLES: Final = {
    NO_ANSWER: _("no answer: comes again later"),
    CALL_BACK: _("call back at a time"),
    WRONG_NUMBER: _("wrong number"),
    NO_INTEREST: _("no interest: closes the lead"),
    INTEREST: _("interest: to be made a client"),
}


def _apply(session: Session, result: CallResult, values: Mapping[str, Any], *, new: bool) -> None:
    """Set what a result counts as, which stays, and with which one of leads it closes them."""
    if new:
        result.base = one_of_them("base", values.get("base"), BASES)
    result.closes_as_id = _closing(session, result.base, values.get("closes_as_id"))


def _closing(session: Session, base: str, result_id: int | None) -> int | None:
    """Give with which result of leads one without interest closes them; None for all others."""
    if base != NO_INTEREST or result_id is None:
        return None
    result = session.get(Result, result_id)
    if result is None:
        message = _("Choose one of them.")
        raise InvalidError(message, {"closes_as_id": message})
    return result.id


def _told(result: CallResult) -> dict[str, Any]:
    return {name: getattr(result, name) for name in ("name", "base", "closes_as_id", "active")}


RESULTS: Final = CompanyList("leads.call_result", CallResult, MANAGE_CALLS, _apply, _told)
"""Its values are ``name``, ``base``, ``closes_as_id`` and ``active``."""

RESULTS.describe(
    _("Result of a call"),
    {
        "name": FieldWords(_("Name of the result")),
        "base": FieldWords(_("Counts as"), choices=BASE_TITLES),
        "closes_as_id": FieldWords(_("Closes the lead as"), names=names_from(Result)),
    },
)
