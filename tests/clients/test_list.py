"""The list of clients."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

from flask.testing import FlaskClient

from salesman_core.clients import queries
from salesman_core.clients.ladder import set_rung
from salesman_core.db import reading
from salesman_core.testing.people import Make

BrowserFor = Callable[[str], FlaskClient]
Statements = Callable[[], AbstractContextManager[list[str]]]


def listed(page: str) -> list[str]:
    return re.findall(r"data-row-link>([^<]+)</a>", page)


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_list_shows_what_one_sees_and_nothing_else(make: Make, browser_for: BrowserFor) -> None:
    make.client(name="Hidden")
    with make.acting(make.user_of("seller")):
        make.client(name="Own")
    assert listed(browser_for("seller").get("/clients").text) == ["Own"]
    assert listed(browser_for("head").get("/clients").text) == ["Hidden", "Own"]


def test_totals_are_those_of_the_whole_filter(make: Make, browser_for: BrowserFor) -> None:
    for number in range(55):
        make.client(name=f"Client {number:02d}")
    set_rung(make.client(name="Friend"), queries.ladder(reading())[1].id, "asked")
    page = words(browser_for("head").get("/clients").text)
    assert "56 clients · Cold 55 · Potential 1" in page


def test_pages_follow_one_another_without_a_gap(make: Make, browser_for: BrowserFor) -> None:
    for number in range(60):
        make.client(name=f"Client {number:02d}")
    browser = browser_for("head")
    first = browser.get("/clients").text
    older = re.search(r'href="([^"]+)" rel="next"', first)
    assert older is not None
    second = browser.get(older[1].replace("&amp;", "&")).text
    assert listed(first) + listed(second) == [f"Client {number:02d}" for number in range(60)]
    assert 'rel="next"' not in second


def test_filter_is_a_chip_with_names_and_a_way_to_drop_it(
    make: Make, browser_for: BrowserFor
) -> None:
    olga = make.user("seller", name="Olga")
    make.client(name="Hers", owner_id=olga, tags=["vip"])
    make.client(name="Other", tags=["vip"])
    page = browser_for("head").get(f"/clients?owner_id={olga}&tag=vip").text
    assert listed(page) == ["Hers"]
    assert "Owner is Olga" in words(page)
    assert 'href="/clients?tag=vip"' in page


def test_several_rungs_are_one_filter(make: Make, browser_for: BrowserFor) -> None:
    ladder = queries.ladder(reading())
    for name, rung in zip("abc", ladder, strict=False):
        set_rung(make.client(name=name), rung.id, "so")
    address = f"/clients?rung_id={ladder[0].id}&rung_id={ladder[2].id}"
    page = browser_for("head").get(address).text
    assert listed(page) == ["a", "c"]
    assert f"Relationship is one of {ladder[0].name}, {ladder[2].name}" in words(page)


def test_list_is_found_by_a_phone_of_a_contact(make: Make, browser_for: BrowserFor) -> None:
    client = make.client(name="Severstal")
    make.contact(client, phones=["+7 912 345-67-89"])
    make.client(name="Other")
    page = browser_for("head").get("/clients", query_string={"phone": "8 (912) 345 67 89"}).text
    assert listed(page) == ["Severstal"]


def test_heading_sorts_and_sorts_back(make: Make, browser_for: BrowserFor) -> None:
    for name in ("b", "a", "c"):
        make.client(name=name)
    browser = browser_for("head")
    assert 'href="/clients?sort=-name"' in browser.get("/clients").text
    turned = browser.get("/clients?sort=-name").text
    assert listed(turned) == ["c", "b", "a"]
    assert 'aria-sort="descending"' in turned


def test_fields_that_nobody_filled_in_leave_the_address(browser_for: BrowserFor) -> None:
    answer = browser_for("head").get("/clients/filter?q=&tag=vip&source=")
    assert answer.headers["Location"] == "/clients?tag=vip"


def test_dialog_of_filters_chooses_several_rungs(make: Make, browser_for: BrowserFor) -> None:
    cold, potential = [rung.id for rung in queries.ladder(reading())][:2]
    browser = browser_for("head")
    answer = browser.get(f"/clients/filter?rung_id={cold}&rung_id={potential}")
    assert answer.headers["Location"] == f"/clients?rung_id={cold}&rung_id={potential}"
    dialog = browser.get(answer.headers["Location"]).text.split('action="/clients/filter"')[1]
    assert re.findall(r'<option value="(\d+)" selected', dialog) == [str(cold), str(potential)]


def test_chosen_columns_stay(make: Make, browser_for: BrowserFor) -> None:
    make.client(name="Friend", source="exhibition")
    browser = browser_for("head")
    assert "exhibition" not in browser.get("/clients").text.partition("<tbody>")[2]
    browser.post("/clients/columns", data={"column": ["source"]})
    page = browser.get("/clients").text
    assert ">exhibition</td>" in page
    assert ">Owner</a>" not in page


def test_empty_list_says_what_it_is_for_and_how_to_begin(browser_for: BrowserFor) -> None:
    page = browser_for("seller").get("/clients").text
    assert "No clients yet" in page
    assert "Make the first client" in page
    assert "Make the first client" not in browser_for("lawyer").get("/clients").text


def test_nothing_found_says_which_filter_to_drop(make: Make, browser_for: BrowserFor) -> None:
    make.client()
    page = browser_for("head").get("/clients?q=zzz&tag=vip").text
    assert "Nothing matches all of these" in page
    assert 'href="/clients?q=zzz"' in page


def test_director_who_owns_nothing_is_told_why_the_list_is_short(
    make: Make, browser_for: BrowserFor
) -> None:
    make.client()
    assert "you see those that you own" in browser_for("seller").get("/clients").text
    assert "you see those that you own" not in browser_for("head").get("/clients").text


def test_statements_do_not_grow_with_rows(
    make: Make, browser_for: BrowserFor, statements: Statements
) -> None:
    browser = browser_for("head")

    def sent() -> int:
        browser.get("/clients")
        with statements() as found:
            browser.get("/clients")
        return len(found)

    def fill(times: int) -> None:
        for number in range(times):
            make.client(phones=[f"8 800 555 35 {number:02d}"], tags=["vip"])

    fill(1)
    few = sent()
    fill(20)
    assert sent() == few


def offered(page: str) -> list[str]:
    return [
        words(one)
        for one in re.findall(r'<a class="btn btn-primary" href="[^"]*q=[^"]+">(.*?)</a>', page)
    ]


def test_search_that_finds_nothing_offers_near_names_in_the_same_filter(
    make: Make, browser_for: BrowserFor
) -> None:
    make.client(name="Северсталь", kind="company")
    make.client(name="Севирсталь Пётр", kind="person")
    browser = browser_for("head")
    assert offered(browser.get("/clients?q=сиверсталь&kind=company").text) == ["Северсталь"]
    assert offered(browser.get("/clients?q=сталь").text) == []


def test_search_in_the_other_layout_is_offered(make: Make, browser_for: BrowserFor) -> None:
    make.client(name="Привет")
    make.client(name="Hidden")
    assert offered(browser_for("head").get("/clients?q=ghbdtn").text) == ["привет"]
    assert offered(browser_for("seller").get("/clients?q=ghbdtn").text) == []


def test_clients_of_nobody_are_among_those_that_are_not_ones_own(
    make: Make, browser_for: BrowserFor
) -> None:
    make.client(name="Free", owner_id=None)
    make.client(name="Hers", owner_id=make.user("seller"))
    make.client(name="Own", owner_id=make.user_of("head"))
    browser = browser_for("head")

    assert listed(browser.get("/clients?mine=false").text) == ["Free", "Hers"]
    assert listed(browser.get("/clients?mine=true").text) == ["Own"]
