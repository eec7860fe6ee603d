"""The card of a client."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from salesman_core.clients import queries
from salesman_core.clients.card import contacts_shown, shown
from salesman_core.clients.ladder import set_rung
from salesman_core.clients.models import Client
from salesman_core.clients.service import change_client, delete_client
from salesman_core.db import reading
from salesman_core.deals.service import close_deal
from salesman_core.people.service import change_user
from salesman_core.records.notes import write_note
from salesman_core.services.company import change_company
from salesman_core.testing.people import Make

BrowserFor = Callable[[str], FlaskClient]
Statements = Callable[[], AbstractContextManager[list[str]]]

FRAGMENT = {"HX-Request": "true"}


def words(html: str) -> str:
    """What a person reads of a page."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def client_row(client_id: int) -> Client:
    reading().rollback()
    return reading().scalars(sa.select(Client).where(Client.id == client_id)).one()


def save(browser: FlaskClient, client_id: int, field: str, /, **form: object) -> TestResponse:
    version = form.pop("version", client_row(client_id).version)
    address = f"/clients/{client_id}/fields/{field}"
    return browser.post(address, data={"version": version, **form}, headers=FRAGMENT)


def test_card_shows_how_a_client_is_reached(make: Make, browser_for: BrowserFor) -> None:
    client = make.client(
        phones=["8 (912) 345-67-89"], emails=["Info@Example.com"], site="example.com", tags=["vip"]
    )
    page = browser_for("head").get(f"/clients/{client}").text
    assert 'href="tel:+79123456789"' in page
    assert 'href="mailto:info@example.com"' in page
    assert 'href="https://example.com"' in page
    assert 'href="/clients?tag=vip"' in page


def test_phone_that_does_not_validate_is_shown_with_a_sign(
    make: Make, browser_for: BrowserFor
) -> None:
    client = make.client(phones=["ask Olga"])
    page = browser_for("head").get(f"/clients/{client}").text
    assert "ask Olga" in page
    assert "does not look like a telephone number" in page
    assert "tel:" not in page


@pytest.mark.parametrize("site", ["javascript:alert(1)", "data:text/html,x"])
def test_site_leads_nowhere_but_to_the_web(make: Make, browser_for: BrowserFor, site: str) -> None:
    page = browser_for("head").get(f"/clients/{make.client(site=site)}").text
    assert f'href="{site}"' not in page
    assert f'href="https://{site}"' in page


def test_card_of_a_client_that_one_does_not_see_is_missing(
    make: Make, browser_for: BrowserFor
) -> None:
    client = make.client(name="Secret Ltd")
    answer = browser_for("seller").get(f"/clients/{client}")
    assert answer.status_code == 404
    assert "Secret" not in answer.text


def test_primary_contact_stands_first(make: Make) -> None:
    client = make.client()
    first = make.contact(client, name="Zed")
    second = make.contact(client, name="Anna")
    assert [line.row.id for line in contacts_shown(client)] == [first, second]


def test_head_says_why_a_client_stands_on_its_rung(make: Make, browser_for: BrowserFor) -> None:
    client = make.client()
    close_deal(make.deal(client_id=client, name="Beams"), "won")
    head = words(browser_for("head").get(f"/clients/{client}").text)
    assert "Current since" in head
    assert "a deal was won on" in head
    assert "“Beams”" in head


def test_rung_is_set_by_hand_with_a_reason(make: Make, browser_for: BrowserFor) -> None:
    client = make.client()
    regular = queries.ladder(reading())[-1].id
    answer = browser_for("head").post(
        f"/clients/{client}/rung",
        data={"rung_id": regular, "reason": "bought for years", "version": 1},
        headers=FRAGMENT,
    )
    assert "salesman:close-dialog" in answer.headers["HX-Trigger"]
    assert shown(client).row.rung_id == regular
    assert shown(client).standing.reason == "bought for years"


def test_rung_without_a_reason_is_refused_at_its_field(make: Make, browser_for: BrowserFor) -> None:
    client = make.client()
    rung = queries.ladder(reading())[-1].id
    answer = browser_for("head").post(
        f"/clients/{client}/rung", data={"rung_id": rung, "reason": " "}, headers=FRAGMENT
    )
    assert answer.status_code == 422
    assert 'id="wrong-reason"' in answer.text


