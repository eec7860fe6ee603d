"""Who is told what of an approval: at the bell, and by letter, each in their own language."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

import sqlalchemy as sa

from salesman_core.toolkit import (
    Letter,
    WritingSession,
    company,
    current_person,
    link_to,
    notify,
    person_of,
    reaches,
    send_letter,
    speaking,
)
from salesman_documents.approval import facts, threads
from salesman_documents.approval.models import (
    APPROVED,
    REFUSED,
    REMARKS,
    Approval,
    ApprovalStep,
    Asked,
)
from salesman_documents.approval.words import due_words
from salesman_documents.models import KIND, Document
from salesman_documents.texts import texts
from salesman_hookspecs import Person

Words = Callable[[Person], tuple[str, Sequence[str]]]
"""Gives what a person is told: in a line, and in further paragraphs of a letter."""


def tell(
    session: WritingSession,
    document: Document,
    user_ids: Iterable[int | None],
    words: Words,
    *,
    by_letter: bool = True,
) -> None:
    """Tell some people something of a document, but not whoever does it, nor who cannot see it."""
    whom = {id_ for id_ in user_ids if id_ is not None} - {current_person().id}
    address = f"/documents/{document.id}/approval"
    for user_id in sorted(whom):
        person = person_of(user_id)
        if person is None or not reaches(KIND, document.id, person=person, session=session):
            continue
        with speaking(person.locale or company().language):
            line, more = words(person)
            notify(session, user_id, line, address)
            if person.email and by_letter:
                text = "\n\n".join([line, *(one for one in more if one), link_to(address)])
                send_letter(Letter(to=person.email, subject=line[:300], text=text))


def tell_asked(
    session: WritingSession,
    document: Document,
    approval: Approval,
    steps: Iterable[ApprovalStep],
    told: Collection[int],
) -> None:
    """Ask those whose turn it is; where nobody is left in a step, whoever began it learns that.

    :param told: who knows of it already, by the discussion in which it happens.
    """
    said = {"name": approval.author_name, "title": document.title, "number": approval.number}

    def asked(step: ApprovalStep) -> Words:
        def words(_person: Person) -> tuple[str, Sequence[str]]:
            line = texts.gettext("%(name)s asks you to approve “%(title)s”", **said)
            return line, [
                texts.gettext("It is about version %(number)s.", **said),
                due_words(step),
                approval.note,
            ]

        return words

    def nobody(step: ApprovalStep) -> Words:
        def words(_person: Person) -> tuple[str, Sequence[str]]:
            named = {"title": document.title, "step": step.name}
            return texts.gettext("Nobody can decide on “%(title)s” as “%(step)s”", **named), []

        return words

    for step in steps:
        people = [one.user_id for one in step.asked]
        if people:
            tell(session, document, {*people} - {*told}, asked(step))
        else:
            tell(session, document, [approval.author_id, document.owner_id], nobody(step))


def tell_decided(
    session: WritingSession, document: Document, approval: Approval, step: ApprovalStep
) -> None:
    """Tell whoever began an approval, and the document's owner, what was decided."""

    def words(_person: Person) -> tuple[str, Sequence[str]]:
        return decided_line(document, step, ended=approval.state == APPROVED), [step.comment]

    by_letter = not threads.is_there(approval)
    tell(session, document, {approval.author_id, document.owner_id}, words, by_letter=by_letter)


def decided_line(document: Document, step: ApprovalStep, *, ended: bool) -> str:
    """Give a decision in a line.

    :param ended: whether it was the last one, and all have agreed.
    """
    said = {"name": step.decided_by_name, "title": document.title}
    if step.state == REFUSED:
        return texts.gettext("%(name)s refused “%(title)s”", **said)
    if ended:
        return texts.gettext("“%(title)s” is approved: %(name)s agreed last", **said)
    if step.state == REMARKS:
        return texts.gettext("%(name)s approved “%(title)s” with remarks", **said)
    return texts.gettext("%(name)s approved “%(title)s”", **said)


def tell_void(session: WritingSession, document: Document, approval: Approval) -> None:
    """Tell everybody concerned that what was approved, or was to be, has changed, and how."""

    def words(person: Person) -> tuple[str, Sequence[str]]:
        line = texts.gettext("The approval of “%(title)s” is void", title=document.title)
        return line, facts.told(approval.changed, detailed=sees_deal(session, document, person))

    by_letter = not threads.is_there(approval)
    tell(session, document, concerned(session, document, approval), words, by_letter=by_letter)


def tell_withdrawn(session: WritingSession, document: Document, approval: Approval) -> None:
    """Tell those who were asked that nobody needs to decide any more."""

    def words(_person: Person) -> tuple[str, Sequence[str]]:
        return texts.gettext("“%(title)s” need not be approved any more", title=document.title), []

    tell(session, document, concerned(session, document, approval), words)


def sees_deal(session: WritingSession, document: Document, person: Person) -> bool:
    """Tell whether somebody may read the sums of a document's deal."""
    return document.deal_id is None or reaches(
        "deal", document.deal_id, person=person, session=session
    )


def concerned(session: WritingSession, document: Document, approval: Approval) -> set[int | None]:
    """Give whoever began an approval, the document's owner, and all who were asked."""
    asked = sa.select(Asked.user_id).join(ApprovalStep, ApprovalStep.id == Asked.step_id)
    people = session.scalars(asked.where(ApprovalStep.approval_id == approval.id))
    return {approval.author_id, document.owner_id, *people}
