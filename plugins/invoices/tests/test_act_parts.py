"""Parts of a line add up to it, and read as it does: the same rounding in invoice and act."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from salesman_catalogue.toolkit import DiscountError, Terms, sums_of
from salesman_invoices.parts import NOUGHT, Left, discount_of, part_of


@dataclass(frozen=True)
class Line:
    """A line of an invoice with its sums."""

    quantity: Decimal
    price: Decimal
    discount_percent: Decimal | None
    discount_amount: Decimal | None
    vat_percent: Decimal | None
    vat_on_top: bool
    net: Decimal = NOUGHT
    vat: Decimal = NOUGHT
    cost_amount: Decimal | None = None

    @property
    def whole(self) -> Left:
        return Left(self.quantity, self.net, self.vat, self.cost_amount)


@st.composite
def lines(draw: st.DrawFn) -> Line:
    """Give a line as the catalogue counts it."""
    quantity = draw(st.decimals(Decimal("0.001"), 10**5, places=3))
    price = draw(st.decimals(0, 10**6, places=2))
    full = sums_of(Terms(quantity, price)).full
    kind = draw(st.sampled_from(["none", "percent", "amount"]))
    percent = draw(st.decimals(0, 100, places=2)) if kind == "percent" else None
    amount = draw(st.decimals(0, full, places=2)) if kind == "amount" else None
    rate = draw(st.sampled_from([None, Decimal(0), Decimal(10), Decimal(20), Decimal("7.25")]))
    on_top = draw(st.booleans())
    sums = sums_of(Terms(quantity, price, percent, amount, rate, vat_on_top=on_top))
    cost = draw(st.none() | st.decimals(0, 10**6, places=2))
    return Line(quantity, price, percent, amount, rate, on_top, sums.net, sums.vat, cost)


shares = st.lists(st.decimals(0, 1, places=3), max_size=6)


@given(lines(), shares)
def test_parts_add_up_to_the_line_and_none_is_below_nought(
    line: Line, wanted: list[Decimal]
) -> None:
    left, parts = line.whole, []
    for share in wanted:
        quantity = round(left.quantity * share, 3)
        if quantity > 0:
            parts.append(part_of(line, left, quantity))
            left = _rest(left, parts[-1])
    if left.quantity > 0:
        parts.append(part_of(line, left, left.quantity))

    assert sum(one.quantity for one in parts) == line.quantity
    assert sum(one.net for one in parts) == line.net
    assert sum(one.vat for one in parts) == line.vat
    assert min(min(one.net, one.vat, one.cost or NOUGHT) for one in parts) >= 0
    if line.cost_amount is not None:
        assert sum(one.cost or NOUGHT for one in parts) == line.cost_amount


def _rest(left: Left, part: Left) -> Left:
    cost = None if left.cost is None or part.cost is None else left.cost - part.cost
    return Left(left.quantity - part.quantity, left.net - part.net, left.vat - part.vat, cost)


@given(lines())
def test_line_that_is_confirmed_at_once_reads_as_in_the_invoice(line: Line) -> None:
    part = part_of(line, line.whole, line.quantity)

    assert part == line.whole
    assert discount_of(line, line.quantity) == line.discount_amount


@given(lines(), st.decimals(Decimal("0.001"), Decimal("0.999"), places=3))
def test_part_is_counted_as_any_line_of_its_quantity_while_that_is_left(
    line: Line, share: Decimal
) -> None:
    quantity = round(line.quantity * share, 3)
    if not 0 < quantity < line.quantity:
        return
    try:
        alone = sums_of(
            Terms(
                quantity,
                line.price,
                line.discount_percent,
                discount_of(line, quantity),
                line.vat_percent,
                vat_on_top=line.vat_on_top,
            )
        )
    except DiscountError:  # pragma: no cover  # a part's discount is never more than its price
        raise AssertionError from None

    part = part_of(line, line.whole, quantity)

    assert part.net == min(alone.net, line.net)
    assert part.vat == min(alone.vat, line.vat)
