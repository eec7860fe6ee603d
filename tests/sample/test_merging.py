"""Merging clients and taking them apart again loses nothing, of no plugin."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from salesman_sample.models import Thanks
from salesman_sample.service import keep_promise, make_promise

from salesman_core.clients.merging import FIELDS, merge_clients, undo_merging
from salesman_core.clients.service import delete_contact
from salesman_core.db import db, reading, writing
from salesman_core.deals.models import CloseReason
from salesman_core.deals.service import close_deal
from salesman_core.plugins.migrations import expressions_passed_over
from salesman_core.records.notes import write_note
from salesman_core.testing.people import Make

Dump = dict[str, list[tuple[tuple[str, str], ...]]]

MEMORIES: Final = ("core_audit", "core_event", "core_job", "core_merging", "core_merging_step")
"""Tables that remember what was done, and so remember merging and undoing too."""
MOVED: Final = ("client_id", "record_id", "position", "primary", "times")
COUNTED: Final = ("version", "updated_at")


@pytest.fixture
def metadata(app: Flask) -> sa.MetaData:
    """All tables as the database has them."""
    found = sa.MetaData()
    with db.engine.connect() as connection, expressions_passed_over():
        found.reflect(connection, resolve_fks=False)
    return found


def dump(metadata: sa.MetaData) -> Dump:
    """Every row of every table as the database has it."""
    reading().rollback()
    found: Dump = {}
    with db.engine.connect() as connection:
        for name, table in metadata.tables.items():
            if name not in MEMORIES and "_trigrams" not in name and not name.startswith("sqlite"):
                columns = [one for one in table.c if one.name not in COUNTED]
                rows = connection.execute(sa.select(*columns)).mappings()
                found[name] = sorted(tuple((key, str(one[key])) for key in one) for one in rows)
    return found


def without_places(dumped: Dump) -> dict[str, Counter[tuple[str, ...]]]:
    """Each row without what says to which client it belongs, and in which place it stands there."""
    return {
        name: Counter(tuple(value for column, value in row if column not in MOVED) for row in rows)
        for name, rows in dumped.items()
        if name != "core_client"  # of the kept one a person chooses the values
    }


words = st.text("абвгде xyz", min_size=1, max_size=8).filter(str.strip)
numbers = st.sampled_from(["+7 912 345-67-89", "8 912 345-67-89", "8 800 555 35 35", "ask Olga"])
emails = st.sampled_from(["a@example.com", "A@Example.com", "b@example.com"])
addresses = st.builds(lambda label, text: {"label": label, "text": text}, words, words)
clients = st.fixed_dictionaries(
    {
        "name": words,
        "kind": st.sampled_from(["company", "person"]),
        "site": st.sampled_from(["", "one.example", "two.example"]),
        "addresses": st.lists(addresses, max_size=3),
        "phones": st.lists(numbers, max_size=3),
        "emails": st.lists(emails, max_size=2),
        "tags": st.lists(st.sampled_from(["vip", "cold", "fair"]), max_size=3),
        "external_ids": st.sets(st.sampled_from(["1c", "site", "old"]), max_size=3),
        "participants": st.sets(st.sampled_from([0, 1, 2]), max_size=3),
        "owner": st.sampled_from([None, 0, 1, 2]),
        "custom": st.dictionaries(st.sampled_from(["size", "zone"]), words, max_size=2),
        "contacts": st.lists(st.lists(numbers, max_size=2), max_size=2),
        "contact_binned": st.booleans(),
        "deals": st.lists(st.sampled_from(["open", "won", "lost"]), max_size=3),
        "notes": st.lists(words, max_size=2),
        "promises": st.lists(st.booleans(), max_size=2),
        "thanks": st.sampled_from([None, 1, 5]),
    }
)


def make_all(make: Make, drawn: dict[str, Any], users: list[int]) -> int:
    """Make a client with all that hangs on it."""
    number = make.client(name="number")
    reason = reading().scalar(sa.select(CloseReason.id).limit(1))
    own = ("name", "kind", "site", "addresses", "phones", "emails", "tags")
    client_id = make.client(
        **{name: drawn[name] for name in own},
        external_ids={source: f"{source} {number}" for source in drawn["external_ids"]},
        participants=[
            {"user_id": users[one], "part": f"part {one}"} for one in drawn["participants"]
        ],
        owner_id=None if drawn["owner"] is None else users[drawn["owner"]],
        custom=drawn["custom"],
    )
    contacts = [make.contact(client_id, phones=phones) for phones in drawn["contacts"]]
    if contacts and drawn["contact_binned"]:
        delete_contact(contacts[0])
    for outcome in drawn["deals"]:
        deal_id = make.deal(client_id=client_id)
        if outcome != "open":
            close_deal(deal_id, outcome, reason if outcome == "lost" else None)
    for text in drawn["notes"]:
        write_note("client", client_id, text)
    for is_kept in drawn["promises"]:
        promise_id = make_promise({"text": "Send it", "client_id": client_id})
        if is_kept:
            keep_promise(promise_id)
    if drawn["thanks"] is not None:
        with writing() as session:
            session.add(Thanks(client_id=client_id, times=drawn["thanks"]))
    return client_id


@pytest.mark.timeout(300)
@given(
    drawn=st.lists(clients, min_size=2, max_size=3),
    chosen=st.dictionaries(st.sampled_from(FIELDS), st.integers(0, 2)),
)
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=12, deadline=None
)
@pytest.mark.turns(3, among="long")
def test_merging_and_undoing_lose_nothing(
    make: Make, metadata: sa.MetaData, drawn: list[dict[str, Any]], chosen: dict[str, int]
) -> None:
    users = [make.user_of(role) for role in ("head", "seller", "service")]
    kept, *lost = (make_all(make, one, users) for one in drawn)
    before = dump(metadata)

    by_field = {name: [kept, *lost][number % len(drawn)] for name, number in chosen.items()}
    merging_id = merge_clients(kept, lost, by_field)

    merged = without_places(dump(metadata))
    for name, rows in without_places(before).items():
        assert not rows - merged[name], name
    undo_merging(merging_id)
    after = dump(metadata)
    moves_before, moves = before.pop("core_rung_move"), after.pop("core_rung_move")
    assert [move for move in moves_before if move not in moves] == []  # a log: it only grows
    assert after == before
