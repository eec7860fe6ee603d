"""Receivables by age, as the plugin of analytics asks for them: what each client owes, how late."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.toolkit import Client, Days, list_address, of_team, reading, visible, whole_sum
from salesman_invoices.ages import AGES
from salesman_invoices.billing import hundredths
from salesman_invoices.lists import of_pipeline, of_source
from salesman_invoices.models import ISSUED, KIND, Invoice
from salesman_invoices.permissions import VIEW
from salesman_invoices.queries import sees_client
from salesman_invoices.standing import IS_OPEN, OVERDUE, PARTLY, company_day
from salesman_invoices.texts import texts

_ = texts.lazy

Values = Mapping[str, Any]

_OPEN: Final = f"{ISSUED},{PARTLY},{OVERDUE}"
"""The filter of the list for what is to be paid."""


def reports() -> Iterable[Values]:
    """Give the report."""
    return [
        {
            "id": "invoices.receivables",
            "title": _("Receivables by age"),
            "question": _("Who owes how much, and for how long is it overdue?"),
            "group": "money",
            "permission": VIEW,
            "filters": ("period", "owner_id", "team_id", "pipeline_id", "source", "currency"),
            "period": "all",
            "compared": False,
            "count": receivables,
            "columns": (
                {"name": "client", "title": _("Client"), "kind": "text"},
                {
                    "name": "invoices",
                    "title": _("Invoices"),
                    "kind": "number",
                    "address": _open_address,
                    "method": _(
                        "Invoices that were issued in the period and are not wholly paid by now, in"
                        " the currency that is chosen; drafts and cancelled ones do not count. The"
                        " pipeline is that of the invoice’s deal, the source that of its client."
                    ),
                },
                {
                    "name": "left",
                    "title": _("To be paid"),
                    "kind": "money",
                    "address": _open_address,
                    "method": _("Their amounts less what was paid of them."),
                },
                {
                    "name": "overdue",
                    "title": _("Overdue"),
                    "kind": "money",
                    "address": _overdue_address,
                    "method": _("What was to be paid by now, yesterday at the latest."),
                },
                {
                    "name": "late",
                    "title": _("Share overdue"),
                    "kind": "percent",
                    "method": _("What is overdue as a share of what is to be paid."),
                },
                *(_age_column(name) for name in AGES),
            ),
            "chart": {"kind": "stacked", "columns": ("overdue", "not_due")},
            "order": 30,
            "opens_for": {"everything": 50, "assistant": 10},
        }
    ]


def _age_column(name: str) -> dict[str, Any]:
    def address(asked: Values, row: Values) -> str:
        return _address(asked, row, age=name)

    if name == "not_due":
        method = _("What is to be paid today or later, or whenever they like.")
    else:
        method = _("What was to be paid so many days ago, counted from the day after it was due.")
    title = AGES[name].title
    return {"name": name, "title": title, "kind": "money", "address": address, "method": method}


def receivables(asked: Values) -> Iterable[Values]:
    """Count what each client owes by how long it is overdue, the latest first: one statement."""
    today = company_day()
    left = Invoice.amount - Invoice.paid
    name = sa.func.coalesce(Client.name, "").label("name")
    whole = whole_sum(left, IS_OPEN)
    not_due = sa.func.coalesce(whole_sum(left, AGES["not_due"].holds(today)), 0)
    columns: Any = (
        Invoice.client_id,
        name,
        sees_client(),
        sa.func.count(Invoice.id).label("invoices"),
        whole.label("left"),
        *(whole_sum(left, age.holds(today)).label(age_name) for age_name, age in AGES.items()),
    )
    owed = (
        sa.select(*columns)
        .select_from(Invoice)
        .outerjoin(Client, Client.id == Invoice.client_id)
        .where(*_counted(asked))
        .group_by(Invoice.client_id, name, sa.literal_column("sees_client"))
        .order_by((whole - not_due).desc(), whole.desc(), name, Invoice.client_id)
    )
    rows = [_row(one) for one in reading().execute(owed)]
    late = _share(*(sum(row[one] for row in rows) for one in ("overdue", "left")))
    total = {"line": "total", "seen": True, "late": late}
    return [*rows, total]


def _counted(asked: Values) -> Iterator[sa.ColumnElement[bool]]:
    """Give the conditions of the invoices that count, access included."""
    yield from (visible(KIND), IS_OPEN, Invoice.currency == asked["currency"])
    yield from Days(asked["since"], asked["until"]).holds(Invoice.issued_on)
    if asked["owner_id"] is not None:
        yield Invoice.owner_id == asked["owner_id"]
    if asked["team_id"] is not None:
        yield of_team(Invoice.owner_id, asked["team_id"])
    if asked["pipeline_id"] is not None:
        yield of_pipeline(asked["pipeline_id"])
    if asked["source"] is not None:
        yield of_source(asked["source"])


def _row(one: Any) -> dict[str, Any]:
    client_id, name, sees, invoices, whole, *by_age = one
    left = hundredths(whole)
    owed = dict(zip(AGES, map(hundredths, by_age), strict=True))
    overdue = left - owed["not_due"]
    return {
        "client": name or str(_("Without a client")),
        "key": client_id,
        "seen": client_id is None or bool(sees),
        "invoices": invoices,
        "left": left,
        "overdue": overdue,
        "late": _share(overdue, left),
        **owed,
    }


def _share(part: Any, whole: Any) -> Any:
    return 100 * part / whole if whole else None


def _open_address(asked: Values, row: Values) -> str:
    return _address(asked, row, standing__in=_OPEN)


def _overdue_address(asked: Values, row: Values) -> str:
    return _address(asked, row, standing=OVERDUE)


def _address(asked: Values, row: Values, **filters: str) -> str:
    """Give the list of the invoices of a row; none of a client that one may not ask for."""
    if not row["seen"]:
        return ""
    names = ("owner_id", "team_id", "pipeline_id", "source", "currency")
    whose = {name: asked[name] for name in names}
    whose |= {"issued_on__gte": asked["since"], "issued_on__lte": asked["until"]}
    if "key" in row:
        by = "client_id__isnull" if row["key"] is None else "client_id"
        whose[by] = "true" if row["key"] is None else row["key"]
    return list_address("invoices.index", {**whose, **filters})
