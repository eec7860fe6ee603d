"""What plans can be filtered and sorted by in the JSON API, and what stands in their files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from salesman_core.toolkit import (
    AnyRow,
    Column,
    FieldKind,
    ListField,
    ListSpec,
    RecordList,
    Team,
    names_from,
    reading,
)
from salesman_plans.models import COMPANY, KIND, Plan
from salesman_plans.permissions import EXPORT
from salesman_plans.queries import NAMED, SOURCE
from salesman_plans.sources import item_titles
from salesman_plans.texts import texts
from salesman_plans.titles import METRIC_TITLES
from salesman_plans.whose import THE_COMPANY

_ = texts.lazy


def _team_name(team_id: int) -> str:
    return names_from(Team)(reading(), [team_id]).get(team_id, str(team_id))


PLANS: Final = ListSpec(
    kind=KIND,
    id=Plan.id,
    fields=(
        ListField("whose", _("Whose"), Plan.subject, FieldKind.TEXT),
        ListField("user_id", _("Person"), Plan.user_id, FieldKind.USER, sortable=False),
        ListField(
            "team_id", _("Team"), Plan.team_id, FieldKind.REF, sortable=False, show=_team_name
        ),
        ListField("month", _("Month"), Plan.month, FieldKind.DATE),
        ListField("metric", _("Figure"), Plan.metric, FieldKind.CHOICE, choices=METRIC_TITLES),
        ListField("item", _("Category or product"), Plan.item, FieldKind.TEXT),
        ListField("value", _("Plan"), Plan.value, FieldKind.NUMBER),
        ListField("updated_at", _("Changed"), Plan.updated_at, FieldKind.MOMENT),
    ),
    default_sort="month",
    source=SOURCE,
)

COLUMNS: Final = (
    Column("whose", _("Whose")),
    Column("month", _("Month"), "month"),
    Column("metric", _("Figure"), "metric"),
    Column("item", _("Category or product"), "item"),
    Column("value", _("Plan"), "value", numeric=True),
)


def _cells(rows: Sequence[AnyRow]) -> Iterable[Mapping[str, Any]]:
    """Give what stands in files: what an import reads as the same again."""
    titles = item_titles(row.item for row in rows)
    for row in rows:
        yield {
            "whose": str(THE_COMPANY.title) if row.subject == COMPANY else row.whose,
            "month": row.month,
            "metric": str(METRIC_TITLES[row.metric]),
            "item": str(titles.get(row.item, row.item)),
            "value": row.value,
        }


LISTED: Final = RecordList(PLANS, "plans.index", _("Plans"), NAMED, COLUMNS, _cells, export=EXPORT)
