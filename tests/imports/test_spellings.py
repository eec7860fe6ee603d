"""Names that differ only by case, space or punctuation, and joining them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from salesman_core.clients.models import Client
from salesman_core.db import reading
from salesman_core.records.imports.meanings import ValueMap
from salesman_core.records.imports.spellings import APART, Spelling, joined, spellings_in
from salesman_core.records.models import FileImport
from salesman_hookspecs import ImportField

from .conftest import Upload, words, work

FIELDS = {
    "product": ImportField("product", "Product", recurs=True),
    "tags": ImportField("tags", "Tags", kind="list", recurs=True),
}
CLIENTS = (
    "Company;Source\r\nOmega;GTX Pro\r\nAlpha;GTXPro\r\nBeta;GTXPro\r\nGamma;gtx-pro\r\n"
    "Delta;Web\r\n"
)


def found(
    counts: Mapping[str, int], field: str = "product", **values: str
) -> list[tuple[tuple[str, int], ...]]:
    """Give the ways of each name that is written in several."""
    meanings = {field: {key.replace("_", " "): value for key, value in values.items()}}
    return [each.ways for each in spellings_in({field: Counter(counts)}, FIELDS, meanings)]


def test_ways_of_a_name_are_found_the_most_frequent_first() -> None:
    counts = {"GTX Pro": 2, "GTXPro": 5, "gtx-pro": 1, "GTX Plus": 9}

    assert found(counts) == [(("GTXPro", 5), ("GTX Pro", 2), ("gtx-pro", 1))]


@pytest.mark.parametrize(
    "counts",
    [
        {"GTX Pro": 1, "GTX Plus": 1},
        {"1.5": 1, "15": 1},
        {"—": 1, "!": 1},
        {"Pro": 7},
    ],
)
def test_what_differs_by_more_or_is_no_name_is_left_alone(counts: Mapping[str, int]) -> None:
    assert found(counts) == []


def test_yo_and_case_make_no_other_name() -> None:
    assert found({"Зелёный бор": 1, "ЗЕЛЕНЫЙ БОР": 1}) == [(("ЗЕЛЕНЫЙ БОР", 1), ("Зелёный бор", 1))]


def test_parts_of_a_list_are_compared_each_for_itself() -> None:
    assert found({"VIP, new": 2, "vip": 3, "new": 1}, "tags") == [(("vip", 3), ("VIP", 2))]


def test_what_a_mapping_has_joined_is_not_offered_again() -> None:
    counts = {"GTX Pro": 2, "GTXPro": 5}

    assert found(counts, GTX_Pro="GTXPro") == []
    assert found({**counts, "GTX-Pro": 1}, GTX_Pro="GTXPro") == [(("GTXPro", 7), ("GTX-Pro", 1))]


def test_what_a_mapping_leaves_apart_is_not_offered_again() -> None:
    ways = {"field": "product", "ways": [["C", 3], ["C++", 2]]}
    tables = joined({}, [ways], {"spelling-0": APART})

    assert tables == {"values": {"product": {"C": "C", "C++": "C++"}}}
    texts = {"product": Counter({"C": 3, "C++": 2})}
    assert spellings_in(texts, FIELDS, tables["values"]) == []


def test_joining_carries_on_what_was_said_before() -> None:
    tables = {"values": {"product": {"GTX": "GTX Pro"}}, "defaults": {"product": "None"}}
    ways = {"field": "product", "ways": [["GTXPro", 3], ["GTX Pro", 2]]}

    assert joined(tables, [ways], {"spelling-0": "0"}) == {
        "values": {"product": {"GTX": "GTXPro", "GTX Pro": "GTXPro"}},
        "defaults": {"product": "None"},
    }


@pytest.mark.parametrize("chosen", [{}, {"spelling-0": "7"}, {"spelling-0": "x"}])
def test_nothing_is_joined_that_nobody_chose(chosen: Mapping[str, str]) -> None:
    ways = {"field": "product", "ways": [["GTXPro", 3], ["GTX Pro", 2]]}

    assert joined({"columns": {}}, [ways], chosen) == {"columns": {}, "values": {}}


def test_list_means_what_its_parts_mean_or_what_is_said_of_the_whole() -> None:
    meanings = ValueMap({"VIP": "vip", "a, b": "both", "old": ""})

    assert meanings.each_meant("VIP; old; new") == "vip, , new"
    assert meanings.each_meant("a, b") == "both"


def test_most_frequent_field_comes_first() -> None:
    texts = {"product": Counter({"A b": 1, "ab": 1}), "tags": Counter({"x y": 3, "xy": 3})}

    assert [each.field for each in spellings_in(texts, FIELDS, {})] == ["tags", "product"]
    assert Spelling("product", (("a", 2), ("A", 1))).rows == 3


@pytest.fixture
def tried(browser: FlaskClient, upload: Upload, forms_without_proof: None) -> str:
    """The address of an import that was tried."""
    place = upload(CLIENTS, "clients")
    browser.post(place, data={"action": "try"})
    work()
    return place


def sources() -> set[str | None]:
    reading().rollback()
    return set(reading().scalars(sa.select(Client.source)))


def test_page_offers_to_join_after_the_dry_run(browser: FlaskClient, tried: str) -> None:
    page = browser.get(tried)

    assert "Source GTXPro × 2 GTX Pro × 1 gtx-pro × 1 different things" in words(page)


def test_nothing_is_joined_by_importing(browser: FlaskClient, tried: str) -> None:
    browser.post(tried, data={"action": "import", "spelling-0": "0"})
    work()

    assert sources() == {"GTX Pro", "GTXPro", "gtx-pro", "Web"}


def test_way_that_was_chosen_stays_and_is_kept_with_the_mapping(
    browser: FlaskClient, tried: str
) -> None:
    browser.post(tried, data={"action": "join", "spelling-0": "1"})
    work()

    assert "Written in several ways" not in words(browser.get(tried))
    reading().rollback()
    held = reading().scalars(sa.select(FileImport.mapping)).one()
    assert held["values"] == {"source": {"GTXPro": "GTX Pro", "gtx-pro": "GTX Pro"}}
    browser.post(tried, data={"action": "import"})
    work()
    assert sources() == {"GTX Pro", "Web"}


@pytest.mark.databases("sqlite")
def test_command_line_tells_what_is_written_in_several_ways(
    command_on: Callable[[str, Path], Callable[..., list[str]]],
    database_url: str,
    tmp_path: Path,
    write_csv: Callable[..., Path],
) -> None:
    file = write_csv(*CLIENTS.splitlines())

    lines = command_on(database_url, tmp_path / "data")("import", "clients", str(file), "--dry-run")

    assert "  source: “GTXPro” × 2, “GTX Pro” × 1, “gtx-pro” × 1" in lines
