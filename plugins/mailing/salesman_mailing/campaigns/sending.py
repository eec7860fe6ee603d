"""The built-in sender: a campaign's letters, each handed to the mail server once at most.

One worker sends at a time, whatever campaigns there are: the jobs have one key, and every piece of
a job is fenced, so who has lost its job can mark nothing any more. Before a letter is handed over,
the transaction commits that says ``in_hand``; after it, the next one says what became of it.
Whatever stands in hand when a job begins was therefore in the hands of somebody who died: it may
have gone out, so it is ``interrupted``, and only a person lets it be sent again.

A few letters are taken in hand with one transaction. How many is bounded by what a death may hide.
The statement that takes them also judges whether they may still be written to.
"""

from __future__ import annotations

import smtplib
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.toolkit import (
    AnyRow,
    MailConnection,
    RefusedLetterError,
    RefusedSenderError,
    UnsettledLetterError,
    WritingSession,
    announce,
    company,
    enqueue,
    job_piece,
    job_progress,
    mail_connection,
    mail_settings,
    mail_words,
    now,
    one_of,
    reading,
    writing,
)
from salesman_mailing.campaigns import queries
from salesman_mailing.campaigns.drawing import Drawn, Wording
from salesman_mailing.campaigns.letters import Sender, letter_to
from salesman_mailing.campaigns.models import (
    DONE,
    FAILED,
    IN_HAND,
    INTERRUPTED,
    KIND,
    REFUSED,
    SENDING,
    SENT,
    SKIPPED,
    WAITING,
    Campaign,
    Recipient,
)
from salesman_mailing.readers.service import trails
from salesman_mailing.texts import texts

_ = texts.lazy

SEND: Final = "mailing.send"
KEY: Final = "mailing.sender"
SLICE: Final = 20.0
"""Seconds after which a job ends and another goes on: campaigns take turns, workers may stop."""
LONGEST: Final = 180.0

