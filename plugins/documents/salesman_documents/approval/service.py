"""Every change of an approval: it begins, is decided on step by step, and ends."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    AnyRow,
    Changes,
    ConflictError,
    ForbiddenError,
    WritingSession,
    acting_as,
    company,
    current_person,
    demand_permission,
    for_change,
    include_in_client,
    include_in_deal,
    now,
    person_of,
    roles_of,
    speaking,
    today,
    users_of_role,
    worktime,
    writing,
)
from salesman_documents.approval import facts, gate, queries, telling, threads
from salesman_documents.approval.keeping import keep
from salesman_documents.approval.models import (
    APPROVED,
    ASKED,
    REFUSED,
    REMARKS,
    RUNNING,
    VERDICTS,
    WAITING,
    WITHDRAWN,
    Approval,
    ApprovalStep,
    Asked,
)
from salesman_documents.approval.routes import Step, judged_steps, steps_of
from salesman_documents.approval.use import note_approval
from salesman_documents.models import KIND, Document
from salesman_documents.permissions import EDIT, REROUTE, VIEW
from salesman_documents.references import wrong
from salesman_documents.texts import texts
from salesman_hookspecs import Person

_ = texts.lazy

LONGEST_COMMENT: Final = 5_000
LONGEST_NOTE: Final = 1_000
_LONGEST_HOLIDAYS: Final = 60


def begin(document_id: int, values: Mapping[str, Any], version: int | None = None) -> int:
    """Begin the approval of a document's newest version; give its id.

    :param values: ``note`` for those who are asked; ``steps`` where another route is wanted than
        that of the type, which not everybody may say.
    :raises ConflictError: where there is nothing to approve, or it is approved, or under way.
    :raises InvalidError: for the field ``steps``.
    """
    with writing() as session:
        document: Document = for_change(session, KIND, document_id, EDIT, version)
        gate.review(session, document)
        _demand_none(session, document)
        last = queries.last_version(session, document_id)
        if last is None:
            raise ConflictError(_("There is no file yet that could be approved."))
        person = current_person()
        note_approval(session)
        approval = Approval(
            document_id=document_id,
            version_id=last.id,
            number=last.number,
            hash=last.hash,
            state=RUNNING,
            note=_words(values.get("note"), "note", LONGEST_NOTE),
            facts=facts.facts_of(session, document),
            author_id=person.id,
            author_name=person.name,
            created_at=now(),
            steps=[_new_step(one) for one in _route(session, document, values)],
        )
        session.add(approval)
        session.flush()
        told: Changes = {"file": (None, str(last.number)), "hash": (None, last.hash)}
        keep(session, document, "approval_begun", told)
        threads.open_thread(document, approval)
        _go_on(session, document, approval)
        return approval.id


def _demand_none(session: Session, document: Document) -> None:
    last = queries.last_approval(session, document.id)
    if last is not None and last.state == RUNNING:
        raise ConflictError(_("The document is being approved already."))
    if last is not None and last.state == APPROVED:
        raise ConflictError(_("This version is approved already."))


def _route(session: Session, document: Document, values: Mapping[str, Any]) -> Sequence[Step]:
    usual = steps_of(session, document.type_id)
    steps: Sequence[Step] = usual
    if values.get("steps") is not None:
        wanted = judged_steps(session, values["steps"], known=usual)
        if wanted != usual:
            demand_permission(REROUTE)
        steps = wanted
    if not steps:
        raise wrong("steps", _("Say who must agree: documents of this type have no route yet."))
    for step in steps:
        if not deciders(step.role_id, step.user_id):
            message = _(
                "Nobody can decide as “%(name)s”: they may not see documents.", name=step.name
            )
            raise wrong("steps", message)
    return steps


def _new_step(one: Step) -> ApprovalStep:
    step = ApprovalStep(stage=one.stage, name=one.name, days=one.days, state=WAITING)
    step.role_id, step.user_id = one.role_id, one.user_id
    return step


def deciders(role_id: int | None, user_id: int | None) -> list[int]:
    """Give who can decide in a step now: active people who may see documents at all."""
    ids = [user_id] if user_id is not None else users_of_role(role_id) if role_id else []
    people = {id_: person_of(id_) for id_ in ids}
    return [id_ for id_, one in people.items() if one is not None and one.may(VIEW)]


def _go_on(session: WritingSession, document: Document, approval: Approval) -> None:
    """Ask the next ones, or note that all have agreed."""
    waiting = [step for step in approval.steps if step.state == WAITING]
    if not waiting:
        approval.state, approval.ended_at = APPROVED, now()
        session.flush()
        keep(session, document, "approval_ended", {"approval": (RUNNING, APPROVED)})
        return
    stage = min(step.stage for step in waiting)
    turn = [step for step in waiting if step.stage == stage]
    for step in turn:
        step.state, step.asked_at = ASKED, now()
        step.due_on = _due(step.days)
        step.asked = [Asked(user_id=id_) for id_ in deciders(step.role_id, step.user_id)]
    session.flush()
    _let_take_part(document, {one.user_id for step in turn for one in step.asked})
    told = threads.ask(document, approval, turn)
    telling.tell_asked(session, document, approval, turn, told)


def ask_newcomers(document_id: int) -> int:
    """Ask whoever came to a role after its step was asked; give how many were.

    They take part and are told as those who were asked before, who hear nothing of it.
    """
    with writing() as session:
        document = session.get(Document, document_id, with_for_update=True)
        if document is None or document.deleted_at is not None or gate.review(session, document):
            return 0
        last = queries.last_approval(session, document_id)
        if last is None or last.state != RUNNING:
            return 0
        approval = session.get_one(Approval, last.id)
        found = {step: new for step in approval.steps if (new := _newcomers(step))}
        for step, new in found.items():
            step.asked += [Asked(user_id=id_) for id_ in new]
        session.flush()
        people = {id_ for new in found.values() for id_ in new}
        with acting_as(_beginner(approval)):
            _let_take_part(document, people)
        told = threads.ask(document, approval, found)
        for step, new in found.items():
            others = {one.user_id for one in step.asked} - {*new}
            telling.tell_asked(session, document, approval, [step], told | others)
        return len(people)


def _beginner(approval: Approval) -> Person:
    """Give in whose name the route lets people in: whoever began, else whoever acts."""
    author = None if approval.author_id is None else person_of(approval.author_id)
    return author or current_person()


def _newcomers(step: ApprovalStep) -> list[int]:
    """Give who can decide in a step that is asked of a role, and was not asked."""
    if step.state != ASKED or step.role_id is None:
        return []
    asked = {one.user_id for one in step.asked}
    return [id_ for id_ in deciders(step.role_id, None) if id_ not in asked]


def _let_take_part(document: Document, user_ids: set[int]) -> None:
    """Let those who must decide take part in the deal, or where there is none in the client.

    The route lets them in, whoever begins the approval; who that was is kept (ADR 90).
    """
    with speaking(company().language):
        part = texts.gettext("approves documents")
    with acting_as(replace(current_person(), everything=True)):
        if document.deal_id is not None:
            include_in_deal(document.deal_id, user_ids, part)
        elif document.client_id is not None:
            include_in_client(document.client_id, user_ids, part)


def _due(days: int | None) -> date | None:
    """Give the day on which so many days of work are over."""
    if days is None:
        return None
    day, is_work_day = today(company().tz), worktime().is_work_day
    for _number in range(days):
        rest = (day + timedelta(n) for n in range(1, _LONGEST_HOLIDAYS))
        day = next((one for one in rest if is_work_day(one)), day + timedelta(1))
    return day


def decide(document_id: int, step_id: int, values: Mapping[str, Any]) -> str:
    """Decide in a step of an approval that is under way; give how far that is then.

    :param values: ``verdict``, one of :data:`VERDICTS`; ``comment``, without which nothing is
        refused and nothing remarked; ``hash`` of the version that was read.
    :raises ConflictError: where something changed since: then the approval is void from now on.
    :raises ForbiddenError: for whoever was not asked.
    :raises InvalidError: by field.
    """
    verdict = values["verdict"]
    if verdict not in VERDICTS:
        raise wrong("verdict", _("Choose one of them."))
    comment = _words(values.get("comment"), "comment", LONGEST_COMMENT)
    if not comment and verdict != APPROVED:
        raise wrong("comment", _("Say what is wrong, so that it can be mended."))
    with writing() as session:
        document: Document = for_change(session, KIND, document_id, VIEW)
        gone = gate.review(session, document)
        if not gone:
            approval, step = _asked_step(session, document_id, step_id)
            if values["hash"] != approval.hash:
                raise ConflictError(_("You have read another version than the one to approve."))
            _decide(session, document, step, verdict, comment)
            return approval.state
    raise ConflictError(_("What you were to approve has changed meanwhile: nothing was decided."))


def _asked_step(session: Session, document_id: int, step_id: int) -> tuple[Approval, ApprovalStep]:
    step = session.get(ApprovalStep, step_id)
    approval = None if step is None else session.get(Approval, step.approval_id)
    if step is None or approval is None or approval.document_id != document_id:
        raise ConflictError(_("Nothing is to be decided here any more."))
    if approval.state != RUNNING or step.state != ASKED:
        raise ConflictError(_("Nothing is to be decided here any more."))
    if not may_decide(step, [one.user_id for one in step.asked]):
        raise ForbiddenError(_("Only who was asked decides."), VIEW, record=(KIND, document_id))
    return approval, step


def may_decide(step: ApprovalStep | AnyRow, asked: Collection[int]) -> bool:
    """Tell whether whoever acts was asked in a step, and still has the role for which they were.

    Where the role is gone nobody decides.
    """
    own = current_person().id
    if own is None or own not in asked:
        return False
    return own == step.user_id or step.role_id in roles_of(own)


def _decide(
    session: WritingSession, document: Document, step: ApprovalStep, verdict: str, comment: str
) -> None:
    person, approval = current_person(), session.get_one(Approval, step.approval_id)
    step.state, step.comment, step.hash = verdict, comment, approval.hash
    step.decided_by_id, step.decided_by_name, step.decided_at = person.id, person.name, now()
    told: Changes = {"verdict": (None, verdict), "hash": (None, approval.hash)}
    told |= {"comment": (None, comment)} if comment else {}
    keep(session, document, "approval_decided", told)
    if verdict == REFUSED:
        approval.state, approval.ended_at = REFUSED, now()
        gate.skip_rest(approval)
        session.flush()
        keep(session, document, "approval_ended", {"approval": (RUNNING, REFUSED)})
    elif not any(one.state == ASKED for one in approval.steps):
        session.flush()
        _go_on(session, document, approval)
    session.flush()
    threads.answer(approval, step)
    telling.tell_decided(session, document, approval, step)


def withdraw(document_id: int, version: int | None = None) -> None:
    """End an approval that is under way: nobody needs to decide any more.

    :raises ConflictError: where none is.
    """
    with writing() as session:
        document: Document = for_change(session, KIND, document_id, EDIT, version)
        last = queries.last_approval(session, document_id)
        if last is None or last.state != RUNNING:
            raise ConflictError(_("Nothing is being approved here."))
        approval = session.get_one(Approval, last.id)
        approval.state, approval.ended_at = WITHDRAWN, now()
        gate.skip_rest(approval)
        session.flush()
        keep(session, document, "approval_withdrawn", {"approval": (RUNNING, WITHDRAWN)})
        threads.end(approval)
        telling.tell_withdrawn(session, document, approval)


def with_remarks(steps: Sequence[Any]) -> bool:
    """Tell whether somebody approved with remarks."""
    return any(one.state == REMARKS for one in steps)


def _words(typed: object, field: str, most: int) -> str:
    words = str(typed or "").replace("\r\n", "\n").replace("\0", "").strip()
    if len(words) > most:
        raise wrong(field, _("At most %(most)s characters fit here.", most=most))
    return words
