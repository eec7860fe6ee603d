"""What plugins are asked before a record is saved: all of it, as it will be kept, and once."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from salesman_core.plugins.discovery import Installed
from salesman_core.records.custom.service import define_field
from salesman_core.testing.application import running
from salesman_core.testing.people import Api, Make, api_of

sys.path.insert(0, str(Path(__file__).parent / "samples"))

import sample_jury.hooks as jury

CLIENT: dict[str, Any] = {
    "name": "Vega",
    "phones": ["+7 912 345-67-89"],
    "emails": ["info@vega.example"],
    "tags": ["pumps"],
    "external_ids": {"1c": "7"},
    "site": "vega.example",
}

Records = Callable[[str], str]


@pytest.fixture(autouse=True)
def nothing_heard() -> Iterator[None]:
    """Nothing of other tests."""
    jury.heard.clear()
    jury.refused.clear()
    yield
    jury.refused.clear()


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """An application with the plugin."""
    installed = [Installed("jury", "1.0", "sample_jury")]
    with running(database_url, tmp_path / "data", installed=installed, lasting=True) as app:
        yield app


@pytest.fixture
def api(app: Flask) -> Api:
    """The JSON API as an administrator sees it."""
    return api_of(app, Make(app).user("administrator", name="Anna"))


@pytest.fixture
def paths(api: Api) -> dict[str, str]:
    """A client, its contact and its deal."""
    client = api.post("/clients", CLIENT).json["id"]
    contact = api.post("/contacts", {"client_id": client, "name": "Olga"}).json["id"]
    deal = api.post("/deals", {"name": "Pumps", "client_id": client}).json["id"]
    jury.heard.clear()
    return {
        "client": f"/clients/{client}",
        "contact": f"/contacts/{contact}",
        "deal": f"/deals/{deal}",
    }


def colleague(app: Flask) -> int:
    return Make(app).user("seller", name="Boris")


CHANGES: list[tuple[str, str, Any]] = [
    ("client", "phones", ["+7 912 000-00-00"]),
    ("client", "emails", []),
    ("client", "tags", ["boilers", "pumps"]),
    ("client", "external_ids", {"1c": "8"}),
    ("client", "site", "vega.test"),
    ("client", "name", "Vega-2"),
    ("contact", "phones", ["+7 912 000-00-00"]),
    ("contact", "external_ids", {"1c": "9"}),
    ("deal", "external_ids", {"1c": "10"}),
    ("deal", "contact_ids", []),
    ("deal", "client_id", None),
]


@pytest.mark.parametrize(("kind", "field", "value"), CHANGES)
def test_change_is_told_whole_and_can_be_refused(
    api: Api, paths: dict[str, str], kind: str, field: str, value: Any
) -> None:
    if field == "contact_ids":
        contact = int(paths["contact"].rsplit("/", 1)[1])
        api.patch(paths["deal"], {"contact_ids": [contact]})
        jury.heard.clear()
    before = api.get(paths[kind]).json
    jury.refused.add(field)

    refused = api.patch(paths[kind], {field: value})

    assert (refused.status_code, refused.json["errors"]) == (422, {field: ["Not so"]})
    (change,) = jury.heard
    assert (change.kind, dict(change.after)) == (kind, {field: value})
    assert list(change.before) == [field]
    assert api.get(paths[kind]).json == before

    jury.refused.clear()
    kept = api.patch(paths[kind], {field: value})
    assert kept.status_code == 200
    assert plain(kept.json[field]) == value


def plain(value: Any) -> Any:
    """Give the phones and emails of an answer as they were typed."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [one["typed"] for one in value]
    return value


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("kind", ["client", "deal"])
def test_participants_are_told_and_can_be_refused(
    app: Flask, api: Api, paths: dict[str, str], kind: str
) -> None:
    boris = colleague(app)
    jury.refused.add("participants")
    wanted = {"participants": [{"user_id": boris, "part": "law"}]}

    assert api.patch(paths[kind], wanted).status_code == 422
    assert dict(jury.heard[0].after) == {"participants": [boris], "parts": {str(boris): "law"}}
    assert api.get(paths[kind]).json["participants"] == []

    jury.refused.clear()
    assert api.patch(paths[kind], wanted).status_code == 200
    assert [one["user_id"] for one in api.get(paths[kind]).json["participants"]] == [boris]


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("kind", "values"),
    [("client", CLIENT), ("contact", {"name": "Olga"}), ("deal", {"name": "Pumps"})],
)
def test_nobody_is_asked_about_nothing(
    api: Api, paths: dict[str, str], kind: str, values: dict[str, Any]
) -> None:
    assert api.patch(paths[kind], values).status_code == 200

    assert jury.heard == []


