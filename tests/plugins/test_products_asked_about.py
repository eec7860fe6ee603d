"""What somebody asked about is chosen from the catalogue, and becomes lines of their deal."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_catalogue import choosing, service
from salesman_catalogue.lines import queries as lines
from salesman_inquiries import becoming
from salesman_inquiries import choosing as of_inquiries
from salesman_inquiries.service import create_inquiry
from salesman_leads.intake import create_lead
from salesman_leads.qualifying import qualify_lead

from salesman_core.plugins import switches
from salesman_core.testing.people import Api, Browser, Make
from salesman_core.toolkit import Deal, reading

Sell = Callable[..., int]
BOILER = {"name": "Boiler", "quantity": Decimal(3), "price": None}
PIPES = {"name": "Pipes, about ten metres", "quantity": None, "price": Decimal("50.00")}
UNKNOWN = {"name": "Something warm", "quantity": None, "price": None}


@pytest.fixture
def sell(app: Flask) -> Sell:
    """Give what enters a product with a price at the usual level."""

    def sell(name: str, price: str | None = "1200.00", **values: Any) -> int:
        level_id = choosing.levels(reading())[0].id
        prices = [{"level_id": level_id, "price": Decimal(price)}] if price else []
        return service.create_product({"name": name, "prices": prices, **values})

    return sell


@pytest.fixture
def inquiry(app: Flask) -> Callable[..., int]:
    """Give what notes an inquiry of Clara about some products."""
    channel_id = of_inquiries.channels(reading())[0].id

    def note(*products: dict[str, Any], **values: Any) -> int:
        about = {"channel_id": channel_id, "name": "Clara", "products": list(products)}
        return create_inquiry({**about, **values})

    return note


def lines_of(deal_id: int | None) -> list[tuple[int | None, str, Decimal, Decimal]]:
    rows = lines.lines_of(reading(), deal_id or 0)
    return [(row.product_id, row.name, row.quantity, row.price) for row in rows]


def amount_of(deal_id: int | None) -> tuple[Decimal, str | None]:
    row = (
        reading()
        .execute(sa.select(Deal.amount, Deal.amount_source).where(Deal.id == deal_id))
        .one()
    )
    return row.amount, row.amount_source


def test_products_of_an_inquiry_are_lines_of_its_deal(
    sell: Sell, inquiry: Callable[..., int]
) -> None:
    boiler = sell("Boiler")

    deal_id = becoming.make_deal(inquiry(BOILER, PIPES, UNKNOWN), {})["deal_id"]

    assert lines_of(deal_id) == [
        (boiler, "Boiler", Decimal(3), Decimal("1200.00")),
        (None, "Pipes, about ten metres", Decimal(1), Decimal("50.00")),
    ]
    assert amount_of(deal_id) == (Decimal("3650.00"), "catalogue.lines")


def test_price_that_was_said_goes_before_the_price_list(
    sell: Sell, inquiry: Callable[..., int]
) -> None:
    boiler = sell("Boiler")

    made = becoming.make_deal(inquiry({**BOILER, "price": Decimal("999.00")}), {})

    assert lines_of(made["deal_id"]) == [(boiler, "Boiler", Decimal(3), Decimal("999.00"))]


def test_amount_that_is_said_leaves_the_deal_without_lines(
    sell: Sell, inquiry: Callable[..., int]
) -> None:
    sell("Boiler")

    made = becoming.make_deal(inquiry(BOILER), {"amount": Decimal(7)})

    assert lines_of(made["deal_id"]) == []
    assert amount_of(made["deal_id"]) == (Decimal(7), None)


def test_products_of_a_lead_are_lines_of_its_new_deal(sell: Sell) -> None:
    boiler, pump = sell("Boiler"), sell("Pump, large", "80.00", article="P-7")
    lead_id = create_lead({"name": "Anna", "products": ["бойлер", " BOILER ", "p-7"]})

    made = qualify_lead(lead_id, {"deal_name": "Boilers", "contact_name": ""})

    assert lines_of(made["deal_id"]) == [
        (boiler, "Boiler", Decimal(1), Decimal("1200.00")),
        (pump, "Pump, large", Decimal(1), Decimal("80.00")),
    ]


def test_name_of_several_products_is_none_of_them(sell: Sell, inquiry: Callable[..., int]) -> None:
    sell("Boiler", article="B-1")
    second = sell("Boiler", "900.00", article="B-2")
    sell("Pump", active=False)

    asked = [BOILER, {**BOILER, "name": "B-2"}, {**BOILER, "name": "Pump"}]
    made = becoming.make_deal(inquiry(*asked), {})

    assert [line[0] for line in lines_of(made["deal_id"])] == [second]


def test_clients_of_colleagues_that_are_recognised_get_the_lines(
    make: Make, sell: Sell, inquiry: Callable[..., int]
) -> None:
    boiler = sell("Boiler")
    make.client(owner_id=make.user("seller"), phones=["+7 916 123-45-67"])

    with make.acting(make.user("telemarketer")):
        made = becoming.make_deal(inquiry(BOILER, phones=["8 916 123 45 67"]), {})

    assert made["joined"]
    assert lines_of(made["deal_id"]) == [(boiler, "Boiler", Decimal(3), Decimal("1200.00"))]


def test_without_the_catalogue_products_make_the_amount_and_a_note(
    sell: Sell, inquiry: Callable[..., int], browser_for: Callable[..., Browser]
) -> None:
    sell("Boiler")
    switches.suspend("catalogue")
    switches.follow_now()

    made = becoming.make_deal(inquiry(BOILER, PIPES), {})
    lead_id = create_lead({"name": "Anna", "products": ["Boiler"]})
    of_lead = qualify_lead(lead_id, {"deal_name": "Boilers", "contact_name": ""})

    assert amount_of(made["deal_id"]) == (Decimal("50.00"), None)
    assert amount_of(of_lead["deal_id"])[1] is None
    seller = browser_for("administrator")
    assert "data-suggest" not in seller.get("/inquiries/new").text
    assert "data-suggest" not in seller.get("/leads/new").text


def test_what_stands_for_a_product_leads_to_it(
    sell: Sell,
    inquiry: Callable[..., int],
    api_for: Callable[..., Api],
    browser_for: Callable[..., Browser],
) -> None:
    boiler = sell("Boiler")
    inquiry_id = inquiry(BOILER, PIPES)
    lead_id = create_lead({"name": "Anna", "products": ["Pipes", "Boiler"]})

    api, browser = api_for("administrator"), browser_for("administrator")
    for address in (f"/inquiries/{inquiry_id}", f"/leads/{lead_id}"):
        assert api.get(address).json["product_ids"] == [boiler]
        assert f'href="/catalogue/{boiler}"' in browser.get(address).text


def test_fields_offer_products_by_what_stands_for_them_alone(
    sell: Sell, browser_for: Callable[..., Browser]
) -> None:
    sell("Boiler", article="B-1")
    sell("Boiler", "900.00", article="B-2")
    sell("Boilerplate", None)

    page = browser_for("seller").get("/catalogue/suggest?q=boil")

    assert [(one["value"], one["fills"]) for one in page.json] == [
        ("B-1", {"price": "1200"}),
        ("B-2", {"price": "900"}),
        ("Boilerplate", {}),
    ]
    assert "data-suggest" in browser_for("seller").get("/inquiries/new").text


def test_card_of_an_inquiry_says_what_its_deal_will_amount_to(
    sell: Sell, inquiry: Callable[..., int], browser_for: Callable[..., Browser]
) -> None:
    sell("Boiler")
    inquiry_id = inquiry(BOILER, PIPES)

    card = browser_for("administrator").get(f"/inquiries/{inquiry_id}").text
    deal_id = becoming.make_deal(inquiry_id, {})["deal_id"]

    assert "₽3,650.00" in card
    assert amount_of(deal_id)[0] == Decimal(3650)
