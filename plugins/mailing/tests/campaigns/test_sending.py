"""Letters go out once, as fast as may be, to those who may be written to."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

import pytest
import sqlalchemy as sa
from salesman_mailing.bounces.taking import strike_off
from salesman_mailing.campaigns import jobs, queries, sending, service
from salesman_mailing.campaigns.marks import mark_of, recipients_in
from salesman_mailing.campaigns.models import Recipient
from salesman_mailing.consent.consent import About, Proof, record
from salesman_mailing.consent.models import PAGE, REFUSED

from salesman_core.services.mail import change_mail
from salesman_core.services.smtp import MailServer
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.mail import MailSink
from salesman_core.testing.people import Make
from salesman_core.toolkit import (
    ConflictError,
    InvalidError,
    WritingSession,
    bans,
    reading,
    writing,
)

from .conftest import LETTER, Campaign, Fates, problem_of, recipient, state_of, to

Start = Callable[[int], int]
Drain = Callable[[], None]


def test_each_gets_one_letter(
    campaign: Campaign, start: Start, drain: Drain, fates: Fates, mail_server: MailSink
) -> None:
    one = campaign(13)
    assert start(one) == 13
    drain()
    assert (set(to(mail_server).values()), len(to(mail_server))) == ({1}, 13)
    assert (fates(one), state_of(one)) == ({"sent": 13}, "done")


def test_letter_has_what_mail_programs_look_for(
    campaign: Campaign, start: Start, drain: Drain, mail_server: MailSink
) -> None:
    one = campaign(["anna@client.example"], reply_to="boris@firm.example", sender_name="Firm")
    start(one)
    drain()
    ((sent),) = mail_server.deliveries
    letter = sent.letter
    assert (sent.sender, letter["From"]) == ("news@firm.example", "Firm <news@firm.example>")
    assert letter["Reply-To"] == "boris@firm.example"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = letter["List-Unsubscribe"].strip("<>")
    plain, html = (letter.get_body((one,)).get_content() for one in ("plain", "html"))
    assert link in plain
    assert link in html
    mark = letter["Message-ID"].strip("<>")
    assert list(recipients_in([mark])) == [recipient("anna@client.example").id]


def test_marks_of_letters_cannot_be_made_up(app: object) -> None:
    del app
    mark = mark_of(17, "firm.example")
    other = mark.replace("letter.17.", "letter.18.")
    forged = [other, mark[:-14] + "0" + mark[-13:], "letter.17.x@firm.example", "", mark + "\n"]
    assert list(recipients_in(forged)) == []
    assert list(recipients_in([mark, mark_of(18, "x.example")])) == [17, 18]


def test_who_may_not_be_written_to_is_none_of_them(
    campaign: Campaign, start: Start, drain: Drain, mail_server: MailSink
) -> None:
    one = campaign(["anna@client.example", "boris@client.example"])
    with writing() as session:
        bans.ban(session, bans.MAILING, addresses=["boris@client.example"])
    start(one)
    drain()
    assert set(to(mail_server)) == {"anna@client.example"}


def test_who_leaves_after_the_start_gets_none(
    campaign: Campaign, start: Start, drain: Drain, fates: Fates, mail_server: MailSink
) -> None:
    one = campaign(["anna@client.example", "boris@client.example"])
    start(one)
    with writing() as session:
        record(session, ["boris@client.example"], About(), REFUSED, Proof(PAGE))
    drain()
    assert set(to(mail_server)) == {"anna@client.example"}
    assert fates(one) == {"sent": 1, "skipped": 1}


@pytest.mark.parametrize("unwanted", ["ban", "group", "purpose", "bad"])
def test_who_leaves_while_letters_go_out_gets_none(
    campaign: Campaign,
    start: Start,
    drain: Drain,
    fates: Fates,
    mail_server: MailSink,
    monkeypatch: pytest.MonkeyPatch,
    unwanted: str,
) -> None:
    one = campaign(12)
    start(one)
    about = queries.for_sending(reading(), one)
    assert about is not None
    last = sa.select(Recipient.address).order_by(Recipient.id.desc()).limit(1)
    leaver = reading().scalars(last).one()
    write = sending._write

    def leaving(session: WritingSession, outcomes: Sequence[sending.Outcome]) -> None:
        write(session, outcomes)
        if len(mail_server.deliveries) != sending.HANDFUL:
            return
        if unwanted == "ban":
            bans.ban(session, bans.MAILING, addresses=[leaver])
        elif unwanted == "bad":
            strike_off(session, leaver, "no such mailbox")
        else:
            left = {f"{unwanted}_id": getattr(about, f"{unwanted}_id")}
            record(session, [leaver], About(**left), REFUSED, Proof(PAGE))

    monkeypatch.setattr(sending, "_write", leaving)
    drain()
    assert leaver not in to(mail_server)
    assert (fates(one), state_of(one)) == ({"sent": 11, "skipped": 1}, "done")


def test_refused_address_is_no_obstacle_to_the_others(
    campaign: Campaign, start: Start, drain: Drain, fates: Fates, mail_server: MailSink
) -> None:
    mail_server.refuse("anna@client.example")
    one = campaign(["anna@client.example", "boris@client.example"])
    start(one)
    drain()
    assert fates(one) == {"sent": 1, "refused": 1}
    assert "no such mailbox" in recipient("anna@client.example").error


def test_busy_server_is_asked_again_later_and_not_for_ever(
    campaign: Campaign,
    start: Start,
    drain: Drain,
    fates: Fates,
    mail_server: MailSink,
    clock: FrozenClock,
) -> None:
    mail_server.refuse("anna@client.example", "451 4.7.1 try again later")
    one = campaign(["anna@client.example"])
    start(one)
    drain()
    assert (fates(one), state_of(one)) == ({"waiting": 1}, "sending")
    for _ in range(4):
        clock.advance(hours=5)
        jobs.wake()
        drain()
    assert (fates(one), state_of(one)) == ({"failed": 1}, "done")


def test_server_that_is_away_costs_nobody_their_letter(
    campaign: Campaign, start: Start, drain: Drain, fates: Fates, mail_server: MailSink
) -> None:
    one = campaign(7)
    start(one)
    change_mail(MailServer.at("smtp://127.0.0.1:1"), "news@firm.example")
    drain()
    assert (fates(one), state_of(one)) == ({"waiting": 7}, "sending")
    change_mail(MailServer.at(mail_server.url), "news@firm.example")
    jobs.wake()
    drain()
    assert (fates(one), len(mail_server.deliveries)) == ({"sent": 7}, 7)


@pytest.fixture
def closed_door() -> Iterator[MailServer]:
    """A mail server that lets nobody in, as one does for a wrong password."""

    class Closed(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"554 5.7.1 go away\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Closed) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield MailServer.at(f"smtp://127.0.0.1:{server.server_address[1]}")
        server.shutdown()


def test_server_that_lets_nobody_in_costs_nobody_an_attempt(
    campaign: Campaign, start: Start, drain: Drain, fates: Fates, closed_door: MailServer
) -> None:
    one = campaign(7)
    start(one)
    change_mail(closed_door, "news@firm.example")
    drain()
    assert (fates(one), recipient("client0@host0.example").attempts) == ({"waiting": 7}, 0)
    assert "554 5.7.1 go away" in problem_of(one)


def test_sender_whom_the_server_refuses_costs_nobody_their_letter(
    campaign: Campaign, start: Start, drain: Drain, fates: Fates, mail_server: MailSink
) -> None:
    mail_server.refuse("news@firm.example", "553 5.7.1 not your address")
    one = campaign(7)
    start(one)
    drain()
    assert fates(one) == {"waiting": 7}
    assert "553 5.7.1" in problem_of(one)
    change_mail(MailServer.at(mail_server.url), "letters@firm.example")
    jobs.wake()
    drain()
    assert fates(one) == {"sent": 7}


def test_what_kept_letters_back_is_told_no_more_once_they_go_out(
    campaign: Campaign, start: Start, drain: Drain, mail_server: MailSink, clock: FrozenClock
) -> None:
    one = campaign(7, per_hour=60)
    start(one)
    change_mail(MailServer.at("smtp://127.0.0.1:1"), "news@firm.example")
    drain()
    assert problem_of(one) != ""
    change_mail(MailServer.at(mail_server.url), "news@firm.example")
    clock.advance(minutes=1)
    jobs.wake()
    drain()
    assert (len(mail_server.deliveries), problem_of(one)) == (1, "")


def test_speed_limit_is_held(
    campaign: Campaign, start: Start, drain: Drain, mail_server: MailSink, clock: FrozenClock
) -> None:
    one = campaign(9, per_hour=120)
    start(one)
    got = []
    for _ in range(6):
        jobs.wake()
        drain()
        got.append(len(mail_server.deliveries))
        clock.advance(minutes=1)
    assert got == [2, 4, 6, 8, 9, 9]


def test_no_hour_has_more_letters_than_the_limit(
    campaign: Campaign, start: Start, drain: Drain, mail_server: MailSink, clock: FrozenClock
) -> None:
    one = campaign(7, per_hour=3)
    start(one)
    for _ in range(30):
        jobs.wake()
        drain()
        clock.advance(minutes=1)
    assert len(mail_server.deliveries) == 3
    clock.advance(minutes=31)
    for _ in range(30):
        jobs.wake()
        drain()
        clock.advance(minutes=1)
    assert len(mail_server.deliveries) == 6


def test_one_domain_does_not_get_more_than_its_share(
    campaign: Campaign, start: Start, drain: Drain, mail_server: MailSink, clock: FrozenClock
) -> None:
    addresses = [f"a{n}@big.example" for n in range(5)] + ["b@small.example"]
    one = campaign(addresses, per_domain=60)
    start(one)
    drain()
    assert set(to(mail_server)) == {"a0@big.example", "b@small.example"}
    clock.advance(minutes=1)
    jobs.wake()
    drain()
    assert len(mail_server.deliveries) == 3


def test_campaigns_share_the_limit_of_the_server(
    campaign: Campaign, start: Start, drain: Drain, mail_server: MailSink, clock: FrozenClock
) -> None:
    del clock
    first = campaign([f"a{n}@one.example" for n in range(4)], per_hour=120)
    second = campaign([f"b{n}@two.example" for n in range(4)], per_hour=120)
    start(first)
    start(second)
    drain()
    assert len(mail_server.deliveries) == 2


def test_paused_campaign_waits_until_it_is_resumed(
    campaign: Campaign, start: Start, drain: Drain, mail_server: MailSink, make: Make
) -> None:
    one = campaign()
    start(one)
    with make.acting(make.user_of("marketer")):
        service.pause_campaign(one)
        drain()
        jobs.wake()
        drain()
        assert mail_server.deliveries == []
        service.resume_campaign(one)
    drain()
    assert len(mail_server.deliveries) == 3


def test_stopped_campaign_never_goes_on(
    campaign: Campaign, start: Start, drain: Drain, mail_server: MailSink, make: Make
) -> None:
    one = campaign()
    start(one)
    with make.acting(make.user_of("marketer")):
        service.stop_campaign(one)
        with pytest.raises(ConflictError):
            service.resume_campaign(one)
    drain()
    assert (mail_server.deliveries, state_of(one)) == ([], "stopped")


def test_pause_is_heard_in_the_middle(
    campaign: Campaign,
    start: Start,
    drain: Drain,
    mail_server: MailSink,
    make: Make,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = campaign(30)
    start(one)
    write = sending._write

    def pausing(*arguments: object) -> None:
        write(*arguments)  # type: ignore[arg-type]
        if len(mail_server.deliveries) == 10:
            with make.acting(make.user_of("marketer")):
                service.pause_campaign(one)

    monkeypatch.setattr(sending, "_write", pausing)
    drain()
    assert len(mail_server.deliveries) == 10


def test_scheduled_campaign_begins_when_its_time_has_come(
    campaign: Campaign, drain: Drain, mail_server: MailSink, make: Make, clock: FrozenClock
) -> None:
    one = campaign()
    with make.acting(make.user_of("marketer")):
        service.schedule_campaign(one, clock.now() + timedelta(hours=2))
    assert jobs.wake() == 0
    clock.advance(hours=2)
    assert jobs.wake() == 1
    drain()
    assert (len(mail_server.deliveries), state_of(one)) == (3, "done")


def test_letter_that_is_not_whole_does_not_go_out(
    campaign: Campaign, start: Start, drain: Drain, mail_server: MailSink
) -> None:
    one = campaign(text="No way out")
    with pytest.raises(InvalidError) as error:
        start(one)
    assert set(error.value.fields) == {"text"}
    drain()
    assert (mail_server.deliveries, state_of(one)) == ([], "draft")


def test_campaign_to_nobody_does_not_begin(campaign: Campaign, start: Start) -> None:
    with pytest.raises(InvalidError, match="Nobody"):
        start(campaign(0))


def test_letter_on_its_way_stays_as_it_is(campaign: Campaign, start: Start, make: Make) -> None:
    one = campaign()
    start(one)
    with make.acting(make.user_of("marketer")):
        with pytest.raises(ConflictError):
            service.change_campaign(one, {"text": LETTER["text"] + "!"})
        assert service.change_campaign(one, {"per_hour": 100})


def test_outcome_that_a_death_hides_is_interrupted_and_sent_again_by_a_person_alone(
    campaign: Campaign, start: Start, drain: Drain, fates: Fates, mail_server: MailSink, make: Make
) -> None:
    one = campaign()
    start(one)
    with writing() as session:  # as whoever dies with it leaves it
        session.execute(
            sa.update(Recipient)
            .where(Recipient.address == "client0@host0.example")
            .values(fate="in_hand")
        )
    drain()
    jobs.wake()
    drain()
    assert (fates(one), state_of(one)) == ({"sent": 2, "interrupted": 1}, "done")
    with make.acting(make.user_of("marketer")):
        assert service.send_interrupted_again(one) == 1
    drain()
    assert (fates(one), state_of(one)) == ({"sent": 3}, "done")
    assert len(mail_server.deliveries) == 3


def test_trial_goes_to_oneself_alone(campaign: Campaign, make: Make, mail_server: MailSink) -> None:
    one = campaign()
    with make.acting(make.user_of("marketer")) as person:
        address = service.send_test(one)
    (sent,) = mail_server.deliveries
    assert sent.recipients == (address,)
    assert sent.letter["Subject"] == f"Prices for {person.name}"
