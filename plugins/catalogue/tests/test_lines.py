"""The lines of a deal: what they hold, and how its amount, cost and margin follow from them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from http import HTTPStatus
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_catalogue import choices_service, service
from salesman_catalogue.lines import queries
from salesman_catalogue.lines.service import add_lines, replace_lines, undo_lines
from salesman_catalogue.models import Line
from salesman_catalogue.toolkit import Catalogue

from salesman_core.deals.service import (
    change_deal,
    close_deal,
    delete_deal,
    restore_deal,
)
from salesman_core.errors import ConflictError, ForbiddenError, InvalidError, StaleError
from salesman_core.plugins.host import current_host
from salesman_core.services.company import change_company
from salesman_core.testing.people import Api, Browser, Make
from salesman_core.toolkit import Deal, reading
from salesman_core.toolkit import service as offered

ApiFor = Callable[[str], Api]
BrowserFor = Callable[[str], Browser]
Sell = Callable[..., int]
Levels = dict[str, int]


def words(name: str, price: str, quantity: str = "1", **values: Any) -> dict[str, Any]:
    """Give a line in free text."""
    return {"name": name, "price": Decimal(price), "quantity": Decimal(quantity), **values}


def taken(product_id: int, quantity: str = "1", **values: Any) -> dict[str, Any]:
    """Give a line with a product."""
    return {"product_id": product_id, "quantity": Decimal(quantity), **values}


def worth(deal_id: int) -> tuple[Decimal, Decimal, str | None]:
    """Give amount, cost and owner of the amount of a deal."""
    columns = sa.select(Deal.amount, Deal.cost, Deal.amount_source)
    row = reading().execute(columns.where(Deal.id == deal_id)).one()
    return row.amount, row.cost, row.amount_source


def test_amount_cost_and_margin_follow_from_the_lines(make: Make, sell: Sell) -> None:
    deal, rack = make.deal(amount=Decimal(5)), sell()

    replace_lines(deal, [taken(rack, "3"), words("Delivery", "250.00", cost=Decimal(200))])

    assert worth(deal) == (Decimal("550.00"), Decimal("380.00"), "catalogue.lines")


def test_sum_of_lines_is_the_amount_however_they_are_discounted(make: Make, sell: Sell) -> None:
    deal, rack = make.deal(), sell("33.33")
    lines = [
        taken(rack, "3.333", discount_percent=Decimal("7.5")),
        taken(rack, "0.001", vat_percent=Decimal(18), vat_on_top=True),
        words("Rest", "0.05", "1.5", vat_percent=Decimal(10), vat_on_top=True),
    ]

    replace_lines(deal, lines)

    there = queries.lines_of(reading(), deal)
    assert worth(deal)[0] == sum(one.net + one.vat for one in there)
    assert all(one.amount == one.net + one.vat for one in there)


def test_line_keeps_what_it_was_sold_as(
    make: Make, sell: Sell, levels: Levels, rates: Levels
) -> None:
    deal, rack = make.deal(), sell()
    replace_lines(deal, [taken(rack, "2")])
    before = queries.lines_of(reading(), deal), worth(deal)

    service.change_product(
        rack,
        {
            "name": "Rack, dearer",
            "unit": "set",
            "prices": [{"level_id": levels["Retail"], "price": Decimal(999)}],
            "vat_rate_id": rates["VAT 10%"],
            "cost": Decimal(700),
        },
    )
    choices_service.RATES.change(rates["VAT 20%"], {"name": "VAT", "percent": "22", "active": "1"})
    service.delete_product(rack)

    assert (queries.lines_of(reading(), deal), worth(deal)) == before


def test_price_comes_from_the_level_that_is_said(make: Make, sell: Sell, levels: Levels) -> None:
    retail, first = levels["Retail"], levels["Level 1"]
    prices = [
        {"level_id": retail, "price": Decimal(100)},
        {"level_id": first, "price": Decimal(90)},
    ]
    deal, rack = make.deal(), sell(prices=prices)

    replace_lines(deal, [taken(rack), taken(rack, level_id=first), taken(rack, price=Decimal(42))])

    there = queries.lines_of(reading(), deal)
    assert [one.price for one in there] == [Decimal(100), Decimal(90), Decimal(42)]
    assert [one.level_id for one in there] == [retail, first, None]


def test_amount_is_without_vat_where_the_company_means_it_so(make: Make, sell: Sell) -> None:
    deal, rack = make.deal(), sell("120.00")
    change_company({"vat": "without"})

    replace_lines(deal, [taken(rack)])

    assert worth(deal)[0] == Decimal("100.00")


def test_last_line_that_goes_leaves_the_amount_to_people(make: Make) -> None:
    deal = make.deal()
    replace_lines(deal, [words("Delivery", "250.00")])
    with pytest.raises(InvalidError, match="Lines of the deal"):
        change_deal(deal, {"amount": Decimal(1)})

    replace_lines(deal, [])

    assert worth(deal) == (Decimal("250.00"), Decimal(0), None)
    assert change_deal(deal, {"amount": Decimal(1)})


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "discount over the sum": (
        words("Delivery", "10.00", "2", discount_amount=Decimal("20.01")),
        "lines.0.discount_amount",
    ),
    "two discounts": (
        words("Delivery", "10", discount_amount=Decimal(1), discount_percent=Decimal(1)),
        "lines.0.discount_amount",
    ),
    "nothing said": ({"quantity": Decimal(1), "price": Decimal(1)}, "lines.0.name"),
    "no price": ({"quantity": Decimal(1), "name": "Delivery"}, "lines.0.price"),
    "no such product": (taken(77), "lines.0.product_id"),
    "no such level": (words("Delivery", "1", level_id=77), "lines.0.level_id"),
    "no such line": (words("Delivery", "1", id=77), "lines.0.id"),
    "too much": (words("Delivery", "900000000000", "1000"), "lines"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_is_said_at_its_cell_and_changes_nothing(make: Make, case: str) -> None:
    line, field = WRONG[case]
    deal = make.deal()
    replace_lines(deal, [words("Delivery", "250.00")])
    before = queries.lines_of(reading(), deal), worth(deal)

    with pytest.raises(InvalidError) as refused:
        replace_lines(deal, [line])

    assert set(refused.value.fields) == {field}
    assert (queries.lines_of(reading(), deal), worth(deal)) == before


@pytest.mark.parametrize("quantity", ["0", "-1"])
def test_quantity_of_nought_or_less_is_refused(api_for: ApiFor, make: Make, quantity: str) -> None:
    deal = make.deal()
    lines = {"lines": [{"name": "Delivery", "price": "1.00", "quantity": quantity}]}

    refused = api_for("head").request("PUT", f"/catalogue/deals/{deal}/lines", lines)

    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert set(refused.json["errors"]) == {"lines.0.quantity"}
    assert queries.lines_of(reading(), deal) == []


def test_product_that_is_offered_no_more_stays_in_its_line_and_comes_into_no_other(
    make: Make, sell: Sell
) -> None:
    deal, rack = make.deal(), sell()
    replace_lines(deal, [taken(rack)])
    (line,) = queries.lines_of(reading(), deal)
    service.change_product(rack, {"active": False})

    assert replace_lines(deal, [taken(rack, "5", id=line.id)])
    with pytest.raises(InvalidError) as refused:
        replace_lines(deal, [taken(rack)])
    assert "Rack" in str(refused.value.fields["lines.0.product_id"])


def test_product_in_another_currency_needs_a_price_in_that_of_the_deal(
    make: Make, sell: Sell
) -> None:
    deal, rack = make.deal(), sell(currency="USD")

    with pytest.raises(InvalidError) as refused:
        replace_lines(deal, [taken(rack)])
    assert "USD" in str(refused.value.fields["lines.0.price"])

    replace_lines(deal, [taken(rack, price=Decimal(9000))])
    assert worth(deal)[:2] == (Decimal(9000), Decimal(0))


def test_lines_of_a_closed_deal_are_corrected_as_its_amount_is(make: Make) -> None:
    deal = make.deal()
    replace_lines(deal, [words("Delivery", "250.00")])
    close_deal(deal, "won")
    day = reading().scalar(sa.select(Deal.closed_on).where(Deal.id == deal))

    assert replace_lines(deal, [words("Delivery", "240.00")])

    after = reading().execute(
        sa.select(Deal.amount, Deal.outcome, Deal.closed_on).where(Deal.id == deal)
    )
    assert tuple(after.one()) == (Decimal("240.00"), "won", day)


def test_lines_go_into_the_bin_with_their_deal_and_come_out_with_it(
    api_for: ApiFor, make: Make
) -> None:
    deal = make.deal()
    replace_lines(deal, [words("Delivery", "250.00")])

    delete_deal(deal)
    gone = api_for("head").get(f"/catalogue/deals/{deal}/lines")
    restore_deal(deal)

    assert gone.status_code == HTTPStatus.NOT_FOUND
    assert [one.name for one in queries.lines_of(reading(), deal)] == ["Delivery"]


def test_last_change_is_taken_back_and_done_again(make: Make, sell: Sell) -> None:
    deal, rack = make.deal(), sell()
    first = [taken(rack, "2", discount_percent=Decimal(10)), words("Delivery", "250.00")]
    replace_lines(deal, first)
    replace_lines(deal, [words("Nothing else", "1.00")])

    undo_lines(deal)
    assert [one.name for one in queries.lines_of(reading(), deal)] == ["Rack", "Delivery"]
    assert worth(deal)[:2] == (Decimal("430.00"), Decimal("120.00"))

    undo_lines(deal)
    assert [one.name for one in queries.lines_of(reading(), deal)] == ["Nothing else"]


def test_first_lines_that_are_taken_back_give_the_amount_back_that_they_took(make: Make) -> None:
    deal = make.deal(amount=Decimal(500), cost=Decimal("61.07"))
    replace_lines(deal, [words("Delivery", "1000")])

    undo_lines(deal)
    assert worth(deal) == (Decimal(500), Decimal("61.07"), None)
    undo_lines(deal)
    assert worth(deal) == (Decimal(1000), Decimal(0), "catalogue.lines")

    replace_lines(deal, [])
    assert worth(deal) == (Decimal(1000), Decimal(0), None)
    change_deal(deal, {"amount": Decimal(7)})
    undo_lines(deal)
    undo_lines(deal)
    assert worth(deal)[0] == 7


def test_lines_of_another_currency_do_not_come_back(make: Make) -> None:
    deal = make.deal()
    replace_lines(deal, [words("Delivery", "1000")])
    replace_lines(deal, [])
    change_deal(deal, {"currency": "USD"})

    with pytest.raises(ConflictError):
        undo_lines(deal)

    assert worth(deal) == (Decimal(1000), Decimal(0), None)
    change_deal(deal, {"currency": "RUB"})
    undo_lines(deal)
    assert worth(deal) == (Decimal(1000), Decimal(0), "catalogue.lines")


def test_nobody_overwrites_the_lines_of_another_unseen(make: Make) -> None:
    deal = make.deal()
    replace_lines(deal, [words("Delivery", "250.00")], version=0)

    with pytest.raises(StaleError):
        replace_lines(deal, [words("Assembly", "100.00")], version=0)
    assert replace_lines(deal, [words("Assembly", "100.00")], version=1)


def test_same_lines_again_are_no_change(make: Make, sell: Sell) -> None:
    deal, rack = make.deal(), sell()
    replace_lines(deal, [taken(rack, "2")])
    (line,) = queries.lines_of(reading(), deal)

    assert not replace_lines(deal, [taken(rack, "2", id=line.id)])
    assert queries.one_deal(reading(), deal).version == 1


def test_lines_are_read_and_replaced_by_the_api(api_for: ApiFor, make: Make, sell: Sell) -> None:
    api, rack = api_for("head"), sell()
    deal = make.deal()
    path = f"/catalogue/deals/{deal}/lines"

    sent = [
        {"product_id": rack, "quantity": "2"},
        {"name": "Delivery", "price": "5.00", "quantity": "1"},
    ]
    put = api.request("PUT", path, {"lines": sent, "currency": "RUB"})
    read = api.get(path)

    assert put.json == read.json
    assert (read.json["amount"], read.json["cost"], read.json["margin"]) == (
        "205.00",
        "120.00",
        "85.00",
    )
    assert [one["name"] for one in read.json["lines"]] == ["Rack", "Delivery"]
    assert (read.json["lines"][0]["vat"], read.json["lines"][0]["net"]) == ("33.33", "166.67")
    assert read.headers["ETag"] == put.headers["ETag"]
    late = api.request("PUT", path, {"lines": []}, headers={"If-Match": '"catalogue.lines-1-0-x"'})
    assert late.status_code == HTTPStatus.PRECONDITION_FAILED
    other = api.request("PUT", path, {"lines": [], "currency": "USD"})
    assert set(other.json["errors"]) == {"currency"}


def test_whoever_may_not_see_costs_changes_lines_and_leaves_costs_as_they_are(
    api_for: ApiFor, make: Make, sell: Sell
) -> None:
    head, rack = api_for("head"), sell()
    team = make.team()
    deal = make.deal(owner_id=make.user("seller", team_id=team))
    assistant = make.user("assistant", team_id=team)
    head.request(
        "PUT", f"/catalogue/deals/{deal}/lines", {"lines": [{"product_id": rack, "quantity": "1"}]}
    )
    (line,) = queries.lines_of(reading(), deal)

    with make.acting(assistant):
        replace_lines(deal, [taken(rack, "3", id=line.id)])
        for guess in (Decimal(1), Decimal(60)):
            with pytest.raises(InvalidError) as refused:
                replace_lines(deal, [taken(rack, "3", id=line.id, cost=guess)])
            assert set(refused.value.fields) == {"lines.0.cost"}

    assert worth(deal)[:2] == (Decimal("300.00"), Decimal("180.00"))


def test_whoever_sees_a_deal_and_may_not_change_it_reads_its_lines_alone(make: Make) -> None:
    deal = make.deal()
    replace_lines(deal, [words("Delivery", "250.00")])

    with make.acting(make.user_of("marketer")):
        assert len(queries.lines_of(reading(), deal)) == 1
        with pytest.raises(ForbiddenError):
            replace_lines(deal, [])


def test_what_was_changed_by_hand_while_the_plugin_was_away_is_owned_by_lines_again(
    make: Make,
) -> None:
    deal = make.deal()
    replace_lines(deal, [words("Delivery", "250.00")])

    current_host().set_switches(suspended=["catalogue"], behind=[])
    change_deal(deal, {"amount": Decimal(7)})
    current_host().set_switches(suspended=[], behind=[])
    add_lines(deal, [words("Assembly", "50.00")])

    assert worth(deal) == (Decimal("300.00"), Decimal(0), "catalogue.lines")


def test_lines_do_not_count_while_their_deal_is_in_another_currency(
    make: Make, browser_for: BrowserFor
) -> None:
    deal = make.deal()
    replace_lines(deal, [words("Delivery", "250.00")])
    current_host().set_switches(suspended=["catalogue"], behind=[])
    change_deal(deal, {"currency": "USD"})
    current_host().set_switches(suspended=[], behind=[])

    assert queries.lines_of(reading(), deal) == []
    (sold,) = reading().execute(queries.sold_lines()).all()
    assert (sold.amount, sold.currency) == (Decimal("250.00"), "RUB")
    page = browser_for("head").get(f"/catalogue/deals/{deal}/lines").text
    assert "These lines are in RUB, the deal is in USD by now" in page
    assert "₽250.00" in page

    change_deal(deal, {"currency": "RUB"})
    assert [one.name for one in queries.lines_of(reading(), deal)] == ["Delivery"]
    change_deal(deal, {"currency": "USD"})
    add_lines(deal, [words("Assembly", "50.00")])
    assert [one.name for one in queries.lines_of(reading(), deal)] == ["Assembly"]
    assert worth(deal) == (Decimal("50.00"), Decimal(0), "catalogue.lines")
    with pytest.raises(ConflictError):
        undo_lines(deal)


def test_history_of_the_deal_tells_of_its_lines(browser_for: BrowserFor, make: Make) -> None:
    deal = make.deal()
    replace_lines(deal, [words("Delivery", "250.00", cost=Decimal("61.07"))])

    page = browser_for("head").get(f"/records/deal/{deal}/history").text

    assert "Delivery × 1 — " in page
    assert "Lines" in page


def test_other_plugins_sell_by_the_service(make: Make, sell: Sell) -> None:
    catalogue: Catalogue | None = offered("catalogue")
    assert catalogue is not None
    deal, rack = make.deal(), sell()

    (found,) = catalogue.find(reading(), "rack")
    catalogue.add_lines(deal, [{"product_id": found["id"], "quantity": "2"}])

    assert (found["id"], found["price"]) == (rack, Decimal("100.00"))
    assert [one.amount for one in catalogue.lines(reading(), deal)] == [Decimal("200.00")]
    sold = reading().execute(catalogue.sold()).all()
    assert [(one.product_id, one.quantity, one.deal_id) for one in sold] == [(rack, 2, deal)]


def test_units_are_seen_of_deals_that_one_sees(app: Flask, make: Make, sell: Sell) -> None:
    seller = make.user_of("seller")
    own, others = make.deal(owner_id=seller), make.deal()
    for deal in (own, others):
        replace_lines(deal, [taken(sell(), "2")])

    with make.acting(seller):
        assert [row.deal_id for row in reading().execute(queries.sold_lines())] == [own]
    assert len(reading().scalars(sa.select(Line.id)).all()) == 2
