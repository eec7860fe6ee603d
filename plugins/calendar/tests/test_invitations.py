"""People who are invited by a letter, and what they answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage

import icalendar
import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_calendar import invitations, queries, service
from salesman_calendar.models import Guest
from salesman_calendar.series.service import change_series, end_series

from salesman_core.errors import ForbiddenError, InvalidError
from salesman_core.people.service import change_user
from salesman_core.services import mail
from salesman_core.services.models import KeptLetter, Notice
from salesman_core.services.smtp import MailServer
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.mail import MailSink
from salesman_core.testing.people import Browser, Make
from salesman_core.toolkit import reading

Plan = Callable[..., int]
NINE = datetime(2026, 3, 4, 6, tzinfo=UTC)
EMAIL = "anna@client.example"


@pytest.fixture(autouse=True)
def _server(app: Flask, mail_sink: MailSink) -> None:
    """Let letters go to a server of the test's own."""
    mail.change_mail(MailServer.at(mail_sink.url), "crm@example.com")


@pytest.fixture
def letters(mail_sink: MailSink) -> Callable[[], list[EmailMessage]]:
    """Give what sends what waits, and gives all letters that have arrived."""

    def arrived() -> list[EmailMessage]:
        reading().rollback()
        waiting = sa.select(KeptLetter.id).where(KeptLetter.state == mail.WAITING)
        for letter_id in reading().scalars(waiting.order_by(KeptLetter.id)).all():
            mail.deliver(letter_id)
        return list(mail_sink.letters)

    return arrived


def told_to_calendars(letter: EmailMessage) -> icalendar.Calendar:
    """Give what a letter says to a program that keeps a calendar."""
    (part,) = [
        one
        for one in letter.walk()
        if one.get_content_type() == "text/calendar" and not one.get_filename()
    ]
    calendar = icalendar.Calendar.from_ical(part.get_content())
    assert part.get_param("method") == str(calendar["METHOD"])
    return calendar


def path_in(letter: EmailMessage) -> str:
    text = letter.get_body(("plain",)).get_content()
    return re.search(r"/calendar/invitation/\S+", text)[0]


def answers(activity_id: int) -> list[tuple[str, str]]:
    session = reading()
    session.expire_all()
    row = queries.one_activity(session, activity_id)
    return [(one.email, one.answer) for one in invitations.guests_of(session, row)]


def test_invitation_says_to_people_and_calendars_when_it_is(
    plan: Plan, make: Make, letters: Callable[[], list[EmailMessage]]
) -> None:
    with make.acting(make.user("seller")) as person:
        meeting = plan(starts_at=NINE, minutes=60, subject="Samples")
        invitations.invite(meeting, " Anna@Client.example ", name="Anna", whole=False)

    (letter,) = letters()
    (event,) = told_to_calendars(letter).walk("VEVENT")
    assert letter["Subject"].startswith("Invitation: Samples")
    assert (event["DTSTART"].dt, event.duration.total_seconds()) == (NINE, 3600)
    assert str(event["ATTENDEE"]) == f"mailto:{EMAIL}"
    assert str(event["ORGANIZER"]) == f"mailto:{person.email}"
    assert (event["SEQUENCE"], event["ATTENDEE"].params["PARTSTAT"]) == (0, "NEEDS-ACTION")


def test_opening_the_link_changes_nothing_and_answering_tells_who_invited(
    plan: Plan,
    make: Make,
    letters: Callable[[], list[EmailMessage]],
    app: Flask,
    browser_for: Callable[[str], Browser],
) -> None:
    with make.acting(make.user_of("seller")):
        meeting = plan(starts_at=NINE, subject="Samples")
        invitations.invite(meeting, EMAIL, name="Anna", whole=False)
    path, stranger = path_in(letters()[0]), app.test_client()

    page = stranger.get(path).text
    assert "Samples" in page
    assert answers(meeting) == [(EMAIL, "waiting")]
    assert stranger.post(path, data={"answer": "declined"}).status_code == 400
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    answered = stranger.post(path, data={"answer": "declined", "csrf_token": token})
    assert "is not coming" in answered.text
    assert answers(meeting) == [(EMAIL, "declined")]
    assert "Anna is not coming" in browser_for("seller").get("/notices").text


