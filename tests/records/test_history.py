"""Changes in words: in the story of a record and on the page of all its changes."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import sqlalchemy as sa
from flask.testing import FlaskClient

from salesman_core.clients.service import change_client
from salesman_core.db import writing
from salesman_core.deals.rate_table import DatedRate, enter_rates
from salesman_core.deals.service import change_deal
from salesman_core.people.handing_over import ALL_KINDS
from salesman_core.people.service import change_user, deactivate
from salesman_core.records.models import Audit
from salesman_core.testing.people import Make

BrowserFor = Callable[[str], FlaskClient]


def told(browser: FlaskClient, kind: str, record_id: int) -> list[str]:
    """What a person reads of a record's story, the newest first."""
    page = browser.get(f"/records/{kind}/{record_id}/story").text
    entries = re.findall(r'<div class="story-text">(.*?)</div>', page, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", entry).split()) for entry in entries]


def test_beginning_of_a_deal_is_told_once(make: Make, browser_for: BrowserFor) -> None:
    deal = make.deal()
    assert told(browser_for("head"), "deal", deal) == ["opened at 0% Request, interest"]


def test_beginning_of_a_client_is_told_once(make: Make, browser_for: BrowserFor) -> None:
    assert told(browser_for("head"), "client", make.client()) == ["created"]


def test_page_of_all_changes_has_the_beginning_of_a_deal(
    make: Make, browser_for: BrowserFor
) -> None:
    page = browser_for("head").get(f"/records/deal/{make.deal()}/history").text
    assert page.count("<td rowspan=") == 4
    assert "created</td>" in page


def test_participants_who_come_and_go_are_named(make: Make, browser_for: BrowserFor) -> None:
    deal = make.deal()
    anna, boris = make.user("lawyer", name="Anna"), make.user("lawyer", name="Boris")
    change_deal(deal, {"participants": [{"user_id": anna}]})
    change_deal(deal, {"participants": [{"user_id": boris}]})

    newest, before = told(browser_for("head"), "deal", deal)[:2]

    assert newest == "Participant added: Boris ; Participant removed: Anna"
    assert before == "Participant added: Anna"


def test_participants_are_named_in_russian(make: Make, browser_for: BrowserFor) -> None:
    client, anna = make.client(), make.user("lawyer", name="Anna")
    change_client(client, {"participants": [{"user_id": anna}]})
    change_client(client, {"participants": []})
    change_user(make.user_of("head"), {"locale": "ru"})

    assert told(browser_for("head"), "client", client)[:2] == [
        "Убран участник: Anna",
        "Добавлен участник: Anna",
    ]


def test_contact_named_in_a_deal_is_told_by_name(make: Make, browser_for: BrowserFor) -> None:
    client = make.client()
    contact, deal = make.contact(client, name="Vera"), make.deal(client_id=client)
    change_deal(deal, {"contact_ids": [contact]})

    assert told(browser_for("head"), "deal", deal)[0] == "Contact added: Vera"


def test_history_keeps_the_names_of_owners_and_participants_that_stood_then(
    make: Make, browser_for: BrowserFor
) -> None:
    anna, boris = make.user("lawyer", name="Anna"), make.user("head", name="Boris")
    deal = make.deal(owner_id=boris)
    change_deal(deal, {"participants": [{"user_id": anna}], "owner_id": anna})
    change_user(anna, {"name": "Anna Kern"})
    deactivate(boris, {ALL_KINDS: anna})

    assert told(browser_for("administrator"), "deal", deal)[0] == (
        "changed: Owner Boris → Anna ; Participant added: Anna"
    )


def test_entry_from_before_looks_the_name_of_its_owner_up(
    make: Make, browser_for: BrowserFor
) -> None:
    anna = make.user("head", name="Anna")
    client = make.client()
    change_client(client, {"owner_id": anna})
    with writing() as session:
        session.execute(sa.update(Audit).values(names=None))
    change_user(anna, {"name": "Anna Kern"})

    assert told(browser_for("administrator"), "client", client)[0].endswith("→ Anna Kern")


def test_page_of_all_changes_says_who_came(make: Make, browser_for: BrowserFor) -> None:
    deal, anna = make.deal(), make.user("lawyer", name="Anna")
    change_deal(deal, {"participants": [{"user_id": anna}]})

    page = browser_for("head").get(f"/records/deal/{deal}/history").text

    assert re.search(r"<td>Participant added</td>\s*<td[^>]*></td>\s*<td[^>]*>Anna</td>", page)


def test_changed_field_is_told_with_what_stood_there_before(
    make: Make, browser_for: BrowserFor
) -> None:
    deal = make.deal(name="Beams")
    change_deal(deal, {"name": "Girders"})

    assert told(browser_for("head"), "deal", deal)[0] == "changed: Name Beams → Girders"


def test_amount_is_told_with_both_its_hundredths_or_none(
    make: Make, browser_for: BrowserFor
) -> None:
    deal = make.deal(amount=Decimal("45000.00"))
    change_deal(deal, {"amount": Decimal("45000.50")})

    assert told(browser_for("head"), "deal", deal)[0] == "changed: Amount 45,000 → 45,000.50"


def test_change_of_the_last_digit_of_a_rate_is_told(make: Make, browser_for: BrowserFor) -> None:
    rates = {date(2026, 1, 1): "0.17251", date(2026, 1, 2): "0.17252"}
    enter_rates([DatedRate("KZT", day, Decimal(rate)) for day, rate in rates.items()])
    deal = make.deal(currency="KZT", opened_on=date(2026, 1, 1))

    change_deal(deal, {"opened_on": date(2026, 1, 2)})

    assert "Rate 0.17251 → 0.17252" in told(browser_for("head"), "deal", deal)[0]