HANDFUL: Final = 5
"""Letters that are taken in hand at once: so many at most are interrupted by one death."""
PLANNED: Final = 200
"""Letters that are looked up at once."""
MOST_ATTEMPTS: Final = 5
_FIRST_WAIT: Final = timedelta(minutes=15)
_ERROR: Final = 500
_PROBLEM: Final = 300


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a letter that was in hand."""

    recipient_id: int
    fate: str
    error: str = ""
    again_at: datetime | None = None


def send_campaign(campaign_id: int, turn: int = 0) -> int:
    """Send what may go out of a campaign within some seconds; give how many letters that were.

    :param turn: tells two jobs of a campaign apart, so that one may put the next in the queue.
    """
    with job_piece() as session:
        interrupt(session)
    campaign = queries.for_sending(reading(), campaign_id)
    if campaign is None:
        return 0
    with ExitStack() as stack:
        round_ = _Round(campaign, stack)
        stack.callback(round_.settle)  # also where the job was cancelled, or lost: it is true
        sent = round_.send()
    job_progress(sent)
    with job_piece() as session:
        if end_if_done(session, campaign_id):
            return sent
        if sent or round_.problem:
            note_problem(session, campaign_id, round_.problem)
        if round_.goes_on:
            go_on(session, campaign_id, 1 - turn)
    return sent


def go_on(session: WritingSession, campaign_id: int, turn: int = 0) -> None:
    """Let a campaign be sent, once the transaction has committed."""
    told = {"campaign_id": campaign_id, "turn": turn}
    enqueue(session, SEND, told, key=KEY, unique=f"{SEND}:{campaign_id}:{turn}")


def interrupt(session: WritingSession) -> None:
    """Say of all letters in hand that nobody knows what became of them.

    Only who holds the job may: nobody else has any in hand then.
    """
    session.execute(
        sa.update(Recipient)
        .where(Recipient.fate == IN_HAND)
        .values(fate=INTERRUPTED)
        .execution_options(synchronize_session=False)
    )


def end_if_done(session: WritingSession, campaign_id: int) -> bool:
    """Note that a campaign is done, where nobody is left to write to; give whether it is."""
    left = sa.exists().where(
        Recipient.campaign_id == campaign_id, Recipient.fate.in_([WAITING, IN_HAND])
    )
    done: Any = session.execute(
        sa.update(Campaign)
        .where(Campaign.id == campaign_id, Campaign.state == SENDING, ~left)
        .values(state=DONE, ended_at=now(), problem="")
        .execution_options(synchronize_session=False)
    )
    if done.rowcount:
        announce(session, f"{KIND}.ended", KIND, campaign_id, {})
    return bool(done.rowcount)


class _Round:
    """One job's part of a campaign."""

    def __init__(self, campaign: AnyRow, stack: ExitStack) -> None:
        self._campaign = campaign
        self._stack = stack
        self._settings = mail_settings()
        self._sender = Sender.of(campaign, self._settings.sender)
        wording = Wording(campaign.subject, campaign.preheader, campaign.text)
        self._drawn = Drawn(wording, company().language)
        with job_piece() as session:
            self._trails = trails(session, campaign, self._drawn)
        self._line: MailConnection | None = None
        self._until = time.monotonic() + SLICE
        self._outcomes: list[Outcome] = []
        self.goes_on = True
        self.problem = ""

    def send(self) -> int:
        """Send until the time is over or nothing may go out; give how many letters went out."""
        sent = 0
        while self._has_time() and (planned := self._plan()):
            for first in range(0, len(planned), HANDFUL):
                sent += self._send_handful(planned[first : first + HANDFUL])
                if not self._has_time():
                    break
        self.settle()
        return sent

    def _has_time(self) -> bool:
        return self.goes_on and time.monotonic() < self._until

    def _plan(self) -> Sequence[AnyRow]:
        """Give those who are written to next, as far as the limits allow."""
        self.settle()
        session, moment = reading(), now()
        session.rollback()  # it must see what was written since
        allowance = queries.allowance(session, self._campaign, moment)
        planned: Sequence[AnyRow] = ()
        if allowance.letters > 0:
            full = allowance.full_domains
            due = queries.waiting(session, self._campaign, moment, PLANNED, full)
            planned = list(_within(due, allowance))[: allowance.letters]
        self.goes_on = bool(planned)
        return planned

    def _send_handful(self, handful: Sequence[AnyRow]) -> int:
        """Take some letters in hand, hand them over, and keep what became of them for later."""
        taken = self._take([row.id for row in handful])
        if not taken:  # it was paused or stopped
            self.goes_on = False
        sent = 0
        for row in handful:
            if taken.get(row.id) == IN_HAND:
                outcome = self._hand_over(row)
                self._outcomes.append(outcome)
                sent += outcome.fate == SENT
        return sent

    def _take(self, recipient_ids: Sequence[int]) -> Mapping[int, str]:
        """Write down what became of the last letters, and that these are in hand, at once.

        Whoever is not to be written to any more is left out by the same statement: nobody's word
        is older than their letter.

        :returns: the fates that they have now; nothing where the campaign is not being sent.
        """
        reading().rollback()  # an open read keeps old rows alive while a server takes its time
        sends = sa.exists().where(
            Campaign.id == self._campaign.id,
            Campaign.state == SENDING,
            Campaign.deleted_at.is_(None),
        )
        may = queries.may_be_written(Recipient.address, self._campaign, few=True)
        mark = (
            sa.update(Recipient)
            .where(one_of(Recipient.id, recipient_ids), Recipient.fate == WAITING, sends)
            .values(
                fate=sa.case((may, IN_HAND), else_=SKIPPED),
                handed_at=sa.case((may, now()), else_=Recipient.handed_at),
            )
            .returning(Recipient.id, Recipient.fate)
            .execution_options(synchronize_session=False)
        )
        with job_piece() as session:
            _write(session, self._outcomes)
            taken = {row.id: row.fate for row in session.execute(mark)}
        self._outcomes = []
        return taken

    def settle(self) -> None:
        """Write down what became of the letters that were in hand, whoever has the job by now."""
        if self._outcomes:
            with writing() as session:
                _write(session, self._outcomes)
            self._outcomes = []

    def _hand_over(self, row: AnyRow) -> Outcome:
        line = self._connected()
        if line is None:  # this one has not left our hands
            return Outcome(row.id, WAITING)
        trail = self._trails.of(row.id) if self._trails else None
        message = letter_to(row, self._drawn, self._sender, now(), trail)
        try:
            line.hand_over(message, self._sender.address, row.address)
        except RefusedSenderError as error:  # none of the others would be taken either
            self._lose(error)
            return Outcome(row.id, WAITING)
        except RefusedLetterError as error:
            return Outcome(row.id, REFUSED, mail_words(error))
        except UnsettledLetterError as error:
            self._lose(error)
            return Outcome(row.id, INTERRUPTED, mail_words(error))
        except smtplib.SMTPResponseException as error:
            return _later(row, mail_words(error))
        except OSError as error:  # it may be this very letter that the server hangs up on
            self._lose(error)
            return _later(row, mail_words(error))
        return Outcome(row.id, SENT)

    def _connected(self) -> MailConnection | None:
        """Give the connection; None where there is none (any more), which costs nobody an attempt.

        That holds whatever the server says before it lets us in, be it that the password is wrong.
        """
        if self._line is None and self.goes_on:
            try:
                self._line = self._stack.enter_context(self._opened())
            except OSError as error:
                self._lose(error)
        return self._line

    def _opened(self) -> AbstractContextManager[MailConnection]:
        if self._settings.server is None:
            raise OSError(str(_("No mail server is set up.")))
        return mail_connection(self._settings.server)

    def _lose(self, error: OSError | RefusedLetterError) -> None:
        """Stop for now: the minute will begin anew."""
        self.goes_on = False
        self._line = None
        self.problem = mail_words(error)