def test_answer_is_told_in_the_language_of_whoever_invited(
    plan: Plan, make: Make, letters: Callable[[], list[EmailMessage]]
) -> None:
    seller = make.user("seller")
    change_user(seller, {"locale": "ru"})
    meeting = plan(starts_at=NINE, subject="Samples", owner_id=seller)
    invitations.invite(meeting, EMAIL, name="Anna", whole=False)
    invitations.take_answer(path_in(letters()[0]).rpartition("/")[2], "declined")

    told = reading().scalar(sa.select(Notice.text).where(Notice.user_id == seller))
    assert told is not None
    assert told.startswith("Anna — не придёт: Samples, ")


def test_who_guesses_a_link_finds_nothing(app: Flask) -> None:
    assert app.test_client().get("/calendar/invitation/guessed").status_code == 404


def test_guests_hear_of_another_time_and_of_the_end(
    plan: Plan, letters: Callable[[], list[EmailMessage]]
) -> None:
    meeting = plan(starts_at=NINE, subject="Samples")
    invitations.invite(meeting, EMAIL, whole=False)
    service.change_activity(meeting, {"priority": "high"})
    service.change_activity(meeting, {"starts_at": NINE.replace(hour=10)})
    service.delete_activity(meeting)

    first, second, third = (told_to_calendars(one) for one in letters())
    told = [
        (str(one["METHOD"]), one.walk("VEVENT")[0]["SEQUENCE"], one.walk("VEVENT")[0]["UID"])
        for one in (first, second, third)
    ]
    uid = told[0][2]
    assert told == [("REQUEST", 0, uid), ("REQUEST", 1, uid), ("CANCEL", 2, uid)]


def test_answer_is_asked_anew_for_another_time_alone(
    plan: Plan, letters: Callable[[], list[EmailMessage]]
) -> None:
    plan(starts_at=NINE, subject="Samples", recurrence="FREQ=WEEKLY;COUNT=3")
    rows = reading().execute(queries.activities().order_by(queries.Activity.day)).all()
    invitations.invite(rows[0].id, EMAIL, whole=True)
    invitations.invite(rows[1].id, "boris@client.example", whole=False)
    for letter in letters():
        invitations.take_answer(path_in(letter).rpartition("/")[2], "accepted")

    def heard() -> list[tuple[str, str]]:
        return [(one["To"], _partstat(one)) for one in letters()[len(before) :]]

    before = letters()
    service.change_activity(rows[1].id, {"subject": "Samples and prices"})
    assert heard() == [(EMAIL, "ACCEPTED"), ("boris@client.example", "ACCEPTED")]
    before = letters()
    service.change_activity(rows[1].id, {"starts_at": rows[1].starts_at + timedelta(hours=1)})
    assert heard() == [(EMAIL, "ACCEPTED"), ("boris@client.example", "NEEDS-ACTION")]
    before = letters()
    change_series(rows[0].id, {"starts_at": NINE + timedelta(hours=2)}, "all")
    assert heard() == [(EMAIL, "NEEDS-ACTION")]
    assert answers(rows[0].id) == [(EMAIL, "waiting")]


def _partstat(letter: EmailMessage) -> str:
    event = told_to_calendars(letter).walk("VEVENT")[0]
    return str(event["ATTENDEE"].params["PARTSTAT"])


def test_guest_who_is_called_off_gets_a_letter_and_is_forgotten(
    plan: Plan, letters: Callable[[], list[EmailMessage]], app: Flask
) -> None:
    meeting = plan(starts_at=NINE)
    guest = invitations.invite(meeting, EMAIL, whole=False)
    path = path_in(letters()[0])
    invitations.uninvite(meeting, guest)

    assert str(told_to_calendars(letters()[1])["METHOD"]) == "CANCEL"
    assert answers(meeting) == []
    assert app.test_client().get(path).status_code == 404


def test_whole_series_is_one_invitation_with_its_rule(
    plan: Plan, letters: Callable[[], list[EmailMessage]]
) -> None:
    meeting = plan(starts_at=NINE, recurrence="FREQ=WEEKLY;COUNT=4")
    invitations.invite(meeting, EMAIL, whole=True)
    change_series(meeting, {"subject": "Weekly talk"}, "all")
    end_series(meeting, "all")

    first, second, third = (told_to_calendars(one) for one in letters())
    (event,) = first.walk("VEVENT")
    assert event["RRULE"]["FREQ"] == ["WEEKLY"]
    assert str(second.walk("VEVENT")[0]["SUMMARY"]) == "Weekly talk"
    assert str(third["METHOD"]) == "CANCEL"
    assert third.walk("VEVENT")[0]["UID"] == event["UID"]


