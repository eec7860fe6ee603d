"""The JSON API of holidays: ``/api/v1/holidays``."""

from __future__ import annotations

from typing import Any

from flask import Response

from salesman_core.access.routes import requires
from salesman_core.administration import holidays
from salesman_core.administration.permissions import COMPANY
from salesman_core.i18n import CORE
from salesman_core.records.list_arguments import list_arguments
from salesman_core.records.lists import ListQuery
from salesman_core.rest import (
    ApiBlueprint,
    Date,
    Flag,
    Reference,
    Schema,
    Text,
    arguments,
    batch,
    page_answer,
    page_response,
    response,
)

holidays_api = ApiBlueprint(CORE, __name__, collection="holidays", title="Holidays")


class HolidaySchema(Schema):
    """A day that is otherwise than its weekday says: a holiday, or one on which people work."""

    id = Reference(dump_only=True)
    day = Date(required=True)
    name = Text(holidays.LONGEST_NAME, load_default="")
    works = Flag(load_default=False)


@holidays_api.get("")
@requires(COMPANY)
@list_arguments(holidays.HOLIDAYS)
@page_response(HolidaySchema)
def list_holidays(query: ListQuery) -> Response:
    """List the days, the first one first."""
    return page_answer(*holidays.page_of_holidays(query))


@holidays_api.post("")
@requires(COMPANY)
@arguments(HolidaySchema)
@response(HolidaySchema, 201)
def enter_holiday(values: dict[str, Any]) -> dict[str, Any]:
    """Keep a day, in place of what was known of it."""
    return _entered(values)


@holidays_api.post("/batch")
@requires(COMPANY)
@batch(HolidaySchema)
def enter_holidays(values: dict[str, Any]) -> dict[str, Any]:
    """Keep many days, with a result for each."""
    return _entered(values)


def _entered(values: dict[str, Any]) -> dict[str, Any]:
    holidays.enter_holidays([holidays.Day(values["day"], values["name"], values["works"])])
    return _item(holidays.holiday_on(values["day"]))


@holidays_api.get("/<int:holiday_id>")
@requires(COMPANY)
@response(HolidaySchema)
def read_holiday(holiday_id: int) -> dict[str, Any]:
    """Read a day."""
    return _item(holiday_id)


@holidays_api.delete("/<int:holiday_id>")
@requires(COMPANY)
@response(None, 204)
def delete_holiday(holiday_id: int) -> None:
    """Take a day out again."""
    holidays.delete_holiday(holiday_id)


def _item(holiday_id: int) -> dict[str, Any]:
    return dict(zip(holidays.NAMES, holidays.one_holiday(holiday_id), strict=True))
