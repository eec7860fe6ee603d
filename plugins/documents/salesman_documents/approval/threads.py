"""Approval inside a discussion, where the plugin ``discussions`` is active (ADR 91).

Who may decide is judged here, so the thread is opened and written in by the system, in the names of
those who did what it tells. Without that plugin nothing of this happens, and nothing is missing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Protocol

from salesman_core.toolkit import (
    SYSTEM,
    acting_as,
    company,
    current_person,
    person_of,
    service,
    speaking,
)
from salesman_documents.approval import facts
from salesman_documents.approval.models import (
    APPROVED,
    REFUSED,
    REMARKS,
    SKIPPED,
    Approval,
    ApprovalStep,
)
from salesman_documents.approval.words import due_words
from salesman_documents.models import KIND, Document
from salesman_documents.texts import texts

_ESCAPED: Final = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_[]<>#|~"})


class Discussions(Protocol):
    """What approval asks of discussions."""

    def open(self, values: Mapping[str, Any], *, key: str = "", by: int | None = None) -> int:
        """Open a thread, or give the one that was opened under the key."""

    def link(self, thread_id: int, message_id: int | None = None) -> str | None:
        """Give the path of a thread; None where whoever acts does not see it."""

    def note(self, thread_id: int, text: str, *, key: str = "", by: int | None = None) -> int:
        """Write down what happened."""

    def ask(
        self,
        thread_id: int,
        user_ids: Collection[int],
        text: str,
        *,
        key: str,
        page: str = "",
        by: int | None = None,
    ) -> int:
        """Ask people for a decision."""

    def answer(self, key: str, text: str, *, by: int | None = None) -> int | None:
        """Note what somebody who was asked has decided."""

    def withdraw(
        self,
        key: str,
        text: str = "",
        *,
        user_ids: Collection[int] | None = None,
        by: int | None = None,
    ) -> int:
        """Let the thread wait no longer for what was asked under a key."""


@contextmanager
def _written() -> Iterator[tuple[Discussions | None, int | None]]:
    """Give the service and in whose name it writes; in the language of the company."""
    discussions: Discussions | None = service("discussions")
    by = current_person().id
    with acting_as(SYSTEM), speaking(company().language):
        yield discussions, by


@dataclass(frozen=True, slots=True)
class _Thread:
    """The thread of an approval, and in whose name something is written in it.

    In one that lies in the bin nothing is noted or asked; what it waits for is ended all the same.
    """

    discussions: Discussions
    id: int
    by: int | None
    there: bool

    def note(self, text: str) -> None:
        """Write something down."""
        if self.there:
            self.discussions.note(self.id, text, by=self.by)


@contextmanager
def _thread_of(approval: Approval) -> Iterator[_Thread | None]:
    """Give the thread of an approval; None where there is none."""
    with _written() as (discussions, by):
        id_ = approval.thread_id
        if discussions is None or id_ is None:
            yield None
        else:
            yield _Thread(discussions, id_, by, there=discussions.link(id_) is not None)


def is_there(approval: Approval) -> bool:
    """Tell whether an approval has a thread now, which tells people by letters of its own."""
    with _thread_of(approval) as thread:
        return thread is not None and thread.there


def open_thread(document: Document, approval: Approval) -> None:
    """Open the thread in which an approval happens, or take the one of the round before."""
    with _written() as (discussions, by):
        if discussions is None:
            return
        records: list[tuple[str, int]] = [(KIND, document.id)]
        if document.deal_id is not None:
            records.append(("deal", document.deal_id))
        elif document.client_id is not None:
            records.append(("client", document.client_id))
        values = {
            "subject": document.title,
            "participant_ids": [] if by is None else [by],
            "records": records,
        }
        approval.thread_id = discussions.open(values, key=f"documents:{document.id}", by=by)


def ask(document: Document, approval: Approval, steps: Iterable[ApprovalStep]) -> set[int]:
    """Ask those whose turn it is in the thread; give whom that has told."""
    told: set[int] = set()
    with _thread_of(approval) as thread:
        if thread is None or not thread.there:
            return told
        for step in steps:
            people = [one.user_id for one in step.asked]
            if people:
                thread.discussions.ask(
                    thread.id,
                    people,
                    _asked(approval, step),
                    key=_key(step),
                    page=f"/documents/{document.id}/approval",
                    by=approval.author_id,
                )
                told |= {id_ for id_ in people if _sees(thread, id_)}
    return told


def _asked(approval: Approval, step: ApprovalStep) -> str:
    said = {"number": approval.number, "name": _plain(step.name)}
    please = texts.gettext("Please approve version %(number)s (%(name)s).", **said)
    asked = f"{please} {due_words(step)}".strip()
    return "\n\n".join([asked, _plain(approval.note)]).strip()


def _sees(thread: _Thread, user_id: int) -> bool:
    """Tell whether somebody sees the thread: whoever may not discuss is told otherwise."""
    person = person_of(user_id)
    if person is None:
        return False
    with acting_as(person):
        return thread.discussions.link(thread.id) is not None


def answer(approval: Approval, step: ApprovalStep) -> None:
    """Note a decision in the thread, and let it wait no longer for who is needed no more."""
    with _thread_of(approval) as thread:
        if thread is None:
            return
        text = "\n\n".join([_decided(step), _plain(step.comment)]).strip()
        if thread.discussions.answer(_key(step), text, by=thread.by) is None:
            thread.note(text)
        thread.discussions.withdraw(_key(step))
        _let_go(thread, approval)
        if approval.state == APPROVED:
            said = {"number": approval.number, "hash": approval.hash}
            text = texts.gettext(
                "Version %(number)s is approved by all (SHA-256 %(hash)s).", **said
            )
            thread.note(text)


def _decided(step: ApprovalStep) -> str:
    if step.state == REFUSED:
        return texts.gettext("Refused.")
    if step.state == REMARKS:
        return texts.gettext("Approved with remarks.")
    return texts.gettext("Approved.")


def end(approval: Approval) -> None:
    """Note in the thread that an approval is void, or withdrawn, and let it wait for nobody.

    What the thread tells of the deal, those read, too, who do not see the deal: it names no sums.
    """
    with _thread_of(approval) as thread:
        if thread is None:
            return
        _let_go(thread, approval)
        number = approval.number
        text = texts.gettext("Version %(number)s need not be approved any more.", number=number)
        if approval.changed:
            said = "; ".join(facts.told(approval.changed, detailed=False))
            text = texts.gettext(
                "The approval of version %(number)s is void: %(what)s.", number=number, what=said
            )
        thread.note(text)


def _let_go(thread: _Thread, approval: Approval) -> None:
    for step in approval.steps:
        if step.state == SKIPPED:
            thread.discussions.withdraw(_key(step))


def _key(step: ApprovalStep) -> str:
    return f"documents:step:{step.id}"


def _plain(text: str) -> str:
    """Give what somebody typed so that Markdown shows it as it was typed."""
    return text.translate(_ESCAPED)


def address_of(thread_id: int | None) -> str | None:
    """Give the path of the thread of an approval; None where whoever acts does not see it."""
    discussions: Discussions | None = service("discussions")
    return discussions.link(thread_id) if discussions is not None and thread_id else None
