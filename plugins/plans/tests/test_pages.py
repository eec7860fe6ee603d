"""The pages of plans: the grid, figures with their rows, bases side by side, the desk."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from salesman_plans import bases, rows, sources, views
from salesman_plans.service import Goal, set_goals, set_person
from salesman_plans.sources import AccountingBasis

from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make, browser_of

Sell = Callable[..., int]
MARCH = date(2026, 3, 1)


@pytest.fixture(autouse=True)
def _form_without_proof(app: Flask, clock: FrozenClock) -> None:
    app.config["WTF_CSRF_METHODS"] = []


@pytest.fixture
def anna(app: Flask, make: Make) -> int:
    """A seller with a plan of this month."""
    user_id = make.user("seller", name="Anna", team_id=make.team("North"))
    set_goals([Goal(f"person:{user_id}", MARCH, "turnover", Decimal(1000))])
    return user_id


@pytest.fixture
def head(app: Flask, make: Make) -> FlaskClient:
    return browser_of(app, make.user("head", name="Helen"))


def text(page: Any) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page.text).replace("\u202f", " ").split())


def test_grid_shows_who_has_a_plan_and_keeps_what_is_typed(
    app: Flask, head: FlaskClient, anna: int
) -> None:
    name = f"cell:person:{anna}:2026-03"
    page = head.get("/plans/")
    assert f'name="{name}" value="1,000"' in page.text

    typed = {
        name: "1 500,50",
        f"seen:person:{anna}:2026-03": "1000",
        "cell:company:2026-01": "2000",
        "seen:company:2026-01": "",
        "cell:company:2026-02": "",
        "seen:company:2026-02": "",
    }
    saved = head.post("/plans/", data=typed, follow_redirects=True)

    assert f'name="{name}" value="1,500.50"' in saved.text
    assert "2 plans are set." in saved.text


def test_notice_of_what_was_saved_takes_it_back(head: FlaskClient, anna: int) -> None:
    name = f"cell:person:{anna}:2026-03"
    typed = {name: "1 500", f"seen:person:{anna}:2026-03": "1000"}

    saved = head.post("/plans/", data=typed, follow_redirects=True)
    address = re.search(r'"(/plans/undo/[^"]*)"', saved.text)
    assert address is not None
    page = head.post(address.group(1).replace("&amp;", "&"), follow_redirects=True)

    assert f'name="{name}" value="1,000"' in page.text
    assert "1 plan is as it was." in page.text


def test_what_cannot_be_read_stays_as_it_was_typed_and_nothing_is_kept(
    head: FlaskClient, anna: int
) -> None:
    name = f"cell:person:{anna}:2026-03"
    typed = {name: "a lot", f"seen:person:{anna}:2026-03": "1000", "cell:company:2026-01": "5"}

    page = head.post("/plans/", data=typed)

    assert page.status_code == 422
    assert f'name="{name}" value="a lot"' in page.text
    assert 'name="cell:company:2026-01" value="5"' in page.text
    assert 'name="cell:company:2026-01" value=""' in head.get("/plans/").text


def test_plan_that_somebody_else_changed_meanwhile_is_told_at_its_cell(
    head: FlaskClient, anna: int
) -> None:
    name = f"cell:person:{anna}:2026-03"

    page = head.post("/plans/", data={name: "7", f"seen:person:{anna}:2026-03": "900"})

    assert page.status_code == 409
    assert "Somebody else has set" in page.text


def test_seller_sees_their_own_row_and_sets_nothing(app: Flask, make: Make, anna: int) -> None:
    make.user("seller", name="Boris")
    browser = browser_of(app, anna)

    page = browser.get("/plans/")

    assert "Anna" in text(page)
    assert "Boris" not in text(page)
    assert "data-cell" not in page.text
    assert browser.post("/plans/", data={"cell:company:2026-01": "1"}).status_code == 403


def test_figure_opens_its_rows_and_says_how_it_is_counted(
    app: Flask, sell: Sell, anna: int
) -> None:
    deal_id = sell(anna, "400", "2026-03-03", name="Three boilers")
    sell(anna, "500", "2026-03-04", name="Lost boilers", outcome="lost")

    page = browser_of(app, anna).get("/plans/figure")

    assert f'href="/deals/{deal_id}"' in page.text
    assert "Lost boilers" not in page.text
    assert "40.0%" in text(page) or "40%" in text(page)
    assert "A lost deal never counts" in text(page)
    listed = re.search(r'href="(/deals/?\?[^"]*)"', page.text)
    assert listed is not None
    rows = browser_of(app, anna).get(listed.group(1).replace("&amp;", "&"))
    assert "Three boilers" in rows.text
    assert "Lost boilers" not in rows.text


def test_figure_of_a_team_tells_how_far_each_of_its_people_is(
    make: Make, head: FlaskClient, sell: Sell
) -> None:
    team = make.team("East")
    boris, clara = (make.user(team_id=team, name=name) for name in ("Boris", "Clara"))
    set_goals([Goal(f"person:{boris}", MARCH, "turnover", Decimal(100))])
    sell(boris, "90", "2026-03-03")
    sell(clara, "10", "2026-03-03")
    sell(make.user(name="Dora"), "10", "2026-03-03")

    told = text(head.get(f"/plans/figure?whose=team:{team}")).partition("By people")[2]

    assert "Boris ₽90 ₽50 ₽100 90% on plan Clara ₽10 — no plan —" in told
    assert "Dora" not in told


def test_people_and_what_belongs_to_nobody_add_up_to_the_company(
    make: Make, head: FlaskClient, sell: Sell, anna: int
) -> None:
    sell(anna, "7", "2026-03-03")
    sell(None, "100", "2026-03-03")

    company = text(head.get("/plans/figure?whose=company")).partition("By people")[2]
    team = text(head.get("/plans/figure?whose=team:1")).partition("By people")[2]

    assert "Anna ₽7" in company
    assert "without an owner ₽100 — no plan —" in company
    assert "without an owner" not in team


def test_desk_says_no_plan_where_there_is_none_and_over_a_hundred_as_it_is(
    app: Flask, make: Make, sell: Sell, anna: int
) -> None:
    boris = make.user("seller")
    sell(boris, "10", "2026-03-03")
    sell(anna, "2500", "2026-03-03")

    without, beyond = (
        text(browser_of(app, one).get("/desk/widgets/plans/fulfilment")) for one in (boris, anna)
    )

    assert "no plan" in without
    assert "100" not in without
    assert "There is no plan of this period." in without
    assert "250%" in beyond
    assert "as of" in beyond


def test_pace_goes_by_working_days_and_is_judged_in_words(
    app: Flask, sell: Sell, anna: int
) -> None:
    # Monday, 16 March 2026 is the 11th of 22 working days: the pace is 500.
    browser = browser_of(app, anna)
    seen = []
    for amount in ("300", "100", "60"):
        sell(anna, amount, "2026-03-03")
        seen.append(text(browser.get("/plans/widget")))

    assert ["far behind" in one for one in seen] == [True, False, False]
    assert [" behind" in one for one in seen] == [True, True, False]
    assert "on plan" in seen[2]
    assert "working day 11 of 22" in seen[0]


def test_bases_stand_side_by_side_with_what_makes_the_difference(
    head: FlaskClient, sell: Sell, anna: int
) -> None:
    sell(anna, "400", "2026-03-03", name="Three boilers")
    lost = sell(anna, "500", "2026-03-04", name="Lost boilers", outcome="lost")

    page = head.get(f"/plans/compare?whose=person:{anna}")

    closed = page.text.partition("What makes the difference: Deals closed, won or lost<")[2]
    assert re.findall(r'href="/deals/(\d+)"', closed.partition("</section>")[0]) == [str(lost)]
    assert "900" in text(page)
    assert "400" in text(page)


def test_basis_of_records_that_one_does_not_see_hides_no_other(
    app: Flask, sell: Sell, anna: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    sell(anna, "400", "2026-03-03")
    of_deals = sources.bases()
    papers = replace(of_deals["won"].sources[0], basis="papers", permission="papers.paper.view")
    basis = AccountingBasis("papers", "Papers", "", (papers,))
    for module in (rows, views):
        name = "bases" if module is rows else "known_bases"
        monkeypatch.setattr(module, name, lambda: of_deals | {"papers": basis})

    page = browser_of(app, anna).get(f"/plans/compare?whose=person:{anna}")

    assert page.status_code == 200
    assert "400" in text(page)
    assert "Not shown, because your roles do not reach all that counts: Papers." in text(page)


def test_whoever_may_not_see_them_is_told_so(app: Flask, make: Make, anna: int) -> None:
    boris = browser_of(app, make.user("seller"))

    seen = [
        boris.get(f"/plans/{page}?whose={whose}").status_code
        for page in ("figure", "compare", "widget")
        for whose in (f"person:{anna}", "person:999999", "company", "team:1")
    ]

    assert seen == [404, 404, 403, 404] * 3


def test_results_of_the_team_count_for_whose_plan_is_with_it(
    app: Flask, make: Make, head: FlaskClient, sell: Sell
) -> None:
    upper = make.team("East")
    chief = make.user("seller", team_id=upper, name="Chief")
    sell(make.user("seller", team_id=make.team(parent_id=upper)), "70", "2026-03-03")
    set_person(chief, has_plan=True, with_team=True)
    set_goals([Goal(f"person:{chief}", MARCH, "turnover", Decimal(100))])

    assert "70%" in text(head.get(f"/plans/figure?whose=person:{chief}"))
    own = browser_of(app, chief).get("/plans/widget")
    assert "do not reach all that counts" in text(own)


def test_whoever_gets_a_plan_is_shown_their_own_first_from_then_on(
    app: Flask, make: Make, clock: FrozenClock
) -> None:
    helen = make.user("head", name="Helen")
    browser = browser_of(app, helen)

    def shown() -> str:
        return re.findall(r'aria-current="true">([^<]*)<', browser.get("/plans/widget").text)[0]

    before = shown()
    set_person(helen, has_plan=True, with_team=False)
    with_plan = shown()
    set_person(helen, has_plan=False, with_team=False)

    assert (before, with_plan, shown()) == ("The company", "Helen", "The company")


def test_basis_is_set_on_its_page_and_refused_for_months_that_are_over(head: FlaskClient) -> None:
    refused = head.post("/plans/basis", data={"basis": "closed", "since": "2026-01-01"})
    head.post("/plans/basis", data={"basis": "closed", "since": "2026-04-01"})
    page = head.get("/plans/basis")

    assert refused.status_code == 422
    assert "months that are over" in refused.text
    assert "From April 2026" in text(page)
    head.post("/plans/basis/2026-04/forget")
    assert "From April 2026" not in text(head.get("/plans/basis"))


def test_limits_are_set_on_the_page(head: FlaskClient) -> None:
    head.post("/plans/limits", data={"good": "95", "behind": "85"})
    wrong = head.post("/plans/limits", data={"good": "50", "behind": "60"})

    assert wrong.status_code == 422
    assert 'value="95"' in head.get("/plans/basis").text
    assert bases.GOOD == 90


def test_flags_of_a_person_are_set_on_their_page(head: FlaskClient, anna: int) -> None:
    head.post(f"/plans/people/{anna}", data={})

    assert "Anna" not in text(head.get("/plans/"))[:400]
    page = head.get("/plans/people")
    assert page.status_code == 200


def test_plans_are_copied_on_the_page(head: FlaskClient, anna: int) -> None:
    asked = {"whose": f"person:{anna}", "year": "2026", "to_year": "2027", "percent": "110"}

    page = head.post(
        "/plans/copy", data={**asked, "targets": f"person:{anna}"}, follow_redirects=True
    )

    assert f'name="cell:person:{anna}:2027-03" value="1,100"' in page.text


def test_period_that_cannot_be_read_is_said(head: FlaskClient, anna: int) -> None:
    page = head.get("/plans/figure?whose=company&period=soon")

    assert page.status_code == 422
    assert "2026-Q1" in page.text
