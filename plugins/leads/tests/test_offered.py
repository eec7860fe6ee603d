"""The service by which other plugins take leads in and learn what came of them."""

from __future__ import annotations

import pytest
from flask import Flask
from salesman_leads import queries
from salesman_leads.intake import create_lead
from salesman_leads.qualifying import qualify_lead
from salesman_leads.toolkit import Leads

from salesman_core.errors import InvalidError
from salesman_core.plugins import switches
from salesman_core.testing.people import Make
from salesman_core.toolkit import reading, service


def leads() -> Leads:
    found: Leads | None = service("leads")
    assert found is not None
    return found


def test_another_plugin_takes_a_lead_in(app: Flask) -> None:
    lead_id = leads().take_in({"name": "Clara", "source": "fair"})

    assert queries.one_lead(reading(), lead_id).source == "fair"


def test_lead_of_nobody_is_refused_to_other_plugins_too(app: Flask) -> None:
    with pytest.raises(InvalidError):
        leads().take_in({"source": "fair"})


def test_converted_are_those_that_became_clients(app: Flask) -> None:
    create_lead({"name": "Anna"})
    lead_id = create_lead({"name": "Clara"})
    qualify_lead(lead_id, {})

    assert list(reading().scalars(leads().converted())) == [lead_id]


def test_nobody_learns_of_leads_that_they_do_not_see(app: Flask, make: Make) -> None:
    qualify_lead(create_lead({"name": "Clara"}), {})

    with make.acting(make.user("seller")):
        assert list(reading().scalars(leads().converted())) == []


def test_suspended_leads_offer_nothing(app: Flask) -> None:
    switches.suspend("leads")
    switches.follow_now()

    assert service("leads") is None
