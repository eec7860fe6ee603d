"""Views of reports that people keep, and the letters in which they come."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import date
from typing import Any, Final

import pytest
import sqlalchemy as sa
from flask import Flask
from python_calamine import CalamineWorkbook
from salesman_analytics import kept_views
from salesman_analytics.letters import mail_view, mail_views
from salesman_analytics.models import KeptView

from salesman_core.access.models import RoleGrant, UserRole
from salesman_core.access.person import SUBJECT
from salesman_core.db.revisions import bump
from salesman_core.deals.service import close_deal
from salesman_core.services.files import stored_file
from salesman_core.services.models import KeptLetter
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Browser, Make, browser_of
from salesman_core.toolkit import SEE_MARGIN, reading, writing

SELLERS: Final = "/analytics/reports/analytics.sellers"


def token_in(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def keep(
    browser: Browser, name: str = "Ours", mailed: str = "weekly", of: str = SELLERS, **asked: str
) -> int:
    """Keep a view as the form of the page does; give its id."""
    sent = {"csrf_token": token_in(browser.get(SELLERS).text), "view_name": name, "mailed": mailed}
    answer = browser.post(f"{of}/views", data={**sent, **asked})
    assert answer.status_code == 302, answer.text
    reading().rollback()
    return reading().scalar(sa.select(sa.func.max(KeptView.id))) or 0


def letters() -> Sequence[KeptLetter]:
    reading().rollback()
    return reading().scalars(sa.select(KeptLetter).order_by(KeptLetter.id)).all()


def mail_what_is_due() -> None:
    """Queue what is due, and do it."""
    reading().rollback()
    due = reading().execute(sa.select(KeptView.id, KeptView.mail_on)).all()
    queued = mail_views()
    found = [one for one in due if one.mail_on is not None]
    for view in found[:queued] if queued else []:
        mail_view(view.id, view.mail_on.isoformat())


def enclosed(letter: KeptLetter) -> list[list[Any]]:
    """Give the rows of the file that came with a letter."""
    (file,) = letter.files
    content = stored_file(file.stored.hash).read_bytes()
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    rows: list[list[Any]] = book.get_sheet_by_index(0).to_python()
    return rows


@pytest.fixture
def sold(make: Make, clock: FrozenClock) -> tuple[int, int]:
    """Two sellers, each with a deal won."""
    one, other = make.user("seller", name="Anna"), make.user("seller", name="Canary")
    for owner, amount in ((one, "10.00"), (other, "700.00")):
        close_deal(make.deal(owner_id=owner, amount=amount), "won")
    return one, other


def test_kept_view_stands_above_the_report_for_whose_it_is_alone(
    app: Flask, make: Make, sold: tuple[int, int]
) -> None:
    head = make.user("head")
    browser = browser_of(app, head)
    view = keep(browser, "Of Anna", "", owner_id=str(sold[0]), period="this_year")

    page = browser.get(SELLERS).text
    assert "Of Anna" in page
    assert f"period=this_year&amp;owner_id={sold[0]}" in page
    stranger = browser_of(app, make.user("head"))
    page = stranger.get(SELLERS).text
    assert "Of Anna" not in page
    sent = {"csrf_token": token_in(page)}
    assert stranger.post(f"/analytics/views/{view}/delete", data=sent).status_code == 404
    assert stranger.post(f"/analytics/views/{view}/mail", data=sent).status_code == 404

    sent = {"csrf_token": token_in(browser.get(SELLERS).text)}
    assert browser.post(f"/analytics/views/{view}/delete", data=sent).status_code == 302
    assert "Of Anna" not in browser.get(SELLERS).text


def test_view_without_a_name_or_with_a_filter_that_cannot_be_read_is_refused(
    app: Flask, make: Make
) -> None:
    browser = browser_of(app, make.user("head"))
    sent = {"csrf_token": token_in(browser.get(SELLERS).text), "mailed": ""}
    for wrong in (
        {"view_name": " "},
        {"view_name": "x" * 101},
        {"view_name": "Ours", "since": "soon"},
        {"view_name": "Ours", "mailed": "hourly"},
    ):
        assert browser.post(f"{SELLERS}/views", data={**sent, **wrong}).status_code == 422


@pytest.mark.parametrize(
    ("mailed", "days"),
    [
        ("weekly", [date(2026, 3, 9), date(2026, 3, 16)]),
        ("monthly", [date(2026, 4, 1), date(2026, 5, 1)]),
        ("", [None, None]),
    ],
)
def test_view_is_mailed_on_mondays_or_on_the_first(
    app: Flask, clock: FrozenClock, mailed: str, days: list[date | None]
) -> None:
    assert kept_views.next_day(mailed) == days[0]
    if days[0] is not None:
        clock.set(clock.now().replace(month=days[0].month, day=days[0].day))
    assert kept_views.next_day(mailed) == days[1]


def test_letter_holds_what_its_reader_may_see_and_comes_once(
    app: Flask, make: Make, clock: FrozenClock, sold: tuple[int, int]
) -> None:
    keep(browser_of(app, sold[0]), period="this_month")
    mail_what_is_due()
    assert letters() == []

    clock.advance(days=7)
    mail_what_is_due()
    mail_what_is_due()
    (letter,) = letters()
    assert letter.subject == "Sellers: Ours"
    assert "/analytics/reports/analytics.sellers?period=this_month" in letter.text
    rows = enclosed(letter)
    assert [row[:2] for row in rows[1:]] == [["Anna", 10.0]]
    assert "Canary" not in str(rows)


def test_report_of_a_letter_is_counted_before_anything_is_written(
    app: Flask,
    clock: FrozenClock,
    sold: tuple[int, int],
    statements: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    keep(browser_of(app, sold[0]), period="this_month")
    clock.advance(days=7)
    assert mail_views() == 1
    with statements() as sent:
        app.extensions["salesman_jobs"].drain()
    counts = [place for place, one in enumerate(sent) if "FROM core_deal" in one]
    written = [place for place, one in enumerate(sent) if one.startswith("UPDATE analytics_view")]
    assert len(written) == 1
    assert counts
    assert max(counts) < written[0]
    assert len(letters()) == 1


def test_letter_goes_by_the_rights_of_its_day(
    app: Flask, make: Make, clock: FrozenClock, sold: tuple[int, int]
) -> None:
    head = make.user("head")
    keep(browser_of(app, head), period="this_month")
    clock.advance(days=7)
    mail_what_is_due()
    assert "Canary" in str(enclosed(letters()[0]))

    with writing() as session:
        session.execute(sa.delete(UserRole).where(UserRole.user_id == head))
        bump(session, SUBJECT)
    clock.advance(days=7)
    mail_what_is_due()
    assert len(letters()) == 1


def test_view_of_a_report_that_is_not_there_waits_for_its_plugin(
    app: Flask, make: Make, clock: FrozenClock, sold: tuple[int, int]
) -> None:
    view = keep(browser_of(app, sold[0]))
    with writing() as session:
        session.execute(sa.update(KeptView).values(report="gone.report"))
    clock.advance(days=7)
    mail_what_is_due()
    assert letters() == []
    assert reading().scalar(sa.select(KeptView.mail_on)) == date(2026, 3, 16)
    with writing() as session:
        session.execute(sa.update(KeptView).values(report="analytics.sellers"))
    with make.acting(sold[0]):
        assert kept_views.change(view, mailed="") == "analytics.sellers"
    clock.advance(days=7)
    mail_what_is_due()
    assert letters() == []


def test_nobody_keeps_views_without_end(app: Flask, make: Make, clock: FrozenClock) -> None:
    head = make.user("head")
    browser = browser_of(app, head)
    view = {"user_id": head, "report": "analytics.sellers", "created_at": clock.now()}
    with writing() as session:
        session.add_all(
            KeptView(**view, name=f"View {number}") for number in range(kept_views.MOST)
        )
    sent = {"csrf_token": token_in(browser.get(SELLERS).text), "view_name": "More", "mailed": ""}
    assert browser.post(f"{SELLERS}/views", data=sent).status_code == 409


@pytest.mark.parametrize("name", ["funnel", "losses", "calibration"])
def test_report_over_the_list_of_deals_is_kept_with_its_filter_and_mailed_by_rights(
    app: Flask, make: Make, clock: FrozenClock, sold: tuple[int, int], reasons: list[int], name: str
) -> None:
    for owner, amount in zip(sold, ("30.00", "900.00"), strict=True):
        close_deal(make.deal(owner_id=owner, amount=amount), "lost", reasons[0])
    seller, head = browser_of(app, sold[0]), browser_of(app, make.user("head"))
    report = f"/analytics/reports/analytics.{name}"
    for browser in (seller, head):
        keep(browser, "All there is", of=report, closed_on__isnull="false")
        page = browser.get(f"/analytics/{name}?closed_on__isnull=false").text
        assert "All there is" in page
        assert 'aria-current="true"' in page
        assert f'href="/analytics/{name}?closed_on__isnull=false"' in page

    clock.advance(days=7)
    mail_what_is_due()
    of_seller, of_head = (enclosed(one) for one in letters())
    assert of_seller != of_head
    assert f"/analytics/{name}?closed_on__isnull=false" in letters()[0].text


def test_filter_of_a_kept_report_that_its_owner_may_not_use_any_more_brings_no_letter(
    app: Flask, make: Make, clock: FrozenClock, sold: tuple[int, int]
) -> None:
    head = make.user("head")
    keep(browser_of(app, head), of="/analytics/reports/analytics.losses", margin__gte="1")
    with writing() as session:
        session.execute(sa.delete(RoleGrant).where(RoleGrant.permission == SEE_MARGIN))
        bump(session, SUBJECT)
    clock.advance(days=7)
    mail_what_is_due()
    assert letters() == []


def test_day_is_kept_as_its_word_and_goes_along(
    app: Flask, make: Make, clock: FrozenClock, sold: tuple[int, int]
) -> None:
    make.deal(owner_id=sold[0], amount="55.00", name="Boilers")
    browser = browser_of(app, sold[0])
    day = "/analytics/reports/analytics.as_of"
    keep(browser, "Month", "monthly", of=day, day="last_month")
    assert 'href="/analytics/as-of?day=last_month"' in browser.get("/analytics/as-of").text

    clock.set(clock.now().replace(month=4, day=1))
    mail_what_is_due()
    (letter,) = letters()
    assert "Boilers" in str(enclosed(letter))
    assert "day=last_month" in letter.text
    page = browser_of(app, sold[0]).get("/analytics/as-of?day=last_month").text
    assert 'value="31.03.2026"' in page


@pytest.mark.parametrize(
    ("of", "asked"),
    [
        ("losses", {"colour": "red"}),
        ("losses", {"closed_on": "soon"}),
        ("as_of", {"day": "9999-01-01"}),
        ("as_of", {"colour": "red"}),
        ("sellers", {"colour": "red"}),
        ("losses", {"q": "x" * 5000}),
    ],
)
@pytest.mark.databases("sqlite")
def test_what_a_report_cannot_be_asked_is_not_kept(
    app: Flask, make: Make, of: str, asked: dict[str, str]
) -> None:
    browser = browser_of(app, make.user("head"))
    sent = {"csrf_token": token_in(browser.get(SELLERS).text), "view_name": "Ours", "mailed": ""}
    answer = browser.post(f"/analytics/reports/analytics.{of}/views", data={**sent, **asked})
    assert answer.status_code == 422


@pytest.mark.databases("sqlite")
def test_report_that_tells_nothing_keeps_no_views(app: Flask, make: Make) -> None:
    browser = browser_of(app, make.user("head"))
    sent = {"csrf_token": token_in(browser.get(SELLERS).text), "view_name": "Ours", "mailed": ""}
    assert browser.post("/analytics/reports/leads.channels/views", data=sent).status_code == 404
