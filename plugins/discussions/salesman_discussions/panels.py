"""What discussions show on other pages, and the parts of which a thread's page is made."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from markupsafe import Markup
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    AnyRow,
    FormState,
    RecordCard,
    colleagues,
    current_person,
    files_panel,
    people_names,
    reading,
    render,
)
from salesman_discussions import queries, ties
from salesman_discussions.markdown import excerpt
from salesman_discussions.models import AT_ONCE, DAILY, KIND, NO_MAIL, SIGNS, ThreadTie
from salesman_discussions.permissions import CREATE, WRITE
from salesman_discussions.texts import texts

_ = texts.lazy

SHOWN: Final = 10
ON_DESK: Final = 8
LARGEST_TOGETHER: Final = 20 * 1024 * 1024

MAIL_TITLES: Final = {
    AT_ONCE: _("at once"),
    DAILY: _("once a day"),
    NO_MAIL: _("never"),
}
LEVEL_TITLES: Final = {
    "all": _("of every message"),
    "mentions": _("only when I am named"),
    "none": _("of nothing"),
}
LETTER_LABELS: Final = {
    "mail": _("Letters about what I have not read"),
    "digest_hour": _("Hour of the daily letter"),
    "quiet_from": _("No letters from"),
    "quiet_until": _("until"),
}
SIGN_TITLES: Final = {
    "agree": _("I agree"),
    "disagree": _("I disagree"),
    "done": _("Done"),
    "thanks": _("Thank you"),
    "glad": _("Glad of it"),
    "looking": _("I am looking at it"),
}


class Card(Protocol):
    """The context of the slots of whatever card."""

    @property
    def kind(self) -> str: ...

    @property
    def record_id(self) -> int: ...


def of_record(card: Card) -> Markup | None:
    """Give the threads about a record that the person sees."""
    if not ties.may_be_about(card.kind):
        return None
    return record_panel(card.kind, card.record_id)


def record_panel(kind: str, record_id: int) -> Markup:
    """Give the panel of a record that the person sees."""
    session = reading()
    found = queries.threads_about(session, kind, record_id, SHOWN + 1)
    named = {name: value for name, value in ties.columns_of((kind, record_id)).items() if value}
    return render(
        "discussions/of_record.html",
        kind=kind,
        record_id=record_id,
        named=named,
        threads=found[:SHOWN],
        more=len(found) > SHOWN,
        listed=_listed(kind, record_id),
        standing=queries.standing_to(session, [row.id for row in found]),
        may_open=current_person().may(CREATE),
    )


def _listed(kind: str, record_id: int) -> dict[str, Any]:
    """Give how the list of discussions asks for those about a record."""
    if kind in ThreadTie.BY_KEY:
        return {ThreadTie.BY_KEY[kind]: record_id}
    return {"about": f"{kind}:{record_id}"}


@dataclass(frozen=True, slots=True)
class ShownQuestion:
    """A decision that a thread waits for.

    :param names: whose it is.
    :param own: whether the person is one of them; ``page`` is where they decide.
    """

    message_id: int
    text: str
    names: Sequence[str]
    own: bool
    page: str

    @property
    def own_alone(self) -> bool:
        """Whether nobody else is asked, so that it stands above all else already."""
        return self.own and len(self.names) == 1


def _questions(session: Session, thread_id: int) -> list[ShownQuestion]:
    names, own = people_names(), current_person().id
    asked = queries.questions_of(session, [thread_id]).get(thread_id, [])
    shown = []
    for message_id, rows in itertools.groupby(asked, lambda row: row.message_id):
        of_message = list(rows)
        mine = [row for row in of_message if row.user_id == own]
        shown.append(
            ShownQuestion(
                message_id,
                excerpt(of_message[0].text),
                [names.get(row.user_id, "") for row in of_message],
                bool(mine),
                mine[0].page if mine else "",
            )
        )
    return shown


def slot_context(key: str) -> RecordCard:
    """Give the context for a panel that the browser asks for after the page."""
    return RecordCard(KIND, queries.one_thread(reading(), int(key)).id)


def side(thread: AnyRow) -> Markup:
    """Give what stands beside a thread that the person sees."""
    session, own = reading(), current_person().id
    people = queries.participants_of(session, [thread.id]).get(thread.id, [])
    known = {thread.owner_id, *(one.user_id for one in people)}
    return render(
        "discussions/side.html",
        thread=thread,
        questions=_questions(session, thread.id),
        context=RecordCard(KIND, thread.id),
        records=ties.ties_of(session, [thread.id]).get(thread.id, []),
        participants=people,
        own=own,
        colleagues=[one for one in colleagues() if one[0] not in known] if thread.may_edit else [],
        standing=queries.standing_to(session, [thread.id]).get(thread.id, queries.Standing()),
        levels=LEVEL_TITLES,
        mails=MAIL_TITLES,
        files=files_panel(KIND, thread.id),
    )


def composer(thread: AnyRow, form: FormState, *, anew: bool = False) -> Markup:
    """Give the form for a message; nothing is said in a closed thread.

    :param anew: whether it comes in the place of one that was sent, to go on writing.
    """
    may_write = current_person().may(WRITE)
    return render(
        "discussions/composer.html", thread=thread, form=form, anew=anew, may_write=may_write
    )


def of_messages(thread: AnyRow) -> dict[str, Any]:
    """Give what the templates of messages need beside them."""
    person = current_person()
    return {
        "signs": SIGNS,
        "sign_titles": SIGN_TITLES,
        "may_write": person.may(WRITE) and thread.closed_at is None,
        "may_react": person.may(WRITE),
        "may_take_back": person.everything,
    }


def on_desk() -> Markup:
    """Give the threads in which something is new to the person."""
    session = reading()
    found = queries.new_to_one(session, ON_DESK)
    ids = [row.id for row in found]
    return render(
        "discussions/on_desk.html",
        threads=found,
        standing=queries.standing_to(session, ids),
        about=ties.ties_of(session, ids),
    )