def test_rung_set_by_hand_says_by_whom(make: Make) -> None:
    client = make.client()
    with make.acting(make.user("head", name="Olga")):
        set_rung(client, queries.ladder(reading())[2].id, "old friends")
    assert shown(client).standing.by == "Olga"


@pytest.mark.parametrize(
    ("name", "typed", "kept"),
    [
        ("name", " Severstal  Ltd ", "Severstal Ltd"),
        ("site", "main.example", "main.example"),
        ("source", "exhibition", "exhibition"),
        ("kind", "person", "person"),
    ],
)
def test_field_is_saved_where_it_stands(
    make: Make, browser_for: BrowserFor, name: str, typed: str, kept: str
) -> None:
    client = make.client()
    answer = save(browser_for("head"), client, name, **{name: typed})
    assert answer.status_code == 200
    assert getattr(client_row(client), name) == kept
    assert f'id="client-field-{name}"' in answer.text


def test_phones_and_tags_are_saved_as_lists(make: Make, browser_for: BrowserFor) -> None:
    client = make.client(phones=["1"], tags=["old"])
    browser = browser_for("head")
    save(browser, client, "phones", phones=["8 800 555 35 35", "", "12-34"])
    save(browser, client, "tags", tags="vip, steel ,")
    assert [one["typed"] for one in shown(client).phones] == ["8 800 555 35 35", "12-34"]
    assert shown(client).tags == ["steel", "vip"]


def test_last_phone_can_be_taken_away(make: Make, browser_for: BrowserFor) -> None:
    client = make.client(phones=["8 800 555 35 35"])
    save(browser_for("head"), client, "phones", phones=[""])
    assert shown(client).phones == []


def test_refused_field_keeps_what_was_typed(make: Make, browser_for: BrowserFor) -> None:
    client = make.client(name="Severstal")
    answer = save(browser_for("head"), client, "source", source="x" * 101)
    assert answer.status_code == 422
    assert "x" * 101 in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_field_that_two_people_change_is_a_conflict(make: Make, browser_for: BrowserFor) -> None:
    client = make.client(source="")
    change_client(client, {"source": "theirs"})
    browser = browser_for("head")
    answer = save(browser, client, "source", source="mine", seen="", version=1)
    assert answer.status_code == 412
    assert "theirs" in words(answer.text)
    assert client_row(client).source == "theirs"
    again = re.search(r'name="version" value="(\d+)"', answer.text)
    assert again is not None
    save(browser, client, "source", source="mine", seen="theirs", version=again[1])
    assert client_row(client).source == "mine"


def test_refused_field_is_still_for_what_its_person_saw(
    make: Make, browser_for: BrowserFor
) -> None:
    client = make.client(source="")
    change_client(client, {"source": "theirs"})
    browser = browser_for("head")
    refused = save(browser, client, "source", source="x" * 101, seen="", before="", version=1).text
    sent = dict(re.findall(r'name="(version|seen|before)" value="([^"]*)"', refused))
    assert sent == {"version": "1", "seen": "", "before": ""}
    answer = save(browser, client, "source", source="mine", **sent)
    assert (answer.status_code, client_row(client).source) == (412, "theirs")


def test_field_that_two_people_change_says_who_the_other_one_was(
    make: Make, browser_for: BrowserFor
) -> None:
    client = make.client(source="")
    with make.acting(make.user("head", name="Olga Kern")):
        change_client(client, {"source": "theirs"})
    answer = save(browser_for("head"), client, "source", source="mine", seen="", version=1)
    assert re.findall(r"(\S+ \S+) changed this meanwhile", words(answer.text)) == ["Olga Kern"]


def test_two_people_changing_different_fields_do_not_meet(
    make: Make, browser_for: BrowserFor
) -> None:
    client = make.client()
    change_client(client, {"site": "theirs"})
    answer = save(browser_for("head"), client, "source", source="mine", seen="", version=1)
    assert answer.status_code == 200
    assert (client_row(client).site, client_row(client).source) == ("theirs", "mine")


def test_whoever_may_only_look_gets_no_pencils(make: Make, browser_for: BrowserFor) -> None:
    client = make.client()
    page = browser_for("marketer").get(f"/clients/{client}").text
    assert "editable-pencil" not in page
    assert save(browser_for("marketer"), client, "name", name="X").status_code == 403


def test_unknown_field_is_missing(make: Make, browser_for: BrowserFor) -> None:
    client = make.client()
    assert save(browser_for("head"), client, "version", version=1).status_code == 404


