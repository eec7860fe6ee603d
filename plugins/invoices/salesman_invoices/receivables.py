"""Receivables by age, as the plugin of analytics asks for them: what each client owes, how late."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.toolkit import Client, list_address, of_team, reading, visible, whole_sum
from salesman_invoices.ages import AGES
from salesman_invoices.billing import hundredths
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
            "filters": ("owner_id", "team_id", "currency"),
            "count": receivables,
            "columns": (
                {"name": "client", "title": _("Client"), "kind": "text"},
                {
                    "name": "invoices",
                    "title": _("Invoices"),
                    "kind": "number",
                    "address": _open_address,
                    "method": _(
                        "Invoices that are issued and not wholly paid, in the currency that is"
                        " chosen; drafts and cancelled ones do not count."
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
        .where(visible(KIND), IS_OPEN, Invoice.currency == asked["currency"])
        .group_by(Invoice.client_id, name, sa.literal_column("sees_client"))
        .order_by((whole - not_due).desc(), whole.desc(), name, Invoice.client_id)
    )
    if asked["owner_id"] is not None:
        owed = owed.where(Invoice.owner_id == asked["owner_id"])
    if asked["team_id"] is not None:
        owed = owed.where(of_team(Invoice.owner_id, asked["team_id"]))
    rows = [_row(one) for one in reading().execute(owed)]
    late = _share(*(sum(row[one] for row in rows) for one in ("overdue", "left")))
    total = {"line": "total", "seen": True, "late": late}
    return [*rows, total]


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
    whose = {name: asked[name] for name in ("owner_id", "team_id", "currency")}
    if "key" in row:
        by = "client_id__isnull" if row["key"] is None else "client_id"
        whose[by] = "true" if row["key"] is None else row["key"]
    return list_address("invoices.index", {**whose, **filters})
