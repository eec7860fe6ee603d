"""What fields take and write."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from marshmallow import fields

from salesman_core.errors import InvalidError
from salesman_core.rest import (
    Choice,
    Date,
    ExternalIds,
    Flag,
    Integer,
    JsonObject,
    ListOf,
    Moment,
    Money,
    Schema,
    Text,
    judge,
)

MOST = 2**63 - 1


def taken(field: Any, value: Any, **options: Any) -> Any:
    schema = Schema.from_dict({"value": field})(**options)
    return judge(schema, {"value": value})["value"]


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        (Money(), "45000.5", Decimal("45000.50")),
        (Money(), "-0", Decimal("0.00")),
        (Money(), 45000, Decimal("45000.00")),
        (Money(), Decimal("0.1"), Decimal("0.10")),
        (Money(), "999999999999999.99", Decimal("999999999999999.99")),
        (Integer(), 98, 98),
        (Integer(), Decimal("98.0"), 98),
        (Integer(), MOST, MOST),
        (Text(3), "ёж ", "ёж "),
        (Text(3), "", ""),
        (Flag(), True, True),
        (Choice(("a", "b")), "b", "b"),
        (Date(), "2028-02-29", date(2028, 2, 29)),
        (Moment(), "2026-11-23T12:30:00.5+03:00", datetime(2026, 11, 23, 9, 30, 0, 500000, UTC)),
        (ExternalIds(), {"1c": "00-1"}, {"1c": "00-1"}),
        (JsonObject(), {"a": [Decimal("0.5"), {"b": None}]}, {"a": [0.5, {"b": None}]}),
        (ListOf(Integer(), most=2), [1, 2], [1, 2]),
    ],
)
def test_a_value_is_taken(field: Any, value: Any, expected: Any) -> None:
    found = taken(field, value)
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (Money(), "1.234"),
        (Money(), Decimal("1.234")),
        (Money(), 0.1 + 0.2),
        (Money(), "1e3"),
        (Money(), "1 000"),
        (Money(), "١"),
        (Money(), "1000000000000000"),
        (Money(), Decimal("1e999999999")),
        (Money(), True),
        (Money(minimum=Decimal(0)), "-0.01"),
        (Money(), None),
        (Integer(), Decimal("2.5")),
        (Integer(), MOST + 1),
        (Integer(), Decimal("1e999999999")),
        (Integer(), "98"),
        (Integer(), True),
        (Integer(minimum=1), 0),
        (Text(3), "four"),
        (Text(3), "a\0"),
        (Text(3, blank=False), " \u2003"),
        (Text(3), 3),
        (Flag(), "true"),
        (Flag(), 1),
        (Choice(("a", "b")), "c"),
        (Choice(("a", "b")), ["a"]),
        (Date(), "2026-02-30"),
        (Date(), "20260223"),
        (Date(), "0999-01-01"),
        (Date(), "2026-02-03\n"),
        (Moment(), "2026-11-23T12:30:00"),
        (Moment(), "2026-11-23T25:00:00Z"),
        (Moment(), "2026-11-23"),
        (ExternalIds(), {"": "1"}),
        (ExternalIds(), {"1c": 1}),
        (ExternalIds(), {"x" * 61: "1"}),
        (ExternalIds(), ["1c"]),
        (JsonObject(), []),
        (ListOf(Integer(), most=2), [1, 2, 3]),
    ],
)
def test_a_value_is_refused_by_its_field(field: Any, value: Any) -> None:
    with pytest.raises(InvalidError) as caught:
        taken(field, value)
    assert set(caught.value.fields) == {"value"}


@pytest.mark.parametrize("value", ["-5", "-0.01", -5, "9" * 16, "9" * 40])
@pytest.mark.parametrize("least", [Decimal(0), 0])
def test_amount_beyond_its_bounds_is_told_the_bounds(value: Any, least: Any) -> None:
    with pytest.raises(InvalidError) as caught:
        taken(Money(minimum=least), value)
    assert str(caught.value.fields["value"]) == "Give a number from 0 to 999999999999999.99."


def test_values_of_addresses_come_as_texts() -> None:
    assert taken(Integer(), "98", from_text=True) == 98
    assert taken(Flag(), "true", from_text=True) is True


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        (Money(), Decimal("45000.5"), "45000.50"),
        (Money(), Decimal(10) ** 14, "100000000000000.00"),
        (Money(), None, None),
        (Date(), date(2026, 1, 2), "2026-01-02"),
        (Moment(), datetime(2026, 1, 2, 3, tzinfo=UTC), "2026-01-02T03:00:00Z"),
        (
            Moment(),
            datetime(2026, 1, 2, 3, tzinfo=timezone(timedelta(hours=3))),
            "2026-01-02T00:00:00Z",
        ),
    ],
)
def test_a_value_is_written(field: Any, value: Any, expected: Any) -> None:
    assert Schema.from_dict({"value": field})().dump({"value": value}) == {"value": expected}


class PhoneSchema(Schema):
    number = Text(20, required=True)


class PersonSchema(Schema):
    name = Text(50, blank=False, required=True)
    phones = fields.List(fields.Nested(PhoneSchema))
    tags = ListOf(Text(5))


def test_errors_name_nested_fields_by_their_path() -> None:
    values = {"phones": [{"number": "1"}, {"number": 2}, "3"], "tags": ["x" * 6], "age": 3}
    with pytest.raises(InvalidError) as caught:
        judge(PersonSchema(), values)
    assert {name: str(text) for name, text in caught.value.fields.items()} == {
        "name": "Missing data for required field.",
        "phones.1.number": "Give a text.",
        "phones.2": "Invalid input type.",
        "tags.0": "At most 5 characters fit here.",
        "age": "Unknown field.",
    }


def test_what_is_no_object_at_all_is_refused() -> None:
    with pytest.raises(InvalidError):
        judge(PersonSchema(), ["name"])