def test_participant_sees_the_client_until_taken_out(make: Make, browser_for: BrowserFor) -> None:
    client, lawyer = make.client(), make.user_of("lawyer")
    head, theirs = browser_for("head"), browser_for("lawyer")
    address = f"/clients/{client}/participants"
    assert theirs.get(f"/clients/{client}").status_code == 404
    head.post(address, data={"user_id": lawyer, "part": "contract"}, headers=FRAGMENT)
    assert "contract" in theirs.get(f"/clients/{client}").text
    head.post(f"{address}/{lawyer}/remove", headers=FRAGMENT)
    assert theirs.get(f"/clients/{client}").status_code == 404


def test_part_in_a_client_that_was_taken_away_comes_back_by_the_notice(
    make: Make, browser_for: BrowserFor
) -> None:
    lawyer, head = make.user_of("lawyer"), browser_for("head")
    client = make.client(participants=[{"user_id": lawyer, "part": "contract"}])
    head.post(f"/clients/{client}/participants/{lawyer}/remove", headers=FRAGMENT)

    head.post(f"/clients/{client}/participants?user_id={lawyer}&part=contract", headers=FRAGMENT)

    assert "contract" in browser_for("lawyer").get(f"/clients/{client}").text


def test_contact_is_added_changed_and_put_into_the_bin_and_back(
    make: Make, browser_for: BrowserFor
) -> None:
    client, browser = make.client(), browser_for("head")

    def names() -> list[str]:
        reading().rollback()
        return [line.row.name for line in contacts_shown(client)]

    browser.post(
        f"/clients/{client}/contacts",
        data={"name": "Anna", "phones": ["8 800 555 35 35", ""]},
        headers=FRAGMENT,
    )
    assert names() == ["Anna"]
    contact = contacts_shown(client)[0].row.id
    browser.post(
        f"/clients/contacts/{contact}", data={"name": "Anna K.", "version": 1}, headers=FRAGMENT
    )
    assert names() == ["Anna K."]
    gone = browser.post(f"/clients/contacts/{contact}/delete", headers=FRAGMENT)
    assert names() == []
    assert f"/clients/contacts/{contact}/restore" in gone.text
    browser.post(f"/clients/contacts/{contact}/restore", headers=FRAGMENT)
    assert names() == ["Anna K."]


def test_contact_without_a_name_is_refused_with_what_was_typed(
    make: Make, browser_for: BrowserFor
) -> None:
    client = make.client()
    answer = browser_for("head").post(
        f"/clients/{client}/contacts", data={"name": "", "position": "Director"}, headers=FRAGMENT
    )
    assert answer.status_code == 422
    assert 'value="Director"' in answer.text


def test_contact_changed_by_two_people_is_a_conflict(make: Make, browser_for: BrowserFor) -> None:
    contact = make.contact(make.client(), name="Anna")
    browser, address = browser_for("head"), f"/clients/contacts/{contact}"
    browser.post(address, data={"name": "Anna One", "version": 1}, headers=FRAGMENT)
    answer = browser.post(address, data={"name": "Anna Two", "version": 1}, headers=FRAGMENT)
    assert answer.status_code == 412
    assert 'value="Anna Two"' in answer.text


def test_address_of_a_contact_leads_to_its_clients_card(
    make: Make, browser_for: BrowserFor
) -> None:
    client = make.client()
    contact = make.contact(client)
    answer = browser_for("head").get(f"/clients/contacts/{contact}")
    assert answer.headers["Location"] == f"/clients/{client}#contact-{contact}"


def test_deleted_client_comes_back_by_undo(make: Make, browser_for: BrowserFor) -> None:
    client, browser = make.client(name="Severstal"), browser_for("head")
    answer = browser.post(f"/clients/{client}/delete", follow_redirects=True)
    assert f"/clients/{client}/restore" in answer.text
    assert browser.get(f"/clients/{client}").status_code == 404
    browser.post(f"/clients/{client}/restore")
    assert browser.get(f"/clients/{client}").status_code == 200


def test_seller_may_not_delete_and_sees_no_button(make: Make, browser_for: BrowserFor) -> None:
    with make.acting(make.user_of("seller")):
        client = make.client()
    browser = browser_for("seller")
    assert f"/clients/{client}/delete" not in browser.get(f"/clients/{client}").text
    assert browser.post(f"/clients/{client}/delete").status_code == 403


