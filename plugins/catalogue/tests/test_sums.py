"""The arithmetic of lines: one rule of rounding, whatever the line."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from salesman_catalogue.sums import (
    DiscountError,
    Sums,
    Terms,
    rounded,
    sums_of,
    together,
    vat_inside,
)


def exact(least: int, most: int, places: int) -> st.SearchStrategy[Decimal]:
    """Give decimals with so many places, between two whole numbers of their last one."""
    return st.integers(least, most).map(lambda number: Decimal(number).scaleb(-places))


quantities = exact(1, 10**9, 3)
prices = exact(0, 10**9, 2)
percents = exact(0, 10_000, 2)
rates = st.sampled_from([None, *map(Decimal, ("0", "5", "7", "10", "18", "20", "22"))])
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def terms(draw: st.DrawFn) -> Terms:
    """Give the terms of a line that may be written."""
    quantity, price = draw(quantities), draw(prices)
    full = rounded(quantity * price)
    percent = draw(st.none() | percents)
    amount = None if percent is not None else draw(st.none() | exact(0, int(full * 100), 2))
    on_top = draw(st.booleans())
    cost = draw(prices)
    return Terms(quantity, price, percent, amount, draw(rates), on_top, cost)


@unhurried
@given(st.lists(terms(), max_size=60))
def test_sum_of_lines_is_the_sum_of_what_stands_in_each(lines: list[Terms]) -> None:
    sums = [sums_of(one) for one in lines]

    total = together(sums)

    assert total.amount == sum((one.amount for one in sums), Decimal(0))
    assert total.net + total.vat == total.amount
    assert total.full - total.discount == sum(
        (one.net if line.vat_on_top else one.amount for one, line in zip(sums, lines, strict=True)),
        Decimal(0),
    )


@unhurried
@given(terms())
def test_each_sum_has_hundredths_and_nothing_is_below_nought(line: Terms) -> None:
    sums = sums_of(line)

    for amount in (sums.full, sums.discount, sums.net, sums.vat, sums.amount, sums.cost):
        assert amount == rounded(amount)
        assert amount >= 0
    assert sums.discount <= sums.full


@unhurried
@given(prices, st.sampled_from([Decimal(one) for one in ("0", "5", "10", "18", "20", "22", "100")]))
def test_vat_put_on_top_is_the_vat_inside_of_what_comes_out(net: Decimal, percent: Decimal) -> None:
    on_top = sums_of(Terms(Decimal(1), net, vat_percent=percent, vat_on_top=True))

    assert vat_inside(on_top.amount, percent) == on_top.vat

    inside = sums_of(Terms(Decimal(1), on_top.amount, vat_percent=percent))
    assert (inside.net, inside.vat) == (on_top.net, on_top.vat)


@unhurried
@given(terms())
def test_no_sum_is_further_than_half_a_kopeck_from_the_exact_one(line: Terms) -> None:
    sums = sums_of(line)
    full = Fraction(line.price) * Fraction(line.quantity)
    share = Fraction(line.vat_percent or 0)
    left = Fraction(sums.full - sums.discount)
    vat = left * share / 100 if line.vat_on_top else left * share / (100 + share)

    assert abs(Fraction(sums.full) - full) <= Fraction(1, 200)
    assert abs(Fraction(sums.vat) - vat) <= Fraction(1, 200)


@unhurried
@given(quantities, prices, exact(1, 10**8, 2))
def test_discount_is_never_more_than_the_line(
    quantity: Decimal, price: Decimal, more: Decimal
) -> None:
    too_much = rounded(quantity * price) + more

    with pytest.raises(DiscountError):
        sums_of(Terms(quantity, price, discount_amount=too_much))


def test_half_a_hundredth_is_rounded_up() -> None:
    assert sums_of(Terms(Decimal("0.5"), Decimal("0.01"))).amount == Decimal("0.01")
    assert sums_of(Terms(Decimal("0.5"), Decimal("0.03"))).amount == Decimal("0.02")


def test_vat_inside_and_on_top_of_a_usual_invoice() -> None:
    inside = sums_of(Terms(Decimal(3), Decimal("1199.99"), vat_percent=Decimal(20)))
    on_top = sums_of(
        Terms(Decimal(3), Decimal("1000.00"), vat_percent=Decimal(20), vat_on_top=True)
    )

    assert (inside.net, inside.vat, inside.amount) == (
        Decimal("2999.97"),
        Decimal("600.00"),
        Decimal("3599.97"),
    )
    assert (on_top.net, on_top.vat, on_top.amount) == (
        Decimal("3000.00"),
        Decimal("600.00"),
        Decimal("3600.00"),
    )


def test_without_vat_nothing_is_added_and_nothing_is_inside() -> None:
    line = sums_of(Terms(Decimal(2), Decimal(50), cost=Decimal(30)))

    assert line == Sums(Decimal(100), Decimal(0), Decimal(100), Decimal(0), Decimal(60))
