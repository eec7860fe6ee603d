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
    lines = queries.lines_of(reading(), card.id)
    if not lines and not (card.may_edit and card.outcome is None):
        return None
    deal = queries.one_deal(reading(), card.id)
    total = queries.sums_of_rows(lines)
    return render(
        "catalogue/lines/panel.html",
        deal=deal,
        lines=lines[:SHOWN],
        more=len(lines) - SHOWN,
        totals=totals_in_words(total, card.currency),
        may_edit=card.may_edit,
        ours=not lines or deal.amount_source == SOURCE,
    )
