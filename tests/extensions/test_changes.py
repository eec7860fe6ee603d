"""What a change of an extension means: audit, former values, vetoes, mergings, handing over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from salesman_sample.models import DealHabits, Habits

from salesman_core.administration.service import activate, suspend
from salesman_core.clients.merge_choice import merge_choice
from salesman_core.clients.merging import merge_clients, undo_merging
from salesman_core.clients.service import change_client
from salesman_core.db import reading, writing
from salesman_core.deals.models import Stage
from salesman_core.errors import InvalidError
from salesman_core.people.handing_over import ALL_KINDS
from salesman_core.people.service import deactivate
from salesman_core.plugins.switches import follow_now
from salesman_core.records.history import history
from salesman_core.records.models import Audit
from salesman_core.records.restoring import restore
from salesman_core.testing.people import Api, Make
from salesman_hookspecs import Change, RecordExtension

ApiFor = Callable[[str], Api]
BrowserFor = Callable[[str], FlaskClient]


def habits() -> dict[int, dict[str, Any]]:
    reading().rollback()
    columns = (Habits.client_id, Habits.nickname, Habits.drink, Habits.host_id)
    return {
        row.client_id: {"nickname": row.nickname, "drink": row.drink, "host_id": row.host_id}
        for row in reading().execute(sa.select(*columns))
    }


def latest(client_id: int) -> Any:
    reading().rollback()
    about = sa.select(Audit).where(Audit.kind == "client", Audit.record_id == client_id)
    return reading().scalars(about.order_by(Audit.id.desc()).limit(1)).one()


def kept(**values: Any) -> dict[str, Any]:
    return {"nickname": "", "drink": None, "host_id": None} | values


def test_audit_tells_each_field_of_a_new_client_and_of_a_change(make: Make) -> None:
    client_id = make.client(extensions={"sample": {"nickname": "Elk", "drink": "tea"}})
    made = latest(client_id).changes
    change_client(client_id, {"extensions": {"sample": {"nickname": "Fir"}}})

    assert made["extensions.sample.nickname"] == [None, "Elk"]
    assert made["extensions.sample.drink"] == [None, "tea"]
    assert "extensions" not in made
    assert latest(client_id).changes == {"extensions.sample.nickname": ["Elk", "Fir"]}


def test_history_names_the_field_and_hides_it_from_who_may_not_see_it(make: Make) -> None:
    client_id = make.client()
    change_client(client_id, {"extensions": {"sample": {"drink": "tea"}}})

    def told() -> list[tuple[str, str, str]]:
        reading().rollback()
        lines = history("client", client_id).lines
        return [(step.field, step.before, step.after) for line in lines for step in line.steps]

    assert ("Drinks", "", "Tea") in told()
    with make.acting(make.user_of("head")):
        assert not any(field == "Drinks" for field, _before, _after in told())
    suspend("sample")
    follow_now()
    assert not any("Tea" in step or "tea" in step for step in told())


def test_former_value_comes_back(make: Make) -> None:
    client_id = make.client(extensions={"sample": {"nickname": "Elk"}})
    change_client(client_id, {"extensions": {"sample": {"nickname": "Fir"}}})

    restore(latest(client_id).id, "extensions.sample.nickname")

    assert habits()[client_id] == kept(nickname="Elk")


def test_plugins_judge_each_field_before_it_is_written(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[Change] = []
    client_id = make.client()
    monkeypatch.setattr("salesman_core.records.changes.Change", _noted(heard))

    change_client(client_id, {"extensions": {"sample": {"nickname": "Elk", "early": True}}})

    (change,) = heard
    assert change.before == {
        "extensions.sample.nickname": None,
        "extensions.sample.early": None,
    }
    assert change.after == {
        "extensions.sample.nickname": "Elk",
        "extensions.sample.early": True,
    }


def _noted(heard: list[Change]) -> Callable[..., Change]:
    def made(**values: Any) -> Change:
        heard.append(Change(**values))
        return heard[-1]

    return made


def test_refused_client_leaves_no_row(app: Flask, make: Make, api_for: ApiFor) -> None:
    sent = {"name": "Nobody", "extensions": {"sample": {"nickname": "Elk"}}}

    assert api_for("administrator").post("/clients", sent).status_code == 422
    assert habits() == {}


def test_kept_client_gets_what_was_chosen_and_undoing_gives_each_its_own_back(make: Make) -> None:
    first = make.client(extensions={"sample": {"nickname": "Elk"}})
    second = make.client(extensions={"sample": {"nickname": "Fir", "drink": "tea"}})
    third = make.client(extensions={"sample": {"nickname": "Oak"}})
    before = habits()

    merging = merge_clients(first, [second, third], {"extensions.sample.nickname": third})

    assert habits()[first] == kept(nickname="Oak", drink="tea")
    assert latest(first).changes["extensions.sample.nickname"] == ["Elk", "Oak"]
    undo_merging(merging)
    assert habits() == before


def test_client_without_a_row_gets_one_by_merging_until_it_is_undone(make: Make) -> None:
    first = make.client()
    second = make.client(extensions={"sample": {"nickname": "Fir"}})
    before = habits()

    merging = merge_clients(first, [second])

    assert habits()[first] == kept(nickname="Fir")
    undo_merging(merging)
    assert habits() == before


def test_values_that_do_not_go_together_come_from_one_client(make: Make) -> None:
    first = make.client(extensions={"sample": {"drink": "coffee"}})
    second = make.client(extensions={"sample": {"early": True, "nickname": "Fir"}})

    merge_clients(first, [second])

    assert habits()[first] == kept(drink="coffee")


def test_choice_that_does_not_go_together_is_refused_at_its_field(make: Make) -> None:
    first = make.client(extensions={"sample": {"drink": "coffee"}})
    second = make.client(extensions={"sample": {"early": True}})
    before = habits()

    with pytest.raises(InvalidError) as error:
        merge_clients(first, [second], {"extensions.sample.early": second})

    assert list(error.value.fields) == ["extensions.sample.drink"]
    assert habits() == before


def test_row_of_a_suspended_plugin_moves_with_its_client(make: Make) -> None:
    first = make.client()
    second = make.client(extensions={"sample": {"nickname": "Fir"}})
    suspend("sample")
    follow_now()

    merging = merge_clients(first, [second])
    moved = habits()
    undo_merging(merging)
    activate("sample")

    assert moved == {first: kept(nickname="Fir")}
    assert habits() == {second: kept(nickname="Fir")}


def test_choice_before_a_merging_offers_what_whoever_merges_may_see(make: Make) -> None:
    ids = [make.client(extensions={"sample": {"nickname": name}}) for name in ("Elk", "Fir")]

    def offered() -> list[str]:
        return [one.name for one in merge_choice(ids, None).fields]

    assert "extensions.sample.nickname" in offered()
    with make.acting(make.user_of("head")):
        assert "extensions.sample.nickname" not in offered()


def test_successor_stands_where_an_extension_named_who_leaves(app: Flask, make: Make) -> None:
    leaver, successor = make.user("seller"), make.user("seller")
    client_id = make.client(extensions={"sample": {"host_id": leaver}})

    deactivate(leaver, {ALL_KINDS: successor})

    assert habits()[client_id]["host_id"] == successor
    assert latest(client_id).changes == {"extensions.sample.host_id": [leaver, successor]}


def test_extension_of_many_clients_is_changed_and_each_gets_its_own_back(
    app: Flask, make: Make, browser_for: BrowserFor, api_for: ApiFor
) -> None:
    ids = [make.client(extensions={"sample": {"drink": name}}) for name in ("tea", "coffee")]
    sent = {"action": "core.edit", "ids": ids, "values": {"extensions.sample.drink": "tea"}}

    answer = api_for("administrator").post("/clients/bulk", sent)

    assert answer.status_code == 200, answer.text
    assert [habits()[id_]["drink"] for id_ in ids] == ["tea", "tea"]


def test_stage_asks_for_what_a_plugin_keeps(app: Flask, make: Make, api_for: ApiFor) -> None:
    api, deal = api_for("administrator"), make.deal()
    stages = api.get("/pipelines").json["items"][0]["stages"]
    stage_id, field = stages[1]["id"], "extensions.sample.colour"
    with writing() as session:
        session.get_one(Stage, stage_id).required = [field]
    move = f"/deals/{deal}/move"

    lacking = api.post(move, {"stage_id": stage_id})
    moved = api.post(move, {"stage_id": stage_id, "extensions": {"sample": {"colour": "red"}}})

    assert list(lacking.json["errors"]) == [field]
    assert moved.status_code == 200, moved.text
    reading().rollback()
    assert reading().scalars(sa.select(DealHabits.colour)).all() == ["red"]


def test_failing_rule_of_a_plugin_refuses_the_change_and_loses_nothing(
    app: Flask, make: Make, api_for: ApiFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = api_for("administrator")
    client_id = make.client(extensions={"sample": {"nickname": "Elk"}})

    def fails(_self: Any, _values: Any) -> Any:
        raise SystemExit

    monkeypatch.setattr("salesman_sample.habits.Nickname._deserialize", fails)
    sent = {"name": "Fir", "extensions": {"sample": {"nickname": "Fir"}}}
    refused = api.patch(f"/clients/{client_id}", sent)

    assert refused.status_code == 409
    assert "The plugin sample failed" in refused.json["detail"]
    assert api.get(f"/clients/{client_id}").json["name"] != "Fir"
    assert habits()[client_id]["nickname"] == "Elk"
    assert api.patch(f"/clients/{client_id}", {"name": "Fir"}).status_code == 200


def raises(_self: Any, _values: Any) -> Any:
    message = "on purpose"
    raise RuntimeError(message)


def exits(_self: Any, _values: Any) -> Any:
    raise SystemExit


def gives_a_number(_self: Any, _values: Any) -> Any:
    return 5


def names_nothing_there(_self: Any, _values: Any) -> Any:
    return {"nothing": "there"}


@pytest.mark.parametrize("behaviour", [raises, exits, gives_a_number])
@pytest.mark.parametrize("function", ["check", "follows"])
def test_function_of_a_declaration_that_fails_takes_nothing_else_down(
    app: Flask,
    make: Make,
    api_for: ApiFor,
    monkeypatch: pytest.MonkeyPatch,
    function: str,
    behaviour: Callable[..., Any],
) -> None:
    api = api_for("administrator")
    client_id = make.client(name="Elk", extensions={"sample": {"nickname": "Elky"}})
    monkeypatch.setattr(RecordExtension, function, behaviour)
    sent = {"name": "Fir", "extensions": {"sample": {"nickname": "Firry"}}}

    changed = api.patch(f"/clients/{client_id}", sent)
    made = api.post("/clients", sent)

    assert (changed.status_code, made.status_code) == (409, 409)
    held = api.get(f"/clients/{client_id}").json
    assert (held["name"], held["extensions"]["sample"]["nickname"]) == ("Elk", "Elky")
    assert len(api.get("/clients").json["items"]) == 1
    assert api.patch(f"/clients/{client_id}", {"name": "Fir"}).status_code == 200


def test_complaint_about_no_field_stands_at_the_first_one(
    app: Flask, api_for: ApiFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RecordExtension, "check", names_nothing_there)
    sent = {"name": "Fir", "extensions": {"sample": {"drink": "tea"}}}

    refused = api_for("administrator").post("/clients", sent)

    assert refused.json["errors"] == {"extensions.sample.nickname": ["there"]}