def test_who_is_invited_to_a_series_reads_when_it_is_next_and_how_often(
    plan: Plan,
    letters: Callable[[], list[EmailMessage]],
    app: Flask,
    clock: FrozenClock,
) -> None:
    meeting = plan(starts_at=NINE, subject="Talk", recurrence="FREQ=WEEKLY")
    clock.advance(days=15)
    invitations.invite(meeting, EMAIL, whole=True)

    (letter,) = letters()
    assert "18" in letter["Subject"]
    assert letter["Subject"].endswith("every week")
    page = app.test_client().get(path_in(letter)).text
    assert "18" in page.partition("<h1")[2]
    assert "every week" in page


def test_guest_of_one_and_guest_of_all_each_hear_of_theirs(
    plan: Plan, letters: Callable[[], list[EmailMessage]]
) -> None:
    meeting = plan(starts_at=NINE, recurrence="FREQ=WEEKLY;COUNT=4")
    invitations.invite(meeting, EMAIL, whole=False)
    invitations.invite(meeting, "boris@client.example", whole=True)
    service.delete_activity(meeting)

    calendars = [told_to_calendars(one) for one in letters()]
    told = [(str(one["METHOD"]), "RRULE" in one.walk("VEVENT")[0]) for one in calendars]
    assert told == [("REQUEST", False), ("REQUEST", True), ("CANCEL", False), ("REQUEST", True)]


def test_guest_of_a_series_stays_with_it_when_the_one_they_were_invited_by_is_gone(
    plan: Plan, letters: Callable[[], list[EmailMessage]], app: Flask
) -> None:
    first = plan(starts_at=NINE, recurrence="FREQ=WEEKLY;COUNT=3")
    second, third = reading().scalars(
        sa.select(queries.Activity.id)
        .where(queries.Activity.id != first)
        .order_by(queries.Activity.day)
    )
    invitations.invite(first, EMAIL, whole=True)
    path = path_in(letters()[0])
    service.delete_activity(first)

    assert app.test_client().get(path).status_code == 200
    assert answers(third) == [(EMAIL, "waiting")]
    with pytest.raises(InvalidError, match="already"):
        invitations.invite(second, EMAIL, whole=True)
    end_series(second, "all")
    assert app.test_client().get(path).status_code == 404


def test_series_is_parted_where_somebody_is_invited_to_it_and_to_one_before(
    plan: Plan, letters: Callable[[], list[EmailMessage]]
) -> None:
    plan(starts_at=NINE, recurrence="FREQ=WEEKLY;COUNT=4")
    rows = reading().execute(queries.activities().order_by(queries.Activity.day)).all()
    invitations.invite(rows[1].id, EMAIL, whole=False)
    invitations.invite(rows[3].id, EMAIL, whole=True)
    change_series(rows[2].id, {"day": date(2026, 3, 19)}, "following")

    assert answers(rows[0].id) == [(EMAIL, "waiting")]
    assert answers(rows[2].id) == [(EMAIL, "waiting")]


def test_guests_of_a_series_that_ends_get_one_letter_each(
    plan: Plan, letters: Callable[[], list[EmailMessage]]
) -> None:
    plan(starts_at=NINE, recurrence="FREQ=WEEKLY;COUNT=4")
    rows = reading().execute(queries.activities().order_by(queries.Activity.day)).all()
    invitations.invite(rows[3].id, EMAIL, whole=True)
    invitations.invite(rows[2].id, "boris@client.example", whole=False)
    change_series(rows[1].id, {"recurrence": None}, "following")

    told = [(one["To"], str(told_to_calendars(one)["METHOD"])) for one in letters()[2:]]
    assert sorted(told) == [(EMAIL, "REQUEST"), ("boris@client.example", "CANCEL")]
    event = next(one for one in letters()[2:] if one["To"] == EMAIL)
    assert told_to_calendars(event).walk("VEVENT")[0]["RRULE"]["UNTIL"] == [
        NINE + timedelta(days=7)
    ]


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("FREQ=YEARLY", {}),
        ("FREQ=MONTHLY;COUNT=30", {"COUNT": [30]}),
        ("FREQ=MONTHLY;UNTIL=20280404", {"UNTIL": [datetime(2028, 4, 4, 6, tzinfo=UTC)]}),
    ],
)
def test_invitation_to_a_series_says_its_whole_rule_however_long_it_goes(
    plan: Plan,
    letters: Callable[[], list[EmailMessage]],
    rule: str,
    told: dict[str, list[object]],
) -> None:
    meeting = plan(starts_at=NINE, recurrence=rule)
    invitations.invite(meeting, EMAIL, whole=True)

    (event,) = told_to_calendars(letters()[0]).walk("VEVENT")
    ends = {name: event["RRULE"][name] for name in ("COUNT", "UNTIL") if name in event["RRULE"]}
    assert ends == told