def test_card_shows_only_deals_that_one_sees(make: Make, browser_for: BrowserFor) -> None:
    with make.acting(make.user_of("seller")):
        client = make.client()
        make.deal(client_id=client, name="Mine to see")
    make.deal(client_id=client, name="Hidden from sellers")
    page = browser_for("seller").get(f"/clients/{client}").text
    assert "Mine to see" in page
    assert "Hidden from sellers" not in page


def test_what_an_imported_file_knew_stays_readable(make: Make, browser_for: BrowserFor) -> None:
    client = make.client(imported={"Sector": "Steel & iron"})
    page = words(browser_for("head").get(f"/clients/{client}").text)
    assert "Sector Steel &amp; iron" in page


def test_story_of_a_client_tells_of_its_climbs_notes_and_contacts(
    make: Make, browser_for: BrowserFor
) -> None:
    client = make.client()
    make.contact(client, name="Anna")
    write_note("client", client, "They want beams")
    set_rung(client, queries.ladder(reading())[1].id, "asked for beams")
    told = words(browser_for("head").get(f"/records/client/{client}/story").text)
    assert "Cold → Potential : asked for beams" in told
    assert "They want beams" in told
    assert "Anna : created" in told


def test_history_names_fields_and_what_ids_refer_to(make: Make, browser_for: BrowserFor) -> None:
    client = make.client(name="Before")
    olga = make.user("head", name="Olga")
    change_client(client, {"name": "After", "owner_id": olga})
    page = words(browser_for("head").get(f"/records/client/{client}/history").text)
    assert "Name Before After" in page
    assert "Owner Olga" in page


def test_history_of_a_client_that_one_does_not_see_is_missing(
    make: Make, browser_for: BrowserFor
) -> None:
    client = make.client()
    assert browser_for("seller").get(f"/records/client/{client}/history").status_code == 404


def test_statements_do_not_grow_with_what_hangs_on_a_client(
    make: Make, browser_for: BrowserFor, statements: Statements
) -> None:
    client, browser = make.client(), browser_for("head")

    def sent(address: str) -> int:
        browser.get(address)
        with statements() as found:
            assert browser.get(address).status_code == 200
        return len(found)

    def fill(times: int) -> None:
        for number in range(times):
            make.contact(client, phones=[f"8 800 555 35 {number:02d}"], emails=["a@example.com"])
            make.deal(client_id=client)
            write_note("client", client, f"Note {number}")
            change_client(client, {"source": f"source {number}"})

    addresses = [f"/clients/{client}", f"/records/client/{client}/history"]
    fill(1)
    few = [sent(address) for address in addresses]
    fill(6)
    assert [sent(address) for address in addresses] == few


def test_client_in_the_bin_has_no_card(make: Make, browser_for: BrowserFor) -> None:
    client = make.client()
    delete_client(client)
    assert browser_for("administrator").get(f"/clients/{client}").status_code == 404


def test_card_speaks_the_language_of_each_reader(
    app: Flask, make: Make, browser_for: BrowserFor
) -> None:
    client = make.client(site="main.example")
    change_company({"language": "ru"})
    in_russian = browser_for("head").get(f"/clients/{client}").text
    change_user(make.user_of("head"), {"locale": "en"})
    in_english = browser_for("head").get(f"/clients/{client}").text

    assert 'aria-label="Изменить: Сайт"' in in_russian
    assert 'aria-label="Change: Site"' in in_english


def test_rung_is_explained_in_words_with_the_day_of_the_sale(
    make: Make, browser_for: BrowserFor
) -> None:
    client = make.client()
    close_deal(make.deal(client_id=client), "won", None)

    page = words(browser_for("head").get(f"/clients/{client}").text)
    assert re.search(r"a deal was won on [A-Z][a-z]+ \d{1,2}, \d{4}", page)


def test_many_deals_of_a_client_unfold(make: Make, browser_for: BrowserFor) -> None:
    client = make.client()
    for number in range(8):
        make.deal(name=f"Boilers {number}", client_id=client)
    page = browser_for("head").get(f"/clients/{client}").text
    shown, unfolded = page.split("<summary>2 more deals</summary>")
    assert [number for number in range(8) if f"Boilers {number}</a>" in shown] == [2, 3, 4, 5, 6, 7]
    assert [number for number in range(8) if f"Boilers {number}</a>" in unfolded] == [0, 1]
