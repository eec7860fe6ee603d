"""The figures of those whose calls are counted: how many, and what came of them.

They are sums over the list of inquiries, narrowed by its own filters, so each figure opens exactly
the rows that it is made of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import AnyRow, User, parse_list_query, service, totals, visible
from salesman_hookspecs import Text
from salesman_inquiries.lists import INQUIRIES, became_client, found_interest, was_conversation
from salesman_inquiries.models import DEAL, KIND, LEAD, Channel, Inquiry
from salesman_inquiries.texts import texts

_ = texts.lazy

BY: Final[Mapping[str, Any]] = {
    "day": Inquiry.day,
    "source": Inquiry.source,
    "taken_by_id": Inquiry.taken_by_id,
}
"""By what figures may be told apart."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What is counted.

    :param title: what people read above the number.
    :param told: how it is counted, in words.
    :param rows: the filters of the list that give what was counted.
    """

    name: str
    title: Text
    told: Text
    rows: Mapping[str, str]


FIGURES: Final = (
    Figure(
        "calls",
        _("Calls"),
        _("Inquiries by a channel that counts as a call, incoming and outgoing; not cancelled."),
        {"call": "true"},
    ),
    Figure(
        "conversations",
        _("Conversations"),
        _("Of these calls, those with a result that says that somebody was spoken to."),
        {"conversation": "true"},
    ),
    Figure(
        "interests",
        _("Interests found"),
        _(
            "Inquiries by any channel with a result that says so, and those that became a lead, "
            "a client or a deal."
        ),
        {"interest": "true"},
    ),
    Figure(
        "leads",
        _("Became leads"),
        _("Inquiries of which a lead was made."),
        {"became_kind": LEAD},
    ),
    Figure(
        "deals",
        _("Became deals"),
        _("Inquiries of which a deal was opened."),
        {"became_kind": DEAL},
    ),
    Figure(
        "clients",
        _("Leads that became clients"),
        _("Of these leads, those that are clients by now, whenever that came about."),
        {"became_client": "true"},
    ),
)


def shown_figures() -> list[Figure]:
    """Give the figures that can be told: of leads only where there are leads."""
    lead_figures = {"leads", "clients"}
    return [one for one in FIGURES if one.name not in lead_figures or service("leads") is not None]


def figures(
    session: Session, narrowed: Mapping[str, str | list[str]], by: str = ""
) -> Sequence[AnyRow]:
    """Give the figures, in one statement.

    :param narrowed: filters of the list, as the address names them: days, source, people.
    :param by: one of ``BY``: a row for each of its values, in their order. Else one row.
    :raises InvalidError: by filter.
    """
    query = parse_list_query({**narrowed, "counted": "true"}, INQUIRIES)
    columns = [BY[by]] if by else []
    return totals(session, _sums(), INQUIRIES, query, visible(KIND), by=columns)


def _sums() -> list[sa.Label[int]]:
    conditions = {
        "calls": Channel.call.is_(sa.true()),
        "conversations": was_conversation(),
        "interests": found_interest(),
        "leads": Inquiry.became_kind == LEAD,
        "deals": Inquiry.became_kind == DEAL,
        "clients": became_client(),
    }
    return [
        sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0).label(name)
        for name, condition in conditions.items()
    ]


def names_of(session: Session, rows: Sequence[AnyRow]) -> dict[int, str]:
    """Give what the people of some figures are called."""
    ids = [row.taken_by_id for row in rows if row.taken_by_id is not None]
    named = sa.select(User.id, User.name).where(User.id.in_(ids))
    return {row.id: row.name for row in session.execute(named)}