def test_guests_of_a_whole_series_go_along_where_it_goes_on_otherwise(
    plan: Plan, letters: Callable[[], list[EmailMessage]]
) -> None:
    plan(starts_at=NINE, recurrence="FREQ=WEEKLY;COUNT=4")
    rows = reading().execute(queries.activities().order_by(queries.Activity.day)).all()
    invitations.invite(rows[0].id, EMAIL, whole=True)
    change_series(rows[2].id, {"day": date(2026, 3, 19)}, "following")

    sent = [told_to_calendars(one).walk("VEVENT")[0] for one in letters()]
    assert len(sent) == 3
    assert len({str(one["UID"]) for one in sent}) == 2
    assert {one["SEQUENCE"] for one in sent} == {0, 1}
    assert answers(rows[3].id) == [(EMAIL, "waiting")]


def test_nobody_is_invited_twice_or_to_what_is_done_or_by_whoever_may_not(
    plan: Plan, make: Make
) -> None:
    meeting = plan(starts_at=NINE, owner_id=make.user("head"))
    invitations.invite(meeting, EMAIL, whole=False)
    for wrong in (EMAIL, "no address"):
        with pytest.raises(InvalidError) as error:
            invitations.invite(meeting, wrong, whole=False)
        assert list(error.value.fields) == ["email"]
    with make.acting(make.user("seller")), pytest.raises((ForbiddenError, LookupError)):
        invitations.invite(meeting, "else@client.example", whole=False)
    service.finish_activity(meeting, {})
    with pytest.raises(InvalidError, match="done"):
        invitations.invite(meeting, "third@client.example", whole=False)
    assert reading().scalar(sa.select(sa.func.count(Guest.id))) == 1


def test_contact_whom_nobody_sees_is_no_guest(plan: Plan, make: Make) -> None:
    hidden = make.contact(make.client())
    with make.acting(make.user("seller")):
        meeting = plan(starts_at=NINE)
        for contact_id in (hidden, 999_999):
            with pytest.raises(InvalidError) as error:
                invitations.invite(meeting, EMAIL, contact_id=contact_id, whole=False)
            assert list(error.value.fields) == ["contact_id"]


def test_guest_of_one_hears_nothing_of_a_rule_that_leaves_theirs_as_it_is(
    plan: Plan, letters: Callable[[], list[EmailMessage]]
) -> None:
    meeting = plan(starts_at=NINE, subject="Samples")
    invitations.invite(meeting, EMAIL, whole=False)
    invitations.take_answer(path_in(letters()[0]).rpartition("/")[2], "accepted")
    service.change_activity(meeting, {"recurrence": "FREQ=WEEKLY;COUNT=3"})
    change_series(meeting, {"recurrence": None}, "following")

    assert len(letters()) == 1
    assert answers(meeting) == [(EMAIL, "accepted")]


@pytest.mark.parametrize("scope", ["following", "all"])
def test_guest_of_one_that_a_new_rule_leaves_out_hears_that_it_is_called_off(
    plan: Plan, letters: Callable[[], list[EmailMessage]], app: Flask, scope: str
) -> None:
    plan(starts_at=NINE, recurrence="FREQ=WEEKLY;COUNT=4")
    rows = reading().execute(queries.activities().order_by(queries.Activity.day)).all()
    invitations.invite(rows[3].id, EMAIL, whole=True)
    invitations.invite(rows[3].id, "boris@client.example", whole=False)
    path = path_in(letters()[0])
    change_series(rows[1].id, {"recurrence": "FREQ=WEEKLY;COUNT=2"}, scope)

    told = {one["To"]: str(told_to_calendars(one)["METHOD"]) for one in letters()[2:]}
    assert told == {EMAIL: "REQUEST", "boris@client.example": "CANCEL"}
    assert app.test_client().get(path).status_code == 200
