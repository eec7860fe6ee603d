"""Nobody sees or does anything anywhere that they may not: the access walk of the whole system."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, Final

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_calendar.testing import WALK_EXCUSED as EXCUSED_OF_CALENDAR
from salesman_calendar.testing import WALK_FIELDS as FIELDS_OF_CALENDAR
from salesman_calendar.testing import WALK_WITHOUT as WITHOUT_OF_CALENDAR
from salesman_leads.testing import WALK_FIELDS, walk_values
from salesman_requisites.testing import (
    WALK_EXCUSED,
    WALK_OF_PARTS,
    WALK_VALUES,
)
from salesman_requisites.testing import (
    WALK_FIELDS as FIELDS_OF_REQUISITES,
)

from salesman_core.access.models import User
from salesman_core.administration.holidays import Day, enter_holidays, holiday_on
from salesman_core.clients.merging import merge_clients
from salesman_core.clients.service import delete_client
from salesman_core.db import reading, writing
from salesman_core.people.links import Purpose, link_for
from salesman_core.records.merging.finding import Found, keep_found
from salesman_core.records.merging.models import LikelyDouble
from salesman_core.services.rates import put_rate
from salesman_core.testing.people import Make

Values = tuple[dict[str, list[str]], dict[str, dict[str, Any]]]

EXCUSED: Final = {
    "DELETE /api/v1/leads/<int:record_id>/attempts/<int:attempt_id>": "only the caller may",
    "GET /admin/import/<int:import_id>/refused.csv": "it takes an import that refused rows",
    "GET /admin/import/<int:import_id>/worth-a-look.csv": "it takes an import with such rows",
    "GET /admin/users/<int:record_id>/handing-over/<int:job_id>": "it takes many records",
    "GET /lists/runs/<int:run_id>/file": "it takes an export; tests/records/test_export.py has one",
    "GET /welcome": "only before there is an administrator",
    "POST /admin/import/<int:import_id>/undo": "it takes an import that brought something in",
    "POST /admin/mail/trial": "it takes a mail server",
    "POST /admin/plugins/<plugin_id>/guards/<kind>/lift": "no plugin of ours guards anything",
    "POST /admin/plugins/<plugin_id>/purge": "it takes the plugin's name, typed",
    "POST /api/v1/deals/<int:record_id>/transfer": "it takes a stage of another pipeline",
    "POST /api/v1/rates": "it takes a currency that is not the company's own",
    "POST /leads/queue/<int:record_id>/attempts/<int:attempt_id>/undo": "only whoever just called",
    "POST /welcome": "only before there is an administrator",
    "POST /welcome/letter": "only before there is an administrator",
    **EXCUSED_OF_CALENDAR,
    **WALK_EXCUSED,
}
"""Routes in which nobody has success during a walk."""

WHOLE: Final = {"whole_filter": "true"}
FIELDS: Final = {
    **FIELDS_OF_CALENDAR,
    "holidays.enter": {"lines": "23.11.2027 a holiday"},
    **WALK_FIELDS,
    "lists.act_form": WHOLE,
    "lists.do_act": {**WHOLE, "add": "walk", "result_id": "1"},
    "lists.export_form": WHOLE,
    "lists.export": {**WHOLE, "column": "name", "format": "csv"},
    "rates.enter": {"currency": "USD", "rate": "92.5"},
    "rates.enter_lines": {"lines": "USD 23.11.2026 92.5"},
}
"""What no page fills in: what is chosen in a list before an act on it, what one has to know."""


@pytest.fixture
def proofs(app: Flask, make: Make) -> list[str]:
    """What letters to somebody new lead to: an invitation, and a forgotten password."""
    user = reading().get_one(User, make.user("seller"))
    return [link_for(user, purpose).rpartition("/")[2] for purpose in Purpose]


@pytest.fixture
def doubles(make: Make) -> Values:
    """A merging, a pair that may be merged, and what its form sends."""
    first, second, third = (make.client(name="Ромашка") for _number in range(3))
    merging_id = merge_clients(first, [second])
    with writing() as session:
        keep_found(session, "client", {(first, third): Found(0.9, ["name"])})
        double_id = session.scalar(sa.select(LikelyDouble.id))
    values = {"merging_id": [str(merging_id)], "double_id": [str(double_id)]}
    marked = {"clients.merge_marked": {"id": [f"{first}:1", f"{third}:1"]}}
    return values, {"clients.merge_chosen": {"id": [first, third], "kept": first}, **marked}


@pytest.fixture
def rate_ids(app: Flask) -> list[str]:
    """Rates that may be deleted."""
    with writing() as session:
        return [
            str(put_rate(session, "RUB", "EUR", date(2026, 11, day), Decimal(100))[0].id)
            for day in (2, 3)
        ]


@pytest.fixture
def holiday_ids(app: Flask) -> list[str]:
    """Holidays that may be taken out."""
    days = [Day(date(2026, 11, day), "", works=False) for day in (4, 5)]
    enter_holidays(days)
    return [str(holiday_on(one.day)) for one in days]


@pytest.fixture
def told(
    make: Make,
    proofs: list[str],
    doubles: Values,
    rate_ids: list[str],
    holiday_ids: list[str],
) -> dict[str, Any]:
    """What the walk cannot find out by itself, as it takes it."""
    values, fields = doubles
    binned = make.client(name="Лютик")
    make.client(name="Василёк")  # the latest of its kind could not go for good
    delete_client(binned)
    mark = {"id": [f"client:{binned}"]}
    lying = {f"bin.{act}": mark for act in ("restore", "purge_form", "purge")}
    return {
        "excused": EXCUSED,
        "values": {
            **values,
            "proof": proofs,
            "rate_id": rate_ids,
            "holiday_id": holiday_ids,
            "size": ["small"],
            "field": ["name"],
            **walk_values(lambda: make.user("telemarketer")),
            **WALK_VALUES,
        },
        "fields": {**fields, **lying, **FIELDS, **FIELDS_OF_REQUISITES},
    }


CARD_OF_A_DEAL: Final = tuple(
    f"/deals/<int:record_id>{act}"
    for act in ("", "/lose", "/close", "/reopen", "/move", "/freeze", "/thaw", "/delete")
)


@pytest.mark.databases("sqlite")
@pytest.mark.timeout(300)
@pytest.mark.turns(3, among="walks")
def test_form_of_a_version_is_sent_as_its_page_has_it_then(
    access_walk: Callable[..., None],
) -> None:
    access_walk(only=CARD_OF_A_DEAL)  # what was closed is reopened: its version is another one


WALKED_BY_THEIR_OWN: Final = (
    *(
        f"{place}/{plugin}*"
        for plugin in (
            "analytics",
            "calendar",
            "catalogue",
            "conveyor",
            "discussions",
            "documents",
            "inquiries",
            "invoices",
            "leads",
            "mailing",
            "plans",
            "requisites",
            "unisender",
        )
        for place in ("", "/api/v1")
    ),
    "/static/<owner>/<path:name>",
)
"""Pages that the tests of their plugins walk; a full walk takes all."""


@pytest.mark.plugins
@pytest.mark.databases("sqlite")
@pytest.mark.timeout(600)
def test_nobody_meets_what_they_may_not_see(
    access_walk: Callable[..., None], told: dict[str, Any]
) -> None:
    access_walk(**told, without=WALKED_BY_THEIR_OWN)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_nobody_meets_what_they_may_not_see_when_everybody_tries_everything(
    access_walk: Callable[..., None], told: dict[str, Any]
) -> None:
    access_walk(**told, without=(*WALK_OF_PARTS, *WITHOUT_OF_CALENDAR), full=True)
