"""A lead of which only a phone or email is known gives neither away by its title."""

from __future__ import annotations

import csv
from collections.abc import Callable
from importlib import import_module

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from flask import Flask
from salesman_leads import intake, qualifying
from salesman_leads.models import Lead
from salesman_leads.permissions import EXPORT

from salesman_core.access.models import Role
from salesman_core.db import normalised, writing
from salesman_core.errors import ForbiddenError
from salesman_core.people.roles import change_grants
from salesman_core.records.bulk.choosing import Chosen, asked_again
from salesman_core.records.export import Wanted, begin_export, file_of_export
from salesman_core.records.models import Audit
from salesman_core.records.record_list import record_list
from salesman_core.testing.people import Api, Browser, Make
from salesman_core.toolkit import contact_data, reading
from salesman_hookspecs import Scope

ApiFor = Callable[[str], Api]
BrowserFor = Callable[[str], Browser]

PHONE, MASKED = "8 916 123-45-67", "+7 *** ** 67"


@pytest.fixture
def nameless(app: Flask, make: Make) -> int:
    """A lead with nothing but a phone, of a client that everybody here sees."""
    lead = intake.create_lead({"phones": [PHONE]})
    qualifying.qualify_lead(lead, {"client_id": make.client(name="Omega")})
    return lead


@pytest.fixture
def blind(app: Flask) -> None:
    """Marketers may not read contact data."""
    grant(Scope.NONE)


def grant(scope: Scope) -> None:
    role_id = reading().scalars(sa.select(Role.id).where(Role.preset == "marketer")).one()
    change_grants(role_id, {contact_data.CONTACT_DATA: scope, EXPORT: Scope.ALL})


@pytest.mark.usefixtures("blind")
def test_pages_mask_a_lead_that_is_called_by_its_phone(
    nameless: int, make: Make, browser_for: BrowserFor
) -> None:
    client = reading().get_one(Lead, nameless).client_id
    browser = browser_for("marketer")
    for path in ("/leads", f"/leads/{nameless}", f"/clients/{client}", "/search?q=67"):
        page = browser.get(path, follow_redirects=True).text
        assert "123-45-67" not in page, path
    for path in (f"/records/client/{client}/story", f"/records/leads.lead/{nameless}/history"):
        assert "123-45-67" not in browser.get(path).text, path
    assert MASKED in browser.get("/leads").text


@pytest.mark.usefixtures("blind")
def test_api_gives_the_title_as_its_reader_may_see_it(nameless: int, api_for: ApiFor) -> None:
    titles = [
        api_for(role).get(f"/leads/{nameless}").json["title"] for role in ("marketer", "head")
    ]
    listed = [
        [one["title"] for one in api_for(role).get("/leads").json["items"]]
        for role in ("head", "marketer", "head")
    ]

    assert titles == [MASKED, PHONE]
    assert listed == [[PHONE], [MASKED], [PHONE]]


@pytest.mark.usefixtures("blind")
def test_lead_is_found_by_its_phone_by_those_alone_who_may_read_it(
    nameless: int, browser_for: BrowserFor
) -> None:
    found = browser_for("head").get("/search?q=79161234567", follow_redirects=True)
    assert PHONE in found.text
    hidden = browser_for("marketer").get("/search?q=79161234567", follow_redirects=True)
    assert f"/leads/{nameless}" not in hidden.text


def test_title_of_a_lead_with_a_name_is_that_for_everybody(app: Flask, api_for: ApiFor) -> None:
    lead = intake.create_lead({"name": "Anna", "phones": [PHONE]})
    assert api_for("head").get(f"/leads/{lead}").json["title"] == "Anna"


def test_audit_knows_a_nameless_lead_by_what_is_left_of_its_phone(nameless: int) -> None:
    labels = reading().scalars(sa.select(Audit.label).where(Audit.kind == "leads.lead").distinct())
    assert list(labels) == [MASKED]


def test_file_with_whole_phones_is_handed_out_no_more_to_who_may_not_read_them(
    nameless: int, make: Make
) -> None:
    everything = Chosen(query=asked_again(record_list("leads.lead").spec, ""))
    grant(Scope.ALL)
    with make.acting(make.user_of("marketer")):
        run = begin_export("leads.lead", everything, Wanted(["name"], "csv"))
        assert PHONE in file_of_export(run)[0].read_text("utf-8")

    grant(Scope.NONE)
    with make.acting(make.user_of("marketer")), pytest.raises(ForbiddenError) as refused:
        file_of_export(run)
    assert refused.value.permission == contact_data.CONTACT_DATA


def test_file_holds_what_hangs_on_leads_to_be_read_again(app: Flask, make: Make) -> None:
    told = {"text": "Boilers,\nplease", "products": ["Boiler, large", "Pump"]}
    intake.create_lead({"name": "Anna", "phones": [PHONE, "112"], "emails": ["a@b.org"], **told})
    everything = Chosen(query=asked_again(record_list("leads.lead").spec, ""))
    columns = ["name", "phones", "emails", "text", "products"]
    grant(Scope.ALL)

    with make.acting(make.user_of("marketer")):
        run = begin_export("leads.lead", everything, Wanted(columns, "csv"))
        written = file_of_export(run)[0].read_text("utf-8-sig")

    heads, row = csv.reader(written.splitlines(keepends=True))
    assert heads == ["Lead", "Phones", "Email addresses", "What they want", "Interested in"]
    assert row[:3] == ["Anna", f"{PHONE}, 112", "a@b.org"]
    assert row[3:] == ["Boilers,\nplease", '"Boiler, large", Pump']


def test_file_holds_no_phones_for_who_may_not_read_them(app: Flask, make: Make) -> None:
    grant(Scope.NONE)

    with make.acting(make.user_of("marketer")):
        offered = {column.name for column in record_list("leads.lead").file_columns()}

    assert offered & {"phones", "emails", "text", "products"} == {"text", "products"}


@pytest.mark.parametrize(
    ("typed", "left"), [(PHONE, "*** ** 67"), ("anna@example.com", "a***@…"), ("ring me", "***")]
)
def test_titles_from_before_are_masked_where_they_stand(app: Flask, typed: str, left: str) -> None:
    named = intake.create_lead({"name": "Anna", "phones": [typed]})
    lead = intake.create_lead({"phones": [typed]})
    with writing() as session:
        session.execute(sa.update(Lead).where(Lead.id == lead).values(title=typed))
        session.execute(sa.update(Lead).where(Lead.id == lead).values(search_title=typed))
        session.execute(sa.update(Audit).where(Audit.record_id == lead).values(label=typed))
        _mask_titles(session.connection())

    session = reading()
    titles = sa.select(Lead.title, Lead.search_title).where(Lead.id.in_([named, lead]))
    assert session.execute(titles.order_by(Lead.id)).all() == [
        ("Anna", "anna"),
        (left, normalised(left)),
    ]
    labels = sa.select(Audit.label).where(Audit.kind == "leads.lead").order_by(Audit.id)
    assert session.scalars(labels).all() == ["Anna", left]


def _mask_titles(connection: sa.Connection) -> None:
    step = import_module("salesman_leads.migrations.0003_masked_titles")
    with Operations.context(MigrationContext.configure(connection)):
        step.upgrade()
