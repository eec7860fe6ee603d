"""Where a client stands follows from the evidence and from what people decided, move by move."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesman_core.clients.ladder import add_evidence, set_rung
from salesman_core.clients.models import Client, ClientEvidence, RungMove
from salesman_core.clients.queries import ladder
from salesman_core.clock import now
from salesman_core.db import reading
from salesman_core.deals.models import CloseReason, Deal
from salesman_core.deals.service import close_deal, delete_deal, reopen_deal, restore_deal
from salesman_core.testing.people import Make
from salesman_hookspecs import Evidence

COLD, POTENTIAL, CURRENT, REGULAR = range(4)
STEPS: Final = ("open", "win", "lose", "reopen", "bin", "restore", "by hand", "paid")


def place(client_id: int) -> int:
    """Give how many rungs there are below a client."""
    reading().rollback()
    rung_id = reading().scalar(sa.select(Client.rung_id).where(Client.id == client_id))
    return [rung.id for rung in ladder(reading())].index(rung_id)


def pay(client_id: int, sale: str) -> None:
    """Give evidence of a sale as a plugin does that knows of payments."""
    paid = Evidence(client_id, "sale", sale, now(), "an invoice was paid")
    add_evidence("payments", [paid])


def put(client_id: int, rung: int) -> None:
    set_rung(client_id, ladder(reading())[rung].id, "we have known them for years")


def test_all_evidence_of_one_sale_counts_once(make: Make) -> None:
    client = make.client()
    deal = make.deal(client_id=client)
    close_deal(deal, "won", None)
    pay(client, f"deal:{deal}")

    assert place(client) == CURRENT
    pay(client, "invoice:7")
    assert place(client) == REGULAR


def test_sale_that_is_withdrawn_by_one_stands_while_another_speaks_for_it(make: Make) -> None:
    client = make.client()
    deal = make.deal(client_id=client)
    close_deal(deal, "won", None)
    pay(client, f"deal:{deal}")

    reopen_deal(deal)

    assert place(client) == CURRENT


def test_rung_set_by_hand_waits_for_new_evidence(make: Make) -> None:
    client = make.client()
    deal = make.deal(client_id=client)
    close_deal(deal, "won", None)
    put(client, REGULAR)

    reopen_deal(deal)
    assert place(client) == REGULAR

    make.deal(client_id=client)
    assert place(client) == POTENTIAL


# -- whatever happens, the log says how it came about


def deals_of(client_id: int) -> Sequence[tuple[int, str | None, bool]]:
    """Give the deals of a client as (id, outcome, whether it is in the bin)."""
    found = sa.select(Deal.id, Deal.outcome, Deal.deleted_at.is_not(None))
    rows = reading().execute(found.where(Deal.client_id == client_id).order_by(Deal.id))
    return [(row[0], row[1], bool(row[2])) for row in rows]


def happen(make: Make, client_id: int, step: str, number: int) -> None:
    """Do a step with the deal that the number falls on, where there is one it can be done with."""
    if step == "open":
        make.deal(client_id=client_id)
    elif step == "paid":
        pay(client_id, f"invoice:{number % 2}")
    elif step == "by hand":
        put(client_id, number % 4)
    else:
        act, fits = _acts()[step]
        deals = [id_ for id_, outcome, binned in deals_of(client_id) if fits(outcome, binned)]
        if deals:
            act(deals[number % len(deals)])


def _acts() -> dict[str, tuple[Callable[[int], object], Callable[[str | None, bool], bool]]]:
    reason = reading().scalar(sa.select(CloseReason.id).limit(1))
    return {
        "win": (lambda deal: close_deal(deal, "won", None), lambda out, bin_: not (out or bin_)),
        "lose": (
            lambda deal: close_deal(deal, "lost", reason),
            lambda out, bin_: not (out or bin_),
        ),
        "reopen": (reopen_deal, lambda out, bin_: bool(out) and not bin_),
        "bin": (delete_deal, lambda _out, bin_: not bin_),
        "restore": (restore_deal, lambda _out, bin_: bin_),
    }


def earned(client_id: int) -> int:
    """Give the place that the kept evidence earns, counted afresh by rule 2."""
    kept = reading().execute(
        sa.select(ClientEvidence.weight, ClientEvidence.sale).where(
            ClientEvidence.client_id == client_id
        )
    )
    pairs = [(row.weight, row.sale) for row in kept]
    sales = len({sale for weight, sale in pairs if weight == "sale"})
    return min(sales, 2) + 1 if sales else int(bool(pairs))


@pytest.mark.timeout(300)
@given(steps=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 7)), max_size=14))
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None
)
def test_where_a_client_stands_follows_from_the_log(
    app: Flask, make: Make, steps: list[tuple[str, int]]
) -> None:
    client = make.client()
    for step, number in steps:
        happen(make, client, step, number)

    reading().rollback()
    row = (
        reading()
        .execute(sa.select(Client.rung_id, Client.rung_pinned_at).where(Client.id == client))
        .one()
    )
    moves = (
        reading()
        .scalars(sa.select(RungMove).where(RungMove.client_id == client).order_by(RungMove.id))
        .all()
    )
    path = [moves[0].from_rung_id, *(move.to_rung_id for move in moves)] if moves else []
    assert [move.from_rung_id for move in moves] == path[:-1]
    assert row.rung_id == (path[-1] if path else ladder(reading())[COLD].id)
    assert all(move.reason or move.words for move in moves)
    if row.rung_pinned_at is None:
        assert place(client) == earned(client)
