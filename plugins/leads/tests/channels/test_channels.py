"""Channels: by which tags leads are known, tagged links, and what each channel brings."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_leads import intake, qualifying, service
from salesman_leads.channels import queries, report
from salesman_leads.channels import service as channels
from salesman_leads.channels.report import Period
from salesman_leads.channels.schemas import ChannelSchema, LinkSchema
from salesman_leads.forms.models import Form
from salesman_leads.mailbox import service as mailboxes
from salesman_leads.mailbox.schemas import MailboxSchema
from salesman_leads.models import Lead, Mailbox

from salesman_core.deals.service import change_deal, close_deal
from salesman_core.records.models import Audit
from salesman_core.services.rates import put_rate
from salesman_core.testing.people import Api, Browser
from salesman_core.toolkit import AnyRow, InvalidError, judge, reading, writing

Statements = Callable[[], AbstractContextManager[list[str]]]
ApiFor = Callable[[str], Api]
BrowserFor = Callable[[str], Browser]

MAILBOX = {"host": "imap.example.com", "port": 993, "user": "a", "password": "b", "folder": "INBOX"}


def add_channel(name: str, **values: Any) -> int:
    return channels.add_channel(judge(ChannelSchema(), {"name": name, **values}))


def channel_of(**tags: str) -> str | None:
    lead_id = intake.create_lead({"name": "Anna", **tags})
    return reading().scalar(sa.select(Lead.channel).where(Lead.id == lead_id))


def won(channel: str, amount: int, cost: int = 0, **deal: Any) -> int:
    """Make a lead of a channel that became a deal, which was won."""
    lead_id = intake.create_lead({"name": "Anna", "channel": channel})
    made = qualifying.qualify_lead(lead_id, {"deal_name": "Boilers"})
    deal_id = made["deal_id"]
    assert deal_id is not None
    change_deal(deal_id, {"amount": Decimal(amount), "cost": Decimal(cost), **deal})
    close_deal(deal_id, "won")
    return lead_id


@pytest.mark.parametrize(
    ("tags", "channel"),
    [
        ({"utm_source": "Yandex", "utm_medium": "cpc"}, "Search"),
        ({"utm_source": "yandex", "utm_medium": "cpc", "utm_campaign": "autumn-sale"}, "Autumn"),
        ({"utm_source": "yandex"}, ""),
        ({"utm_source": "a.letter"}, "Letters"),
        ({"utm_source": "axletter"}, ""),  # a dot is a dot
        ({"utm_medium": "cpc"}, ""),
        ({}, ""),
    ],
)
def test_lead_belongs_to_the_channel_whose_tags_match_best(
    app: Flask, tags: dict[str, str], channel: str
) -> None:
    add_channel("Search", utm_source="yandex", utm_medium="cpc")
    add_channel("Autumn", utm_source="yandex", utm_medium="cpc", utm_campaign="autumn*")
    add_channel("Letters", utm_source="*.letter")

    assert channel_of(**tags) == channel


def test_all_but_the_asterisk_of_a_pattern_stands_for_itself(app: Flask) -> None:
    add_channel("Sale", utm_term="[sale]? *")

    terms = ("[sale]? now", "[SALE]? x", "s? now", "[sale]! now")
    assert [channel_of(utm_term=term) for term in terms] == ["Sale", "Sale", "", ""]


@pytest.mark.timeout(20)
def test_pattern_of_many_asterisks_takes_no_long_time(app: Flask) -> None:
    add_channel("Sale", utm_term="*a" * 60 + "b")

    assert channel_of(utm_term="a" * 200) == ""


def test_channel_that_is_named_stays(app: Flask) -> None:
    add_channel("Search", utm_source="yandex")

    assert channel_of(utm_source="yandex", channel="A friend") == "A friend"


def test_channel_that_takes_no_leads_is_passed_over(app: Flask) -> None:
    add_channel("Search", utm_source="yandex", active=False)

    assert channel_of(utm_source="yandex") == ""


@pytest.mark.parametrize(
    ("values", "field"),
    [({"name": "Search", "utm_source": "b"}, "name"), ({"name": "All"}, "utm_source")],
)
def test_channel_needs_a_name_of_its_own_and_a_tag(
    app: Flask, values: dict[str, str], field: str
) -> None:
    add_channel("Search", utm_source="a")

    with pytest.raises(InvalidError) as error:
        add_channel(**values)

    assert list(error.value.fields) == [field]


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("example.com", "https://example.com?utm_source=me+%26+you"),
        ("https://a.example/p?x=1#top", "https://a.example/p?x=1&utm_source=me+%26+you#top"),
        ("http://a.example/?utm_source=old", "http://a.example/?utm_source=me+%26+you"),
    ],
)
def test_link_has_its_tags_beside_what_it_asks_for(app: Flask, address: str, url: str) -> None:
    channels.make_link(judge(LinkSchema(), {"address": address, "utm_source": "me & you"}))

    assert [link.url for link in queries.links(reading())] == [url]


@pytest.mark.parametrize("address", ["javascript://example.com/%0Aalert(1)", "https://", "a b"])
def test_link_leads_to_a_page_and_nowhere_else(app: Flask, address: str) -> None:
    with pytest.raises(InvalidError):
        channels.make_link(judge(LinkSchema(), {"address": address, "utm_source": "x"}))


def test_links_count_the_leads_that_came_by_them_in_one_statement(
    app: Flask, statements: Statements
) -> None:
    for number in range(5):
        values = {"address": "example.com", "utm_source": "x", "utm_term": str(number)}
        channels.make_link(judge(LinkSchema(), values))
    channel_of(utm_source="x", utm_term="4")
    channel_of(utm_source="x")

    with statements() as sent:
        links = queries.links(reading())

    assert [link.leads for link in links] == [1, 0, 0, 0, 0]
    assert len(sent) == 1


def test_report_goes_from_leads_to_margin(app: Flask) -> None:
    won("Search", 1000, 400)
    won("Search", 500)
    intake.create_lead({"name": "Boris", "channel": "Search"})
    qualifying.qualify_lead(intake.create_lead({"name": "Clara", "channel": "Letters"}), {})
    intake.create_lead({"name": "Dora"})

    found = {one.channel: one for one in report.brought(reading(), Period())}

    search = found["Search"]
    assert (search.leads, search.clients, search.deals, search.won) == (3, 2, 2, 2)
    assert (search.turnover, search.margin) == (Decimal(1500), Decimal(1100))
    letters = found["Letters"]
    assert (letters.leads, letters.clients, letters.deals, letters.turnover) == (1, 1, 0, 0)
    assert (found[""].leads, found[""].clients) == (1, 0)


def test_report_converts_at_the_rate_that_the_deal_keeps_and_tells_of_those_without(
    app: Flask,
) -> None:
    with writing() as session:
        put_rate(session, "RUB", "USD", date.today(), Decimal(90))  # noqa: DTZ011  # near enough
    won("Search", 100, currency="USD")
    won("Search", 100, currency="EUR")

    (search,) = report.brought(reading(), Period())

    assert (search.turnover, search.won, search.lacking) == (Decimal(9000), 2, 1)


def test_deal_counts_with_the_first_lead_that_came_to_it(app: Flask) -> None:
    first = won("Search", 1000)
    second = intake.create_lead({"name": "Boris", "channel": "Letters"})
    with writing() as session:
        (deal_id, client_id) = session.execute(
            sa.select(Lead.deal_id, Lead.client_id).where(Lead.id == first)
        ).one()
        came = {"deal_id": deal_id, "client_id": client_id}
        session.execute(sa.update(Lead).where(Lead.id == second).values(came))

    found = {one.channel: one for one in report.brought(reading(), Period())}

    assert (found["Search"].won, found["Letters"].won) == (1, 0)
    assert (found["Search"].clients, found["Letters"].clients) == (1, 0)


def test_period_is_one_of_days_of_the_company(app: Flask) -> None:
    lead_id = intake.create_lead({"name": "Anna"})
    late = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)  # in Moscow it is April
    with writing() as session:
        session.execute(sa.update(Lead).where(Lead.id == lead_id).values(created_at=late))
    march, april = (Period(date(2026, m, 1), date(2026, m, 30)) for m in (3, 4))

    assert report.brought(reading(), Period(date(2026, 3, 1), date(2026, 3, 31))) == []
    assert report.brought(reading(), march) == []
    assert [one.leads for one in report.brought(reading(), april)] == [1]


def test_cost_is_that_of_the_days_of_the_period(app: Flask) -> None:
    add_channel("Search", utm_source="x", monthly_cost="365")
    lead_id = intake.create_lead({"name": "Anna", "utm_source": "x"})
    noon = datetime(2026, 3, 5, 12, tzinfo=UTC)
    with writing() as session:
        session.execute(sa.update(Lead).where(Lead.id == lead_id).values(created_at=noon))

    (ten_days,) = report.brought(reading(), Period(date(2026, 3, 1), date(2026, 3, 10)))
    (ever,) = report.brought(reading(), Period())

    assert (ten_days.cost, ten_days.cost_of_a_lead, ever.cost) == (Decimal(120), 120, None)


def test_channel_that_costs_and_brings_nothing_stands_in_the_report(app: Flask) -> None:
    add_channel("Search", utm_source="x", monthly_cost="365")
    add_channel("Free", utm_source="y")
    add_channel("Former", utm_source="z", monthly_cost="365", active=False)
    ten_days = Period(date(2026, 3, 1), date(2026, 3, 10))

    (found,) = report.brought(reading(), ten_days)

    assert (found.channel, found.leads, found.cost, found.cost_of_a_lead) == (
        "Search",
        0,
        120,
        None,
    )
    assert report.in_all([found]).cost == Decimal(120)
    assert report.brought(reading(), ten_days, source="Site") == []
    assert report.brought(reading(), Period()) == []


def test_leads_that_are_kept_apart_or_lie_in_the_bin_are_not_counted(
    app: Flask, browser_for: BrowserFor
) -> None:
    link = {"address": "example.com", "utm_source": "x"}
    channels.make_link(judge(LinkSchema(), link))
    came = {"channel": "Search", "utm_source": "x"}
    intake.create_lead({"name": "Boris", **came}, suspicion="Casino")
    service.delete_lead(intake.create_lead({"name": "Clara", **came}))
    intake.create_lead({"name": "Anna", **came})

    (found,) = report.brought(reading(), Period())
    rows = browser_for("head").get("/leads/channels/rows/leads?channel=Search&period=all")
    listed = browser_for("head").get("/leads?utm_source=x")

    assert found.leads == 1
    assert [one.leads for one in queries.links(reading())] == [1]
    for page in (rows.text, listed.text):
        assert [name in page for name in ("Anna", "Boris", "Clara")] == [True, False, False]


def test_deal_counts_with_the_first_lead_that_is_not_kept_apart(app: Flask) -> None:
    first = won("Letters", 1000)
    second = intake.create_lead({"name": "Boris", "channel": "Search"})
    with writing() as session:
        (deal_id,) = session.execute(sa.select(Lead.deal_id).where(Lead.id == first)).one()
        session.execute(sa.update(Lead).where(Lead.id == first).values(suspicion="Casino"))
        session.execute(sa.update(Lead).where(Lead.id == second).values(deal_id=deal_id))

    (found,) = report.brought(reading(), Period())

    assert (found.channel, found.won) == ("Search", 1)


def test_report_takes_as_many_statements_for_many_channels(
    app: Flask, statements: Statements
) -> None:
    def statements_of_report() -> int:
        report.brought(reading(), Period())  # what a change has made stale is read again
        with statements() as sent:
            report.brought(reading(), Period())
        return len(sent)

    won("Search", 1000)
    few = statements_of_report()
    for number in range(4):
        won(f"Channel {number}", 1000)

    assert statements_of_report() == few


def test_each_figure_opens_the_leads_that_it_is_made_of(
    app: Flask, browser_for: BrowserFor
) -> None:
    won("Search", 1000)
    intake.create_lead({"name": "Boris", "channel": "Search"})

    for figure, number in (("leads", 2), ("clients", 1), ("deals", 1), ("won", 1)):
        assert len(report.rows(reading(), Period(), "", figure, "Search")) == number
        page = browser_for("head").get(f"/leads/channels/rows/{figure}?channel=Search&period=all")
        assert len(re.findall(r'href="/leads/\d+"', page.text)) == number


def test_margin_is_shown_only_to_whoever_may_see_it(
    app: Flask, browser_for: BrowserFor, api_for: ApiFor
) -> None:
    won("Search", 1000, 393)

    assert "Margin" in browser_for("head").get("/leads/channels?period=all").text
    assert "Margin" not in browser_for("marketer").get("/leads/channels?period=all").text
    assert api_for("head").get("/leads/channels").json["items"][0]["margin"] == "607.00"
    assert "margin" not in api_for("marketer").get("/leads/channels").json["items"][0]


def test_filter_that_cannot_be_read_shows_no_figures(app: Flask, browser_for: BrowserFor) -> None:
    intake.create_lead({"name": "Anna", "channel": "Word of mouth"})

    page = browser_for("marketer").get("/leads/channels?period=own&since=nonsense")

    assert page.status_code == 200
    assert "This filter cannot be read" in page.text
    assert "Word of mouth" not in page.text


@pytest.mark.parametrize("days", ["until=31.12.9999", "since=01.01.0001", "until=9999-12-31"])
def test_page_says_of_a_day_that_it_cannot_be_reckoned_with(
    days: str, browser_for: BrowserFor
) -> None:
    for address in ("/leads/channels", "/leads/channels/rows/leads"):
        page = browser_for("marketer").get(f"{address}?period=own&{days}")

        assert (page.status_code, "is expected." in page.text) == (200, True)


@pytest.mark.parametrize("days", ["until=9999-12-31", "since=0001-01-01"])
def test_api_says_of_a_day_that_it_cannot_be_reckoned_with(days: str, api_for: ApiFor) -> None:
    answer = api_for("marketer").get(f"/leads/channels?{days}")

    assert (answer.status_code, list(answer.json["errors"])) == (422, [days[:5]])


def test_channel_that_is_renamed_is_so_on_its_leads_and_wherever_new_ones_come_from(
    app: Flask, form_with: Callable[..., AnyRow]
) -> None:
    channel_id = add_channel("Search", utm_source="x")
    lead_id = intake.create_lead({"name": "Anna", "utm_source": "x"})
    other_id = intake.create_lead({"name": "Boris", "channel": "Search engine"})
    form_id = form_with(channel="Search").id
    mailboxes.add_mailbox(judge(MailboxSchema(), {**MAILBOX, "channel": "Search"}))
    before = reading().scalar(sa.select(Lead.version).where(Lead.id == lead_id)) or 0

    values = {"name": "Search engines", "utm_source": "x"}
    channels.change_channel(channel_id, judge(ChannelSchema(), values))

    named = dict(reading().execute(sa.select(Lead.id, Lead.channel)).all())
    assert named == {lead_id: "Search engines", other_id: "Search engine"}
    assert reading().scalar(sa.select(Lead.version).where(Lead.id == lead_id)) == before + 1
    assert reading().scalar(sa.select(Mailbox.channel)) == "Search engines"
    assert reading().scalar(sa.select(Form.channel).where(Form.id == form_id)) == "Search engines"


def test_audit_tells_of_links(app: Flask) -> None:
    values = {"title": "Sale", "address": "example.com", "utm_source": "x"}
    link_id = channels.make_link(judge(LinkSchema(), values))
    channels.delete_link(link_id)

    told = sa.select(Audit.action, Audit.label, Audit.changes).where(Audit.kind == channels.LINK)
    made, deleted = reading().execute(told.order_by(Audit.id)).all()
    assert [tuple(one)[:2] for one in (made, deleted)] == [("created", "Sale"), ("deleted", "Sale")]
    assert made.changes["address"] == [None, "https://example.com"]


def test_channel_and_link_are_made_on_their_pages(
    app: Flask, browser_for: BrowserFor, post_form: Callable[..., Any]
) -> None:
    browser = browser_for("marketer")

    post_form(browser, "/leads/channels/new", {"name": "Search", "utm_source": "yandex"})
    post_form(browser, "/leads/channels/1", {"name": "Search engines", "utm_source": "yandex"})
    link = {"address": "example.com/sale", "utm_source": "yandex"}
    page = post_form(browser, "/leads/channels/links", link)

    assert [one.name for one in queries.channels(reading())] == ["Search engines"]
    assert 'href="https://example.com/sale?utm_source=yandex"' in page.text
