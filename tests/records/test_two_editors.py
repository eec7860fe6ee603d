"""Two people who save one form: what only one changed stays, where both did the second chooses."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from salesman_core.administration.service import change_company
from salesman_core.clients.card import contact_shown
from salesman_core.clients.rungs import add_rung, change_rung, one_rung
from salesman_core.clients.service import change_contact
from salesman_core.db import reading
from salesman_core.deals import pipelines
from salesman_core.deals.models import CloseReason
from salesman_core.deals.queries import pipelines as all_pipelines
from salesman_core.people import queries
from salesman_core.people.roles import change_grants, copy_role
from salesman_core.people.service import change_user
from salesman_core.people.teams import change_team
from salesman_core.records import notes
from salesman_core.records.custom.service import change_field, define_field, one_field
from salesman_core.services.company import company
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make
from salesman_core.web.formats import moment
from salesman_hookspecs import Scope

BrowserFor = Callable[[str], FlaskClient]
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Edited:
    """A form, and what two people make of it.

    :param typed: all that it holds as it was opened.
    :param change: what the first person saves.
    :param held: gives the values of two fields as they stand: one that both change, one that only
        the first does.
    """

    opened: str
    saves: str
    typed: Values
    change: Callable[[], object]
    held: Callable[[], tuple[Any, Any]]
    both: str
    mine: Any
    stands: tuple[Any, Any]
    mine_stands: tuple[Any, Any]
    shown: tuple[str, str, str]


def contact(make: Make) -> Edited:
    id_ = make.contact(make.client(), name="Anna", position="Buyer", phones=["+79123456789"])

    def held() -> tuple[Any, Any]:
        row = contact_shown(id_).row
        return row.position, row.name

    return Edited(
        f"/clients/contacts/{id_}/edit",
        f"/clients/contacts/{id_}",
        {"name": "Anna", "position": "Buyer", "phones": ["+79123456789"], "emails": [""]},
        lambda: change_contact(id_, {"position": "Director", "name": "Anna Kern"}),
        held,
        "position",
        "Head buyer",
        ("Director", "Anna Kern"),
        ("Head buyer", "Anna Kern"),
        ("Buyer", "Director", "Head buyer"),
    )


def user(make: Make) -> Edited:
    id_ = make.user("seller", name="Sergei")
    teams = [make.team("North"), make.team("South"), make.team("West")]
    change_user(id_, {"team_id": teams[0]})
    found = queries.user(id_)

    def held() -> tuple[Any, Any]:
        now = queries.user(id_)
        return now.team_id, now.name

    return Edited(
        f"/admin/users/{id_}",
        f"/admin/users/{id_}",
        {
            "name": "Sergei",
            "email": found.email,
            "team_id": str(teams[0]),
            "role_ids": list(map(str, found.role_ids)),
            "locale": "",
        },
        lambda: change_user(id_, {"team_id": teams[1], "name": "Sergei K."}),
        held,
        "team_id",
        str(teams[2]),
        (teams[1], "Sergei K."),
        (teams[2], "Sergei K."),
        ("North", "South", "West"),
    )


def team(make: Make) -> Edited:
    id_, above = make.team("North"), make.team("All")
    return Edited(
        f"/admin/teams/{id_}",
        f"/admin/teams/{id_}",
        {"name": "North", "parent_id": ""},
        lambda: change_team(id_, {"name": "The north", "parent_id": above}),
        lambda: (queries.team(id_).name, queries.team(id_).parent_id),
        "name",
        "Northerners",
        ("The north", above),
        ("Northerners", above),
        ("North", "The north", "Northerners"),
    )


def role(make: Make) -> Edited:
    preset = next(one for one in queries.roles() if one.preset == "seller")
    id_ = copy_role(preset.id, "Our sellers")
    change_grants(id_, {"core.deal.view": Scope.NONE, "core.deal.edit": Scope.NONE})
    lines = {
        f"grant:{line.name}": str(line.scope.value)
        for group in queries.matrix(id_)
        for line in group.lines
    }

    def held() -> tuple[Any, Any]:
        grants = queries.grants(id_)
        return grants.get("core.deal.view"), grants.get("core.deal.edit")

    return Edited(
        f"/admin/roles/{id_}",
        f"/admin/roles/{id_}",
        lines,
        lambda: change_grants(id_, {"core.deal.view": Scope.ALL, "core.deal.edit": Scope.OWN}),
        held,
        "grant:core.deal.view",
        "2",
        ("all", "own"),
        ("team", "own"),
        ("no", "all", "team&#39;s"),
    )


def custom_field(make: Make) -> Edited:
    options = [{"title": "Red"}, {"title": "Green"}]
    id_ = define_field("deal", {"type": "choice", "label": "Colour", "options": options})
    key = one_field(id_).options[0].key

    def change() -> None:
        kept = [{"key": one.key, "title": one.title} for one in one_field(id_).options]
        kept[0]["title"] = "Crimson"
        change_field(id_, {"label": "Colour", "options": [*kept, {"title": "Blue"}]})

    def held() -> tuple[Any, Any]:
        titles = [one.title for one in one_field(id_).options]
        return titles[0], titles[1:]

    return Edited(
        f"/admin/fields/{id_}",
        f"/admin/fields/{id_}",
        {
            "label": "Colour",
            "help": "",
            "new_options": "",
            **{f"option_title:{one.key}": one.title for one in one_field(id_).options},
            **{f"option_offered:{one.key}": "true" for one in one_field(id_).options},
        },
        change,
        held,
        f"option_title:{key}",
        "Scarlet",
        ("Crimson", ["Green", "Blue"]),
        ("Scarlet", ["Green", "Blue"]),
        ("Red", "Crimson", "Scarlet"),
    )


def settings(_make: Make) -> Edited:
    now = company()
    return Edited(
        "/admin/company",
        "/admin/company",
        {
            "name": now.name,
            "language": now.language,
            "zone": now.zone,
            "currency": now.currency,
            "region": now.region,
            "work_days": ["1", "2", "3", "4", "5"],
            "work_from": now.work_from,
            "work_to": now.work_to,
            "vat": "",
            "bin_days": "0",
            "accent": "#066fd1",
        },
        lambda: change_company({"vat": "with", "work_days": (1, 2, 3), "accent": "#0a7f3c"}),
        lambda: (company().vat, (company().work_days, company().accent)),
        "vat",
        "without",
        ("with", ((1, 2, 3), "#0a7f3c")),
        ("without", ((1, 2, 3), "#0a7f3c")),
        ("not said", "with VAT", "without VAT"),
    )


def rung(_make: Make) -> Edited:
    id_ = add_rung({"name": "Fan", "colour": "azure", "interests": 1, "sales": 3})

    def held() -> tuple[Any, Any]:
        now = one_rung(id_)
        return now.colour, (now.name, now.sales)

    return Edited(
        "/admin/rungs",
        f"/admin/rungs/{id_}",
        {"name": "Fan", "colour": "azure", "interests": "1", "sales": "3"},
        lambda: change_rung(id_, {"name": "Friend", "colour": "green", "interests": 1, "sales": 5}),
        held,
        "colour",
        "pink",
        ("green", ("Friend", 5)),
        ("pink", ("Friend", 5)),
        ("light blue", "green", "pink"),
    )


def stage(_make: Make) -> Edited:
    pipeline_id = pipelines.create_pipeline("Service")
    typed = {"name": "Visit", "percent": 40, "planned_days": 7, "required": ["amount"]}
    id_ = pipelines.add_stage(pipeline_id, typed)
    change = {"name": "First visit", "planned_days": None, "required": ["amount", "owner_id"]}

    def held() -> tuple[Any, Any]:
        (service,) = (one for one in all_pipelines(reading()) if one["id"] == pipeline_id)
        (now,) = (one for one in service["stages"] if one["id"] == id_)
        return now["name"], (now["percent"], now["planned_days"], now["required"])

    return Edited(
        "/admin/pipelines",
        f"/admin/pipelines/stages/{id_}",
        {**typed, "percent": "40", "planned_days": "7"},
        lambda: pipelines.change_stage(id_, change),
        held,
        "name",
        "Meeting",
        ("First visit", (40, None, ["owner_id", "amount"])),
        ("Meeting", (40, None, ["owner_id", "amount"])),
        ("Visit", "First visit", "Meeting"),
    )


def reason(_make: Make) -> Edited:
    id_ = pipelines.add_reason("Cost too much")

    def held() -> tuple[Any, Any]:
        now = reading().get_one(CloseReason, id_)
        return now.name, now.active

    return Edited(
        "/admin/pipelines",
        f"/admin/pipelines/reasons/{id_}",
        {"name": "Cost too much", "active": "true"},
        lambda: pipelines.change_reason(id_, {"name": "Dearer", "active": False}),
        held,
        "name",
        "No money",
        ("Dearer", False),
        ("No money", False),
        ("Cost too much", "Dearer", "No money"),
    )


FORMS = pytest.mark.parametrize(
    "edited",
    [contact, user, team, role, custom_field, settings, rung, stage, reason],
)


def remembered(page: str, saves: str = "") -> dict[str, str]:
    """What the form on a page remembers of the record; of several, the one that *saves* there."""
    form = page.partition(f'action="{saves}"')[2] or page
    found = {
        name: re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', form)
        for name in ("version", "seen")
    }
    return {name: html.unescape(match[1]) for name, match in found.items() if match}


def anew() -> None:
    reading().rollback()
    reading().expire_all()


@FORMS
def test_second_of_two_editors_sees_what_stood_theirs_and_their_own(
    edited: Callable[[Make], Edited], make: Make, browser_for: BrowserFor
) -> None:
    form, browser = edited(make), browser_for("administrator")
    opened = remembered(browser.get(form.opened).text, form.saves)
    form.change()
    answer = browser.post(form.saves, data={**form.typed, **opened, form.both: form.mine})
    anew()
    assert answer.status_code == 412
    assert form.held() == form.stands
    said = re.search(r'<fieldset class="conflict">.*?</fieldset>', answer.text, re.DOTALL)
    assert said is not None
    before, theirs, mine = form.shown
    assert f"Before: <span>{before}</span>" in said[0]
    assert f"Theirs: <strong>{theirs}</strong>" in said[0]
    assert f"Yours: <strong>{mine}</strong>" in said[0]
    assert answer.text.count('<fieldset class="conflict">') == 1


@FORMS
@pytest.mark.parametrize("whose", ["mine", "theirs"])
def test_choice_of_the_second_editor_stands_beside_what_only_the_first_changed(
    edited: Callable[[Make], Edited], whose: str, make: Make, browser_for: BrowserFor
) -> None:
    form, browser = edited(make), browser_for("administrator")
    opened = remembered(browser.get(form.opened).text, form.saves)
    form.change()
    typed = {**form.typed, form.both: form.mine}
    again = remembered(browser.post(form.saves, data={**typed, **opened}).text, form.saves)
    # What the form holds now: mine, with what only they changed, which the page has filled in.
    met = {**typed, **now_in(browser, form), form.both: form.mine}
    browser.post(form.saves, data={**met, **again, f"choice:{form.both}": whose})
    anew()
    assert form.held() == (form.mine_stands if whose == "mine" else form.stands)


def now_in(browser: FlaskClient, form: Edited) -> dict[str, Any]:
    return dict(json.loads(remembered(browser.get(form.opened).text, form.saves)["seen"]))


@FORMS
def test_change_of_another_field_meanwhile_is_kept_beside_ones_own(
    edited: Callable[[Make], Edited], make: Make, browser_for: BrowserFor
) -> None:
    form, browser = edited(make), browser_for("administrator")
    opened = remembered(browser.get(form.opened).text, form.saves)
    form.change()
    answer = browser.post(form.saves, data={**form.typed, **opened})
    anew()
    assert answer.status_code == 302
    assert form.held() == form.stands


def test_note_written_in_two_windows_asks_which_is_to_stand(
    make: Make, browser_for: BrowserFor
) -> None:
    client, author = make.client(), make.user_of("head")
    with make.acting(author):
        note = notes.write_note("client", client, "They want a boiler")
    browser = browser_for("head")
    opened = remembered(browser.get(f"/records/notes/{note}/edit").text)
    with make.acting(author):
        notes.change_note(note, "They want two boilers")
    answer = browser.post(f"/records/notes/{note}", data={"text": "They want a pump", **opened})
    anew()
    assert answer.status_code == 412
    assert heading(answer.text).startswith("You changed this yourself meanwhile, in another window")
    assert "Before: <span>They want a boiler</span>" in answer.text
    assert notes.one_note(note).text == "They want two boilers"


def test_pipeline_that_two_people_rename_at_once_asks_which_name_is_to_stand(
    browser_for: BrowserFor,
) -> None:
    id_ = pipelines.create_pipeline("Service")
    browser, saves = browser_for("administrator"), f"/admin/pipelines/{id_}"
    opened = remembered(browser.get("/admin/pipelines").text, saves)
    pipelines.rename_pipeline(id_, "Repairs")
    answer = browser.post(saves, data={"name": "Support", **opened})
    anew()
    assert answer.status_code == 412
    assert "Theirs: <strong>Repairs</strong>" in answer.text
    assert [one["name"] for one in all_pipelines(reading()) if one["id"] == id_] == ["Repairs"]


def heading(page: str) -> str:
    found = re.search(r'<div class="alert-heading">(.*?)</div>', page)
    assert found is not None
    return html.unescape(found[1])


@pytest.fixture
def clock(app: Flask, clock: FrozenClock) -> FrozenClock:
    """A clock that the application goes by."""
    app.extensions["salesman_clock"] = clock.now
    return clock


@FORMS
def test_second_of_two_editors_reads_who_the_other_one_was_and_when(
    edited: Callable[[Make], Edited], make: Make, browser_for: BrowserFor, clock: FrozenClock
) -> None:
    form, browser = edited(make), browser_for("administrator")
    opened = remembered(browser.get(form.opened).text, form.saves)
    clock.advance(minutes=5)
    with make.acting(make.user("administrator", name="Olga Kern")):
        form.change()
    page = browser.post(form.saves, data={**form.typed, **opened, form.both: form.mine}).text
    assert heading(page) == (
        f"Olga Kern changed this meanwhile ({moment(clock.now())}). "
        "Choose what is to stand, and save."
    )


def test_other_editor_is_whoever_changed_the_field_and_not_the_last_one_of_all(
    make: Make, browser_for: BrowserFor
) -> None:
    form, browser = rung(make), browser_for("administrator")
    opened = remembered(browser.get(form.opened).text, form.saves)
    with make.acting(make.user("administrator", name="Olga Kern")):
        form.change()
    with make.acting(make.user("administrator", name="Ivan Petrov")):
        change_rung(
            int(form.saves.rpartition("/")[2]),
            {"name": "Friend", "colour": "green", "interests": 4, "sales": 5},
        )
    page = browser.post(form.saves, data={**form.typed, **opened, form.both: form.mine}).text
    assert heading(page).startswith("Olga Kern changed this meanwhile")


def test_what_was_remembered_is_not_believed_where_it_is_no_form(
    make: Make, browser_for: BrowserFor
) -> None:
    form, browser = contact(make), browser_for("head")
    form.change()
    for seen in ("", "[", "[1]", '{"name": "Anna"}', '{"name": [{"a": 1}]}', "null"):
        data = {**form.typed, "version": "1", "seen": seen}
        assert browser.post(form.saves, data=data).status_code == 412
    anew()
    assert form.held() == form.stands