@pytest.mark.databases("sqlite")
def test_new_record_is_told_as_it_will_be_kept(app: Flask, api: Api) -> None:
    boris = colleague(app)
    jury.heard.clear()

    made = api.post(
        "/clients",
        {
            "name": "  Vega   Trade ",
            "phones": [" +7 912 345-67-89 "],
            "tags": ["pumps", " boilers", "pumps"],
            "participants": [{"user_id": boris}],
        },
    )

    assert made.status_code == 201, made.json
    (change,) = jury.heard
    assert change.record_id is None
    assert change.after["name"] == "Vega Trade"
    assert change.after["phones"] == ["+7 912 345-67-89"]
    assert change.after["tags"] == ["boilers", "pumps"]
    assert change.after["participants"] == [boris]


@pytest.mark.databases("sqlite")
def test_new_deal_is_told_as_it_will_be_kept(api: Api, paths: dict[str, str]) -> None:
    api.post("/deals", {"name": " Pumps  for Vega", "amount": "10.5"})

    (change,) = jury.heard
    assert (change.after["name"], change.after["amount"]) == ("Pumps for Vega", Decimal("10.50"))


def test_deal_that_changes_its_client_leaves_the_contacts_of_the_former(
    api: Api, paths: dict[str, str]
) -> None:
    contact = int(paths["contact"].rsplit("/", 1)[1])
    other = api.post("/clients", {"name": "Orion"}).json["id"]
    api.patch(paths["deal"], {"contact_ids": [contact]})

    moved = api.patch(paths["deal"], {"client_id": other})

    assert (moved.status_code, moved.json["contact_ids"]) == (200, [])
    stale = api.patch(paths["deal"], {"client_id": other, "contact_ids": [contact]})
    assert stale.json["errors"] == {
        "contact_ids": ["A contact of the deal must be one of its client's that you may see."]
    }


# -- custom fields


@pytest.fixture
def budgeted(app: Flask) -> None:
    """Clients have a field for their budget, and one for the end of their contract."""
    for key, type_ in (("budget", "money"), ("until", "date")):
        define_field("client", {"key": key, "label": key, "type": type_})


@pytest.mark.usefixtures("budgeted")
def test_plugins_hear_of_each_custom_field_of_a_new_record(api: Api) -> None:
    api.post("/clients", {"name": "Vega", "custom": {"budget": "5"}})
    (heard,) = jury.heard
    assert dict(heard.after) == {"name": "Vega", "custom.budget": Decimal(5)}


@pytest.mark.usefixtures("budgeted")
def test_plugins_hear_of_custom_fields_that_change_alone(api: Api) -> None:
    sent = {"name": "Vega", "custom": {"budget": "5"}}
    client = api.post("/clients", sent).json["id"]
    jury.heard.clear()
    api.patch(f"/clients/{client}", {"custom": {"budget": "5.00", "until": "2026-03-12"}})
    (heard,) = jury.heard
    assert (heard.before, heard.after) == (
        {"custom.until": None},
        {"custom.until": date(2026, 3, 12)},
    )
