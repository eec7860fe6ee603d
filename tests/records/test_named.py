"""Records to choose from, wherever a form asks for one by its name."""

from __future__ import annotations

import pytest

from salesman_core.testing.people import Make
from salesman_core.toolkit import Deal, as_choice, records_named

pytestmark = pytest.mark.databases("sqlite", "postgresql")


def test_all_that_was_typed_stands_in_the_names_that_are_offered(make: Make) -> None:
    first = make.client(name="Nordlager Hamburg")
    make.client(name="Nordlicht")

    assert records_named("client", " lager ham ") == [{"value": first, "text": "Nordlager Hamburg"}]
    assert records_named("client", "  ") == []


def test_whoever_chooses_is_offered_what_they_see_alone(make: Make) -> None:
    seller = make.user("seller")
    own, other = make.client(name="Nord", owner_id=seller), make.client(name="Norden")

    with make.acting(seller):
        offered = [one["value"] for one in records_named("client", "nord")]
        chosen = [as_choice("client", one) for one in (own, other, None)]

    assert offered == [own]
    assert chosen == [[(own, "Nord")], [], []]


def test_further_conditions_narrow_what_is_offered(make: Make) -> None:
    dear = make.deal(name="Pumps", amount="900.00")
    make.deal(name="Pumps, used", amount="90.00")

    assert [one["value"] for one in records_named("deal", "pumps", Deal.amount > 100)] == [dear]
