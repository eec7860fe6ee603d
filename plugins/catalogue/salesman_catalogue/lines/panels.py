"""What the card of a deal shows of its lines."""

from __future__ import annotations

from typing import Final

from salesman_catalogue.lines import queries
from salesman_catalogue.lines.service import SOURCE
from salesman_catalogue.lines.views import totals_in_words
from salesman_core.toolkit import DealCard, reading, render

SHOWN: Final = 12
"""So many lines stand on the card; the page has them all."""


def lines_of_deal(card: DealCard) -> str | None:
    """Give the lines of a deal; nothing where there are none and none can be entered."""
    session = reading()
    lines = queries.lines_of(session, card.id)
    deal = queries.one_deal(session, card.id)
    former = queries.lines_in_another_currency(session, deal)
    if not lines and not former and not (card.may_edit and card.outcome is None):
        return None
    total = queries.sums_of_rows(lines)
    return render(
        "catalogue/lines/panel.html",
        deal=deal,
        lines=lines[:SHOWN],
        former=former,
        more=len(lines) - SHOWN,
        totals=totals_in_words(total, card.currency),
        may_edit=card.may_edit,
        ours=not lines or deal.amount_source == SOURCE,
    )
