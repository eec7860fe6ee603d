"""Which column fills which field."""

from __future__ import annotations

import pytest

from salesman_core.clients.imports import CLIENT_FIELDS, CONTACT_FIELDS
from salesman_core.deals.imports import DEAL_FIELDS
from salesman_core.records.imports import ColumnMapping, MappingError, mapping_of
from salesman_core.records.imports.cells import READERS
from salesman_core.records.imports.plan import Plan, plain, planned
from salesman_hookspecs import ImportField

ALL_FIELDS = {"clients": CLIENT_FIELDS, "contacts": CONTACT_FIELDS, "deals": DEAL_FIELDS}
FIELDS = (
    ImportField("name", "Client's name", ("название",), required=True),
    ImportField("external_id", "External id", ("id",)),
    ImportField("phones", "Phones", ("телефон", "сотовый"), kind="phones"),
    ImportField("site", "Site", ("еж",)),
)


def filling(record: str) -> list[ImportField]:
    """Give the fields of records; columns that follow from others go by their titles alone."""
    return [field for field in ALL_FIELDS[record] if field.kind != "nothing"]


def filled(plan: Plan) -> dict[str, list[str]]:
    """Give the names of fields by heading."""
    return {column.heading: [each.name for each in column.fields] for column in plan.columns}


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("name", "name"),
        ("Client’s Name", "name"),
        ("НАЗВАНИЕ", "name"),
        ("Название.", "name"),
        ("External_ID", "external_id"),
        ("external-id", "external_id"),
        ("Ёж", "site"),
    ],
)
def test_heading_is_recognised_whatever_its_case_and_punctuation(heading: str, field: str) -> None:
    fields = [each for each in FIELDS if each.name == field]

    assert filled(planned([heading], fields, ColumnMapping())) == {heading: [field]}


def test_first_column_of_a_meaning_wins() -> None:
    plan = planned(["Название", "name", "junk"], FIELDS, ColumnMapping())

    assert filled(plan) == {"Название": ["name"]}
    assert plan.kept == ((1, "name"), (2, "junk"))


def test_column_that_follows_from_others_is_passed_over() -> None:
    fields = [
        ImportField("name", "Name", ("title",), required=True),
        ImportField("length", "Length", kind="nothing", follows_from=("name",)),
    ]

    own = planned(["Length", "Name"], fields, ColumnMapping())
    foreign = planned(["Length", "Title"], fields, ColumnMapping())

    assert (filled(own), own.kept) == ({"Name": ["name"]}, ())
    assert (filled(foreign), foreign.kept) == ({"Title": ["name"]}, ((0, "Length"),))


def test_column_that_follows_from_others_stands_for_one_that_is_missing() -> None:
    fields = [
        ImportField("stage", "Stage", ("progress",)),
        ImportField("progress", "Progress", kind="nothing", follows_from=("stage",)),
    ]

    both = planned(["Progress", "Stage"], fields, ColumnMapping())
    alone = planned(["Progress"], fields, ColumnMapping())

    assert (filled(both), both.kept) == ({"Stage": ["stage"]}, ())
    assert filled(alone) == {"Progress": ["stage"]}


def test_columns_of_a_list_add_up() -> None:
    plan = planned(["name", "Телефон", "Сотовый", "Телефон (2)"], FIELDS, ColumnMapping())

    assert filled(plan) == {
        "name": ["name"],
        "Телефон": ["phones"],
        "Сотовый": ["phones"],
        "Телефон (2)": ["phones"],
    }


def test_mapping_that_names_columns_leaves_nothing_to_recognition() -> None:
    mapping = mapping_of("[columns]\njunk = 'name'\n[options]\nignore = ['id']", FIELDS)

    plan = planned(["junk", "id", "site"], FIELDS, mapping)

    assert filled(plan) == {"junk": ["name"]}
    assert plan.kept == ((2, "site"),)


@pytest.mark.parametrize(
    "text",
    [
        "[columns]\naccunt = 'name'",
        "[columns]\naccount = 'name'\n[options]\nignore = ['accunt']",
        "[compose]\nname = '{accunt}'",
    ],
)
def test_mapping_that_names_a_missing_column_is_refused(text: str) -> None:
    with pytest.raises(MappingError, match=r"The file knows no “accunt”: is “account” meant\?"):
        planned(["account"], FIELDS, mapping_of(text, FIELDS))


def test_required_field_that_nothing_fills_is_refused() -> None:
    with pytest.raises(MappingError, match="No column fills “Client's name”"):
        planned(["id"], FIELDS, ColumnMapping())


def test_key_that_nothing_fills_is_refused() -> None:
    mapping = mapping_of("[options]\nmatch = ['name', 'external_id']", FIELDS)

    with pytest.raises(MappingError, match=r"No column fills “.+”, by which rows find") as caught:
        planned(["name"], FIELDS, mapping)

    assert set(caught.value.fields) == {"match"}


@pytest.mark.parametrize("text", ["[compose]\nname = '{id}'", "[defaults]\nname = 'Unknown'"])
def test_required_field_may_be_composed_or_have_a_default(text: str) -> None:
    assert filled(planned(["id"], FIELDS, mapping_of(text, FIELDS))) == {"id": ["external_id"]}


@pytest.mark.parametrize("record", ALL_FIELDS)
def test_no_synonym_of_the_core_means_two_fields(record: str) -> None:
    seen: dict[str, str] = {}
    for field in filling(record):
        for spelling in {plain(each) for each in (field.name, str(field.title), *field.synonyms)}:
            assert seen.setdefault(spelling, field.name) == field.name


@pytest.mark.parametrize("record", ALL_FIELDS)
def test_each_field_of_the_core_has_a_kind_that_is_read(record: str) -> None:
    assert {field.kind for field in ALL_FIELDS[record]} <= set(READERS)


@pytest.mark.parametrize("record", ALL_FIELDS)
def test_each_field_of_the_core_is_known_in_russian(record: str) -> None:
    without = [
        field.name
        for field in filling(record)
        if not any("а" <= letter <= "я" for word in field.synonyms for letter in word)
    ]

    assert without == []
