"""Letters of campaigns stand in the stories of those whom they went to."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_leads.intake import create_lead
from salesman_leads.qualifying import qualify_lead
from salesman_mailing.campaigns import service
from salesman_mailing.campaigns.models import Recipient
from salesman_mailing.groups.service import add_records
from salesman_mailing.readers.models import Click, LetterLink

from salesman_core.records.timeline import sources, story
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.mail import MailSink
from salesman_core.testing.people import Make
from salesman_core.toolkit import reading, writing

from .conftest import LETTER

Drain = Callable[[], None]
Send = Callable[..., None]
Told = Callable[[str, int], dict[str, str | None]]

ANNA = "anna@client.example"
ADDRESSED = f"The letter “Prices for Anna” went to {ANNA}"


@pytest.fixture
def send(make: Make, group: Callable[..., int], mail_server: MailSink, drain: Drain) -> Send:
    """Give what sends a campaign to one record, in the marketer's name."""
    del mail_server

    def send(kind: str, record_id: int) -> None:
        group_id = group()
        with make.acting(make.user_of("marketer")):
            add_records(group_id, kind, [record_id])
            service.start_campaign(service.create_campaign({**LETTER, "group_id": group_id}))
        drain()

    return send


@pytest.fixture
def told(app: Flask) -> Told:
    """Give what the story of a record tells of letters, and where that leads."""

    def told(kind: str, record_id: int) -> dict[str, str | None]:
        reading().rollback()
        with app.test_request_context():
            found = story(kind, record_id, source="mailing.campaigns").entries
            return {str(one.text): one.url for one in found}

    return told


def test_client_tells_of_letters_to_its_people(make: Make, send: Send, told: Told) -> None:
    client = make.client(name="Boilers", emails=["office@boilers.example"])
    contact = make.contact(client, name="Anna", emails=[ANNA])
    send("contact", contact)
    send("client", client)
    to_client = "The letter “Prices for you” went to office@boilers.example"
    assert list(told("client", client)) == [to_client, ADDRESSED]


def test_story_tells_what_came_back(make: Make, send: Send, told: Told, clock: FrozenClock) -> None:
    client = make.client(name="Anna", kind="person", emails=[ANNA])
    send("client", client)
    clock.advance(minutes=1)
    with writing() as session:
        session.execute(sa.update(Recipient).values(bounced_at=clock.now()))
    assert list(told("client", client)) == [
        f"The letter “Prices for Anna” to {ANNA} came back",
        ADDRESSED,
    ]


def test_story_tells_which_links_were_followed(
    make: Make, send: Send, told: Told, clock: FrozenClock
) -> None:
    client = make.client(name="Anna", kind="person", emails=[ANNA])
    send("client", client)
    clock.advance(minutes=1)
    with writing() as session:
        letter = session.scalars(sa.select(Recipient)).one()
        letter.opened_at = letter.clicked_at = clock.now()
        pages = [f"https://firm.ru/{page}" for page in ("prices", "boilers")]
        for position, page in enumerate(pages, 1):
            link = LetterLink(campaign_id=letter.campaign_id, position=position, target=page)
            session.add(link)
            session.flush()
            session.add(Click(recipient_id=letter.id, link_id=link.id, first_at=clock.now()))
    about = f"the letter “Prices for Anna” to {ANNA} was"
    assert list(told("client", client)) == [
        *(f"A link of {about} followed: {page}" for page in reversed(pages)),
        f"T{about[1:]} opened",
        ADDRESSED,
    ]


def test_refused_letter_is_told(make: Make, send: Send, told: Told, mail_server: MailSink) -> None:
    mail_server.refuse(ANNA)
    client = make.client(name="Anna", kind="person", emails=[ANNA])
    send("client", client)
    (line,) = told("client", client)
    assert line == f"The mail server refused the letter “Prices for Anna” to {ANNA}"


def test_letters_to_a_lead_go_along_to_the_client_that_it_becomes(
    make: Make, send: Send, told: Told
) -> None:
    lead = create_lead({"name": "Anna", "emails": [ANNA]})
    send("leads.lead", lead)
    assert list(told("leads.lead", lead)) == [ADDRESSED]
    made = qualify_lead(lead, {"client_name": "Boilers", "contact_name": "Anna"})
    assert made["client_id"] is not None
    assert list(told("client", made["client_id"])) == [ADDRESSED]


def test_seller_reads_of_letters_to_own_clients_and_is_led_nowhere(
    make: Make, send: Send, told: Told
) -> None:
    client = make.client(name="Anna", kind="person", emails=[ANNA])
    send("client", client)
    seller = make.user_of("seller")
    other = make.client(name="Boilers", owner_id=seller, emails=[ANNA])
    with make.acting(seller):
        assert told("client", other) == {ADDRESSED: None}
    with make.acting(make.user_of("marketer")):
        assert told("client", client)[ADDRESSED] is not None


def test_address_is_for_those_who_may_read_it(
    make: Make, send: Send, told: Told, hide_contact_data: Callable[[str], None]
) -> None:
    client = make.client(name="Anna", kind="person", emails=[ANNA])
    send("client", client)
    hide_contact_data("head")
    with make.acting(make.user_of("head")):
        (line,) = told("client", client)
        assert ANNA not in line


def test_only_what_can_be_written_to_tells_of_letters(make: Make) -> None:
    make.client()
    assert "mailing.campaigns" in [one.key for one in sources("client")]
    assert "mailing.campaigns" in [one.key for one in sources("leads.lead")]
    assert "mailing.campaigns" not in [one.key for one in sources("deal")]
