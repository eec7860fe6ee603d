"""Plans out of files: a row is whose plan of which month, of what, and how much."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    InvalidError,
    Owners,
    SalesmanError,
    Team,
    normalised,
    people_choices,
    writing,
)
from salesman_hookspecs import ImportBatch, ImportField, ImportOutcome, ImportType, Text
from salesman_plans.models import COMPANY, EVERYTHING, METRICS, TURNOVER
from salesman_plans.permissions import EDIT
from salesman_plans.service import Goal, set_goals
from salesman_plans.sources import item_named
from salesman_plans.texts import texts
from salesman_plans.titles import METRIC_TITLES
from salesman_plans.whose import PERSON, TEAM

_ = texts.lazy

_COMPANY_WORDS: Final = frozenset({"company", "the company", "компания", "вся компания"})
_METRIC_WORDS: Final = {
    **{one: one for one in METRICS},
    "оборот": "turnover",
    "маржа": "margin",
    "единицы": "units",
    "количество": "units",
    "сделки": "deals",
    "deals won": "deals",
    "выигранные сделки": "deals",
}
_MONTH: Final = re.compile(
    r"(?P<year>[12]\d{3})-(?P<month>0[1-9]|1[0-2])|(?P<m>\d{1,2})[./](?P<y>[12]\d{3})"
)


def _metrics() -> list[tuple[str, Text]]:
    return [(one, METRIC_TITLES[one]) for one in METRICS]


FIELDS: Final = (
    ImportField(
        "whose",
        _("Whose"),
        ("person", "who", "team", "seller", "employee", "чей", "кто", "сотрудник", "команда"),
        required=True,
        recurs=True,
        choices=lambda: [(COMPANY, _("The company")), *people_choices()],
    ),
    ImportField("month", _("Month"), ("period", "месяц", "период"), required=True),
    ImportField(
        "metric",
        _("Figure"),
        ("metric", "kpi", "показатель"),
        recurs=True,
        choices=_metrics,
        otherwise=_("turnover"),
    ),
    ImportField(
        "item",
        _("Category or product"),
        ("item", "product", "category", "goods", "товар", "категория", "товар или категория"),
        recurs=True,
        otherwise=_("everything"),
    ),
    ImportField(
        "value", _("Plan"), ("value", "amount", "goal", "план", "сумма"), "number", required=True
    ),
)


def apply_plans(batch: ImportBatch) -> Sequence[ImportOutcome]:
    """Write a batch of plans; see ``ImportType.apply``."""
    with writing() as session:
        subjects = _Subjects(session, batch)
        return [_apply(row, subjects) for row in batch.rows]


def _apply(row: Mapping[str, Any], subjects: _Subjects) -> ImportOutcome:
    try:
        goal = Goal(
            subjects.named(row["whose"]),
            _month(row["month"]),
            _metric(row.get("metric", TURNOVER)),
            _value(row["value"]),
            item=item_named(row["item"]) if row.get("item") else EVERYTHING,
        )
        (done,) = set_goals([goal])
    except SalesmanError as error:
        return ImportOutcome("refused", errors=_errors(error))
    return ImportOutcome(done.action, done.plan_id)


def _errors(error: SalesmanError) -> dict[str, str]:
    return {name: str(text) for name, text in error.fields.items()} or {"whose": str(error)}


def _value(value: Decimal) -> Decimal:
    """Give a plan: nought is none, and a file takes none away.

    :raises InvalidError: for nought.
    """
    if not value:
        message = _("A plan is more than nought.")
        raise InvalidError(message, {"value": message})
    return value


def _month(text: str) -> date:
    """Read a month: as 2026-03, 03.2026 or any day of it.

    :raises InvalidError: for what is none.
    """
    found = _MONTH.match(text.strip()) or _MONTH.search(text.strip())
    if found is not None:
        year, month = int(found["year"] or found["y"]), int(found["month"] or found["m"])
        if 1 <= month <= 12:  # noqa: PLR2004  # months of a year
            return date(year, month, 1)
    message = _("Give a month as 2026-03 or 03.2026.")
    raise InvalidError(message, {"month": message})


def _metric(text: str) -> str:
    """Read what is planned.

    :raises InvalidError: for what is no metric.
    """
    known = _METRIC_WORDS | {normalised(str(title)): one for one, title in METRIC_TITLES.items()}
    found = known.get(normalised(text))
    if found is None:
        message = _("Give one of: %(known)s.", known=", ".join(METRICS))
        raise InvalidError(message, {"metric": message})
    return found


class _Subjects:
    """Whom the rows of a batch name: the company, a team, or a person as owners are named."""

    def __init__(self, session: Session, batch: ImportBatch) -> None:
        rows = [{"owner": row["whose"]} for row in batch.rows if "whose" in row]
        people = ImportBatch(rows, {}, batch.source, batch.remembered)
        self._owners = Owners(session, people, EDIT)
        self._teams = _teams_named(session, {row["owner"] for row in rows})

    def named(self, name: str) -> str:
        """Give whose plan it is.

        :raises InvalidError: where nobody is called so, or several are.
        """
        if normalised(name) in _COMPANY_WORDS:
            return COMPANY
        if name in self._teams:
            return f"{TEAM}:{self._teams[name]}"
        try:
            return f"{PERSON}:{self._owners.named(name)}"
        except InvalidError as error:
            raise InvalidError(error.message, {"whose": error.message}) from error


def _teams_named(session: Session, names: Collection[str]) -> dict[str, int]:
    rows = session.execute(sa.select(Team.id, Team.name).where(Team.name.in_(names)))
    return {row.name: row.id for row in rows}


PLANS: Final = ImportType(
    "plans",
    _("Plans"),
    EDIT,
    FIELDS,
    apply_plans,
    usual=_("Whose, month, figure and category or product"),
)