def note_problem(session: WritingSession, campaign_id: int, problem: str) -> None:
    """Say why a campaign does not go on at the moment; nothing where it does."""
    session.execute(
        sa.update(Campaign)
        .where(Campaign.id == campaign_id, Campaign.problem != problem[:_PROBLEM])
        .values(problem=problem[:_PROBLEM])
        .execution_options(synchronize_session=False)
    )


def _within(rows: Sequence[AnyRow], allowance: queries.Allowance) -> Iterator[AnyRow]:
    """Give those for whose domain there is room."""
    taken: Counter[str] = Counter()
    for row in rows:
        left = allowance.left_of(row.domain)
        if left is None or taken[row.domain] < left:
            taken[row.domain] += 1
            yield row


def _later(row: AnyRow, words: str) -> Outcome:
    """Say what becomes of a letter for which the server was not ready."""
    if row.attempts + 1 >= MOST_ATTEMPTS:
        return Outcome(row.id, FAILED, words)
    return Outcome(row.id, WAITING, words, now() + _FIRST_WAIT * 2**row.attempts)


def _write(session: WritingSession, outcomes: Sequence[Outcome]) -> None:
    """Write down what became of letters; what a person has decided since then stays."""
    sent = [one.recipient_id for one in outcomes if one.fate == SENT]
    if sent:
        _update(session, sent, fate=SENT, sent_at=now(), error="")
    for one in outcomes:
        if one.fate == WAITING and one.again_at is None:
            _update(session, [one.recipient_id], fate=WAITING, handed_at=None)
        elif one.fate != SENT:
            told = {"fate": one.fate, "error": one.error[:_ERROR], "not_before": one.again_at}
            _update(session, [one.recipient_id], attempts=Recipient.attempts + 1, **told)


def _update(session: WritingSession, recipient_ids: Sequence[int], **values: Any) -> None:
    held = Recipient.fate.in_([IN_HAND, INTERRUPTED])
    session.execute(
        sa.update(Recipient)
        .where(one_of(Recipient.id, recipient_ids), held)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
