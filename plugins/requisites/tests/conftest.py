"""What tests of requisites begin with."""

from __future__ import annotations

import pytest
from flask import Flask
from salesman_requisites.numbering import papers
from salesman_requisites.numbering.papers import Paper, offer_papers
from salesman_requisites.testing import own_company

from salesman_core.testing.clock import FrozenClock

PAPER = "deal.invoice"
"""A kind of paper that the tests number: an invoice of a deal."""


@pytest.fixture
def clock(app: Flask) -> FrozenClock:
    """The application's own clock, standing still: Monday, noon in Moscow."""
    clock = FrozenClock()
    app.extensions["salesman_clock"] = clock.now
    return clock


@pytest.fixture
def company_id(app: Flask) -> int:
    """An own company with the code РМ."""
    return own_company(short_name="Ромашка", code="РМ")


@pytest.fixture
def paper(monkeypatch: pytest.MonkeyPatch) -> str:
    """Offer a kind of paper, as a plugin that makes such papers does."""
    monkeypatch.setattr(papers, "_offered", {})
    offer_papers("deal", lambda _session: [Paper(PAPER, "Invoices", "{number:04}-{MM}{YY}/{YYYY}")])
    return PAPER
