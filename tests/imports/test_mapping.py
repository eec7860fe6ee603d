"""Mappings: what they say, and what they may not say."""

from __future__ import annotations

from pathlib import Path

import pytest

from salesman_core.records.imports import ColumnMapping, MappingError, mapping_of, read_mapping
from salesman_core.records.imports.mapping import ColumnRule, Composition, Options
from salesman_hookspecs import ImportField

FIELDS = (
    ImportField("name", "Name"),
    ImportField("stage", "Stage"),
    ImportField("outcome", "Outcome"),
    ImportField("amount", "Amount", kind="money"),
    ImportField("opened_on", "Opened on", kind="date"),
    ImportField("phones", "Phones", kind="phones"),
    ImportField("external_id", "External id"),
)


def test_empty_mapping_leaves_all_to_recognition() -> None:
    assert mapping_of("", FIELDS) == ColumnMapping()


def test_mapping_says_all_that_it_can_say() -> None:
    mapping = mapping_of(
        """
        [columns]
        id = "external_id"
        deal_stage = ["stage", "outcome"]
        date = { field = "opened_on", dates = "mdy" }
        sum = { field = "amount", decimal = ",", when = { status = "Closed" } }
        plan = { field = "amount", when = { status = ["Active", ""], kind = "Tender" } }

        [compose]
        name = "{product}, {account}"

        [values.outcome]
        Won = "won"
        "*" = ""

        [defaults]
        amount = 10

        [options]
        source = "old"
        match = ["external_id"]
        only = "update"
        create_missing = "stage"
        ignore = ["junk"]
        """,
        FIELDS,
    )

    assert mapping == ColumnMapping(
        columns={
            "id": ColumnRule(("external_id",)),
            "deal_stage": ColumnRule(("stage", "outcome")),
            "date": ColumnRule(("opened_on",), dates="mdy"),
            "sum": ColumnRule(("amount",), decimal=",", when={"status": ("Closed",)}),
            "plan": ColumnRule(("amount",), when={"status": ("Active", ""), "kind": ("Tender",)}),
        },
        compose={"name": Composition("{product}, {account}")},
        values={"outcome": {"Won": "won", "*": ""}},
        defaults={"amount": 10},
        options=Options(
            source="old",
            match=("external_id",),
            only="update",
            create_missing=("stage",),
            ignore=("junk",),
        ),
    )


def test_mapping_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "deals.toml"
    path.write_text('[columns]\n"Название" = "name"\n', encoding="utf-8-sig")

    assert read_mapping(path, FIELDS).columns == {"Название": ColumnRule(("name",))}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[colums]", "A mapping knows no “colums”: is “columns” meant?"),
        ("[columns]\na = 'stge'", "Column “a” knows no “stge”: is “stage” meant?"),
        ("[columns]\na = 'zzz'", "Column “a” knows no “zzz”, only: name, stage, outcome"),
        ("[columns]\na = { feld = 'name' }", "Column “a” knows no “feld”: is “field” meant?"),
        ("[columns]\na = 5", "column “a”: a name or a list of names is expected"),
        (
            "[columns]\na = { field = 'opened_on', dates = 'dym' }",
            "column “a”: “dym” is none of dmy mdy ymd",
        ),
        ("[columns]\na = 'name'\nb = 'name'", "“a” and “b” both fill name"),
        (
            "[columns]\na = 'name'\nb = { field = 'name', when = { c = 'x' } }",
            "“a” and “b” both fill name",
        ),
        (
            "[columns]\na = { field = 'name', when = 'x' }",
            "column “a”: “when” is a table of columns and what they hold",
        ),
        (
            "[columns]\na = 'name'\n[compose]\nname = '{b}'",
            r"“\[compose\] name” and “a” both fill name",
        ),
        ("columns = 1", r"\[columns\] must be a table"),
        ("[compose]\nname = 'x'", r"\[compose\] name: a text with {column} in it is expected"),
        ("[values.stag]\nA = 'b'", r"\[values\] knows no “stag”: is “stage” meant?"),
        ("[values.stage]\nA = 1", r"\[values.stage\] must hold text for text"),
        ("[defaults]\nname = []", r"\[defaults\] name: one value is expected"),
        ("[options]\nsorce = 'x'", r"\[options\] knows no “sorce”: is “source” meant?"),
        ("[options]\nsource = 1", r"\[options\] source: a text is expected"),
        ("[options]\nmatch = ['nam']", r"\[options\] knows no “nam”: is “name” meant?"),
        ("[options]\nonly = 'delete'", r"\[options\] only: “delete” is none of create update"),
        ("[options]\ndecimal = ';'", r"\[options\] decimal: “;” is none of . ,"),
        ("[options", "The mapping is no TOML"),
    ],
)
def test_mapping_that_says_nonsense_is_refused(text: str, message: str) -> None:
    with pytest.raises(MappingError, match=message):
        mapping_of(text, FIELDS)


def test_mapping_lets_several_columns_fill_a_list() -> None:
    mapping = mapping_of("[columns]\na = 'phones'\nb = 'phones'", FIELDS)

    assert set(mapping.columns) == {"a", "b"}


@pytest.mark.parametrize(
    ("cells", "text"),
    [
        ({"product": "GTX", "account": "Acme"}, "GTX, Acme"),
        ({"product": "GTX", "account": ""}, "GTX"),
        ({"product": "", "account": "Acme"}, "Acme"),
        ({}, ""),
    ],
)
def test_composition_leaves_no_trace_of_empty_cells(cells: dict[str, str], text: str) -> None:
    assert Composition("{product}, {account}").filled(cells) == text
