"""Where a client stands follows from the evidence and from what people decided, move by move."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesman_core.clients.card import shown
from salesman_core.clients.ladder import add_evidence, set_rung
from salesman_core.clients.merging import merge_clients, undo_merging
from salesman_core.clients.models import Client, ClientEvidence, RungMove
from salesman_core.clients.queries import ladder, rung_moves
from salesman_core.clients.rungs import change_rung
from salesman_core.clock import now
from salesman_core.db import reading
from salesman_core.deals.models import CloseReason, Deal
from salesman_core.deals.service import close_deal, delete_deal, reopen_deal, restore_deal
from salesman_core.errors import StaleError
from salesman_core.events.models import RecordedEvent
from salesman_core.records.history import history
from salesman_core.testing.people import Make
from salesman_hookspecs import Evidence

COLD, POTENTIAL, CURRENT, REGULAR = range(4)
STEPS: Final = (
    *("open", "win", "lose", "reopen", "bin", "restore", "by hand", "paid"),
    *("merge", "undo"),
)
BrowserFor = Callable[[str], FlaskClient]


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
    assert place(client) == REGULAR


def test_new_evidence_lifts_a_client_from_where_a_person_put_it(make: Make) -> None:
    client = make.client()
    close_deal(make.deal(client_id=client), "won", None)
    put(client, COLD)

    make.deal(client_id=client)

    assert place(client) == CURRENT


def test_client_stands_by_its_evidence_again_once_that_earns_what_a_person_said(
    make: Make,
) -> None:
    client = make.client()
    put(client, CURRENT)
    deal = make.deal(client_id=client)
    close_deal(deal, "won", None)

    reopen_deal(deal)

    assert place(client) == POTENTIAL


def test_client_that_falls_because_its_rung_asks_for_more_is_told_so(make: Make) -> None:
    client = make.client()
    close_deal(make.deal(client_id=client), "won", None)
    ask_sales(CURRENT, 2)

    lost = make.deal(client_id=client)
    delete_deal(lost)

    assert place(client) == POTENTIAL
    assert newest_reason(client) == "what its rung asks for was changed"


def ask_sales(rung: int, sales: int) -> None:
    """Let a rung ask for more sales, and the one above it for more than that."""
    for one, number in ((rung + 1, sales + 1), (rung, sales)):
        reading().rollback()
        row = ladder(reading())[one]
        values = {"name": row.name, "colour": row.colour, "interests": 0, "sales": number}
        change_rung(row.id, values)


def newest_reason(client_id: int) -> str:
    reading().rollback()
    return rung_moves(reading(), client_id, 1)[0].reason


def test_confirmed_rung_stays_in_the_story_and_in_the_history(make: Make) -> None:
    client = make.client()
    put(client, COLD)

    assert newest_reason(client) == "we have known them for years"
    assert shown(client).standing.held
    assert history("client", client).lines[0].action == "moved on the ladder"


def test_confirming_a_rung_is_refused_where_somebody_changed_the_client(make: Make) -> None:
    client = make.client()
    version = shown(client).row.version
    cold = ladder(reading())[COLD].id
    set_rung(client, cold, "we have known them for years", version)

    with pytest.raises(StaleError):
        set_rung(client, cold, "so have we", version)


def test_who_does_not_see_the_deal_reads_the_reason_without_its_name(
    make: Make, browser_for: BrowserFor
) -> None:
    client = make.client(owner_id=make.user_of("seller"))
    deal = make.deal(client_id=client, name="Beams", owner_id=make.user_of("head"))
    pages = (f"/clients/{client}", f"/records/client/{client}/story")

    told = {
        role: [
            (words in page, "Beams" in page, f"/deals/{deal}" in page)
            for page in (browser_for(role).get(address).text for address in pages)
            for words in ["a deal was opened"]
        ]
        for role in ("seller", "head")
    }

    assert told == {"seller": [(True, False, False)] * 2, "head": [(True, True, True)] * 2}


def test_event_of_a_climb_names_no_deal(make: Make) -> None:
    client = make.client()
    make.deal(client_id=client, name="Beams")

    climbed = sa.select(RecordedEvent.payload).where(RecordedEvent.type == "core.client.climbed")
    reading().rollback()
    assert [one["reason"] for one in reading().scalars(climbed)] == ["a deal was opened"]


# -- merging


def test_rung_chosen_in_merging_stands_in_the_log(make: Make) -> None:
    kept, lost = make.client(), make.client()
    put(lost, REGULAR)

    merging = merge_clients(kept, [lost], {"rung_id": lost})
    assert place(kept) == REGULAR
    assert newest_reason(kept) == "it was merged with a client that stood there"

    undo_merging(merging)
    assert (place(kept), place(lost)) == (COLD, REGULAR)
    assert newest_reason(kept) == "a merging was undone"


def test_card_says_why_the_kept_client_stands_where_it_stands(make: Make) -> None:
    kept, lost = make.client(), make.client()
    close_deal(make.deal(client_id=kept, name="Beams"), "won", None)
    make.deal(client_id=lost, name="Boards")

    merge_clients(kept, [lost])

    assert place(kept) == CURRENT
    assert shown(kept).standing.reason.endswith(": “Beams”")


# -- whatever happens, the log says how it came about


def deals_of(client_id: int) -> Sequence[tuple[int, str | None, bool]]:
    """Give the deals of a client as (id, outcome, whether it is in the bin)."""
    found = sa.select(Deal.id, Deal.outcome, Deal.deleted_at.is_not(None))
    rows = reading().execute(found.where(Deal.client_id == client_id).order_by(Deal.id))
    return [(row[0], row[1], bool(row[2])) for row in rows]


class Two:
    """Two clients to whom things happen, also that they become one."""

    def __init__(self, make: Make) -> None:
        self._make = make
        self.ids = (make.client(), make.client())
        self._merging: tuple[int, int] | None = None

    def happen(self, step: str, number: int) -> None:
        """Do a step with the client that the number falls on, where it can be done with it."""
        client_id = self._merging[1] if self._merging else self.ids[number % 2]
        if step == "merge":
            self._merge(client_id, number)
        elif step == "undo" and self._merging:
            undo_merging(self._merging[0])
            self._merging = None
        else:
            happen(self._make, client_id, step, number // 2)

    def _merge(self, kept_id: int, number: int) -> None:
        if not self._merging:
            (lost_id,) = set(self.ids) - {kept_id}
            chosen = {"rung_id": (kept_id, lost_id)[number // 2 % 2]}
            self._merging = merge_clients(kept_id, [lost_id], chosen), kept_id

    @property
    def living(self) -> Sequence[int]:
        """Those that are not part of the other one."""
        return [self._merging[1]] if self._merging else self.ids


def happen(make: Make, client_id: int, step: str, number: int) -> None:
    """Do a step with the deal that the number falls on, where there is one it can be done with."""
    if step == "open":
        make.deal(client_id=client_id)
    elif step == "paid":
        pay(client_id, f"invoice:{number % 2}")
    elif step == "by hand":
        put(client_id, number % 4)
    elif step in _acts():
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
@given(steps=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 15)), max_size=14))
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None
)
def test_where_a_client_stands_follows_from_the_log(
    app: Flask, make: Make, steps: list[tuple[str, int]]
) -> None:
    two = Two(make)
    for step, number in steps:
        two.happen(step, number)

    for client_id in two.living:
        reading().rollback()
        client = reading().get_one(Client, client_id)
        moves = _moves(client_id)
        path = [moves[0].from_rung_id, *(move.to_rung_id for move in moves)] if moves else []
        assert [move.from_rung_id for move in moves] == path[:-1]
        assert client.rung_id == (path[-1] if path else ladder(reading())[COLD].id)
        assert all(move.reason or move.words for move in moves)
        if client.rung_pinned_at is None:
            assert place(client_id) == earned(client_id)


def _moves(client_id: int) -> Sequence[RungMove]:
    """Give the moves that a client itself has made, the oldest first."""
    own = (RungMove.client_id == client_id, RungMove.of_client_id == client_id)
    return reading().scalars(sa.select(RungMove).where(*own).order_by(RungMove.id)).all()
