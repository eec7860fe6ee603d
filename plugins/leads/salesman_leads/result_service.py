"""The company's list of results with which leads are closed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import CompanyList, FieldWords, InvalidError, one_of_them
from salesman_leads.lists import RESULT_TITLES
from salesman_leads.models import REJECTIONS, Lead, Result
from salesman_leads.permissions import MANAGE_RESULTS
from salesman_leads.texts import texts

_ = texts.lazy


def _apply(session: Session, result: Result, values: Mapping[str, Any], *, new: bool) -> None:
    """Set what a result counts as, which stays once a lead has it: figures are made of that."""
    _demand_free_name(session, result)
    result.needs_comment = bool(values.get("needs_comment"))
    if new or not _in_use(session, result.id):
        result.base = one_of_them("base", values.get("base"), REJECTIONS)


def _demand_free_name(session: Session, result: Result) -> None:
    taken = sa.exists().where(Result.name == result.name, Result.id.is_distinct_from(result.id))
    if session.scalar(sa.select(taken)):
        message = _("There is a result of this name already.")
        raise InvalidError(message, {"name": message})


def _in_use(session: Session, result_id: int) -> bool:
    used = sa.exists().where(Lead.result_id == result_id)
    return bool(session.scalar(sa.select(used)))


def _told(result: Result) -> dict[str, Any]:
    names = ("name", "base", "needs_comment", "active")
    return {name: getattr(result, name) for name in names}


RESULTS: Final = CompanyList("leads.result", Result, MANAGE_RESULTS, _apply, _told)
"""Its values are ``name``, ``base``, ``needs_comment`` and ``active``."""

RESULTS.describe(
    _("Result of leads"),
    {
        "name": FieldWords(_("Result")),
        "base": FieldWords(_("Counts as"), choices=RESULT_TITLES),
        "needs_comment": FieldWords(_("Needs a comment")),
    },
)
