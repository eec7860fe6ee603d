"""Lines of the sample plugin own the amounts of deals."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from salesman_sample.models import Line
from salesman_sample.service import LINES, add_line, drop_lines

from salesman_core.access.person import SYSTEM, acting_as
from salesman_core.db import reading, writing
from salesman_core.deals.amount_service import own_amount
from salesman_core.deals.models import Deal
from salesman_core.errors import InvalidError, PluginError
from salesman_core.events.models import RecordedEvent
from salesman_core.plugins.host import current_host
from salesman_core.records.imports import mapping_of
from salesman_core.records.imports.journal import Journal
from salesman_core.records.imports.keeping import note_import
from salesman_core.records.imports.service import import_run, import_type
from salesman_core.records.imports.undo import take_back
from salesman_core.records.models import Audit
from salesman_core.records.restoring import restore
from salesman_core.testing.people import Api, Make

ApiFor = Callable[[str], Api]
BrowserFor = Callable[[str], FlaskClient]

REFUSAL = "This comes from “Lines”: change it there."


@pytest.fixture
def sold(app: Flask, make: Make) -> int:
    """A deal with two lines."""
    deal_id = make.deal(name="Three boilers", amount="5")
    with acting_as(SYSTEM):
        add_line(deal_id, Decimal("100.10"), Decimal("60.00"))
        add_line(deal_id, Decimal("50.05"), Decimal("30.00"))
    return deal_id


def money(api: Api, deal_id: int) -> tuple[str, str, str | None]:
    reading().rollback()
    deal = api.get(f"/deals/{deal_id}").json
    return deal["amount"], deal["cost"], deal["amount_source"]


def suspended() -> None:
    current_host().set_switches(suspended=["sample"], behind=[])


def test_hook_amount_source_lets_lines_own_amount_and_cost(sold: int, api_for: ApiFor) -> None:
    assert money(api_for("head"), sold) == ("150.15", "90.00", LINES)


def test_hook_amount_source_refuses_a_change_by_hand_at_the_field(
    sold: int, api_for: ApiFor
) -> None:
    api = api_for("head")

    refused = api.patch(f"/deals/{sold}", {"amount": "1", "cost": "1", "currency": "USD"})

    assert refused.status_code == 422
    assert refused.json["errors"] == {
        "amount": [REFUSAL],
        "cost": [REFUSAL],
        "currency": [REFUSAL],
    }
    assert money(api, sold) == ("150.15", "90.00", LINES)


def test_owned_amount_may_be_said_again_as_it_stands(sold: int, api_for: ApiFor) -> None:
    same = api_for("head").patch(f"/deals/{sold}", {"amount": "150.15", "name": "Four boilers"})

    assert (same.status_code, same.json["name"]) == (200, "Four boilers")


def test_change_of_lines_is_audited_and_announced_with_them(sold: int) -> None:
    of_deal = sa.select(Audit.changes).where(Audit.kind == "deal", Audit.record_id == sold)
    told = reading().scalars(of_deal.where(Audit.action == "changed").order_by(Audit.id)).all()
    events = sa.select(RecordedEvent.payload).where(
        RecordedEvent.type == "core.deal.changed", RecordedEvent.record_id == sold
    )

    assert told == [
        {"amount": ["5.00", "100.10"], "cost": ["0.00", "60.00"], "amount_source": [None, LINES]},
        {"amount": ["100.10", "150.15"], "cost": ["60.00", "90.00"]},
    ]
    assert [one["fields"] for one in reading().scalars(events.order_by(RecordedEvent.id))] == [
        ["amount", "amount_source", "cost"],
        ["amount", "cost"],
    ]


def test_refused_amount_takes_the_line_back_too(sold: int, api_for: ApiFor) -> None:
    with acting_as(SYSTEM), pytest.raises(InvalidError):
        add_line(sold, Decimal(-1000), Decimal(0))

    assert reading().scalar(sa.select(sa.func.count(Line.id))) == 2
    assert money(api_for("head"), sold) == ("150.15", "90.00", LINES)


def test_dropped_lines_leave_the_amount_to_be_changed_by_hand(sold: int, api_for: ApiFor) -> None:
    api = api_for("head")
    with acting_as(SYSTEM):
        drop_lines(sold)

    assert money(api, sold) == ("150.15", "90.00", None)
    assert api.patch(f"/deals/{sold}", {"amount": "7"}).status_code == 200


def test_amount_of_a_suspended_plugin_stays_until_somebody_changes_it(
    sold: int, api_for: ApiFor
) -> None:
    api = api_for("head")
    suspended()
    assert money(api, sold) == ("150.15", "90.00", None)
    assert api.patch(f"/deals/{sold}", {"name": "Four boilers"}).status_code == 200
    current_host().set_switches(suspended=[], behind=[])
    assert money(api, sold) == ("150.15", "90.00", LINES)

    suspended()
    assert api.patch(f"/deals/{sold}", {"amount": "7"}).status_code == 200
    current_host().set_switches(suspended=[], behind=[])

    assert money(api, sold) == ("7.00", "90.00", None)


@pytest.mark.databases("sqlite")
def test_source_that_there_is_not_owns_nothing(app: Flask, make: Make) -> None:
    deal_id = make.deal()

    with writing(), pytest.raises(PluginError):
        own_amount(deal_id, "sample.other", Decimal(1), Decimal(0))


def test_import_refuses_another_amount_in_its_row(
    sold: int, tmp_path: Path, api_for: ApiFor
) -> None:
    file = tmp_path / "deals.csv"
    file.write_text("Deal;Amount\nThree boilers;7\n")
    type_ = import_type("deals")
    mapping = mapping_of("[options]\nmatch = ['name']", type_.fields)

    result = import_run(type_, file, mapping).apply()

    assert dict(result.counts) == {"refused": 1}
    assert [one.problems["amount"].reason for one in result.refused_rows] == [REFUSAL]
    assert money(api_for("head"), sold) == ("150.15", "90.00", LINES)


def test_import_that_is_taken_back_leaves_an_amount_to_the_lines_that_own_it_by_now(
    app: Flask, make: Make, tmp_path: Path, api_for: ApiFor
) -> None:
    deal_id = make.deal(name="Three boilers", amount="5", cost="1")
    file, number = tmp_path / "deals.csv", note_import("deals", "deals.csv")
    file.write_text("Deal;Amount;Cost;Expected on\nThree boilers;150.15;90;2026-12-31\n")
    type_ = import_type("deals")
    mapping = mapping_of("[options]\nmatch = ['name']", type_.fields)
    import_run(type_, file, mapping, journal=Journal(number)).apply()
    with acting_as(SYSTEM):
        add_line(deal_id, Decimal("150.15"), Decimal(90))  # what the import wrote, by chance

    take_back(number)

    assert money(api_for("head"), deal_id) == ("150.15", "90.00", LINES)
    assert reading().get_one(Deal, deal_id).expected_on is None


def test_former_amount_is_not_put_back_into_an_owned_deal(sold: int, api_for: ApiFor) -> None:
    latest = sa.select(sa.func.max(Audit.id)).where(Audit.kind == "deal", Audit.record_id == sold)

    with acting_as(SYSTEM), pytest.raises(InvalidError, match="change it there"):
        restore(reading().scalars(latest).one(), "amount")

    assert money(api_for("head"), sold) == ("150.15", "90.00", LINES)


@pytest.mark.databases("sqlite")
def test_card_says_where_an_amount_comes_from_and_has_no_pencil(
    sold: int, make: Make, browser_for: BrowserFor
) -> None:
    head = browser_for("head")
    owned, free = head.get(f"/deals/{sold}").text, head.get(f"/deals/{make.deal()}").text

    assert 'comes from: <a href="/sample">Lines</a>' in owned
    pencils = [f"{name}?edit=1" in page for page in (owned, free) for name in ("amount", "cost")]
    assert pencils == [False, False, True, True]


@pytest.mark.databases("sqlite")
def test_field_of_an_owned_amount_gives_the_reason_where_it_is_typed(
    app: Flask, sold: int, browser_for: BrowserFor
) -> None:
    app.config["WTF_CSRF_METHODS"] = []
    refused = browser_for("head").post(f"/deals/{sold}/fields/amount", data={"value": "7"})

    assert (refused.status_code, REFUSAL in refused.text) == (422, True)
