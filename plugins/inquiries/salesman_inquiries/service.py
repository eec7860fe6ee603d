"""Every change of inquiries: the rules, the transaction, the events."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    Changes,
    ConflictError,
    When,
    announce,
    audit,
    carry_out,
    checked_owner,
    contact_data,
    current_person,
    demand_permission,
    differences,
    for_change,
    from_bin,
    now,
    plugin_settings,
    review_relationship,
    set_reach,
    touch,
    worktime,
    writing,
)
from salesman_inquiries import planning
from salesman_inquiries.models import CANCELLED, INCOMING, KIND, NEW, PROCESSED, Inquiry
from salesman_inquiries.permissions import ASSIGN, CREATE, DELETE, EDIT
from salesman_inquiries.products import planned_products
from salesman_inquiries.references import (
    CONCERNS,
    Concerned,
    checked_channel,
    checked_result,
    wrong,
)
from salesman_inquiries.texts import texts
from salesman_inquiries.titles import entitle

_ = texts.lazy

WRITTEN: Final = ("subject", "text", "source", "name", "company", "next_step")
PEOPLE: Final = ("taken_by_id", "owner_id")


def create_inquiry(values: Mapping[str, Any], *, goes_on: bool = False) -> int:
    """Note an inquiry; give its id.

    It is new as long as nobody says what came of it, or something is left to do that is not in
    the calendar: then it has a deadline.

    :param values: as the JSON API names them. Whoever acts takes it and works on it, where nobody
        else is named.
    :param goes_on: whether something comes of it in the same transaction: then
        :func:`note_became` plans what is next, with the client and deal that there are by then.
    :raises InvalidError: by field.
    """
    demand_permission(CREATE)
    with writing() as session:
        moment = now()
        inquiry = Inquiry(created_at=moment, updated_at=moment, status=NEW)
        inquiry.direction = values.get("direction") or INCOMING
        inquiry.channel_id = checked_channel(session, values["channel_id"])
        inquiry.result_id = checked_result(session, values.get("result_id"))
        _set_people(session, inquiry, values)
        _set_moment(inquiry, values.get("happened_at") or moment)
        for name in WRITTEN:
            setattr(inquiry, name, str(values.get(name) or "").strip())
        _set_concerned(inquiry, Concerned().changed_by(session, values))
        inquiry.deadline_at = values.get("deadline_at")
        set_reach(inquiry, values)
        carry_out(planned_products(inquiry, values))
        entitle(session, inquiry)
        session.add(inquiry)
        session.flush()
        if not goes_on:
            planning.plan(session, inquiry)
            _settle(inquiry)
        _keep(session, inquiry, "created", _first_changes(inquiry, values))
        return inquiry.id


def change_inquiry(inquiry_id: int, values: Mapping[str, Any], version: int | None = None) -> bool:
    """Change an inquiry; give whether anything changed.

    A next step that the calendar cannot hold makes it new again.

    :raises ConflictError: where it is cancelled.
    """
    with writing() as session:
        inquiry: Inquiry = for_change(session, KIND, inquiry_id, EDIT, version)
        if inquiry.status == CANCELLED:
            raise ConflictError(_("The inquiry is cancelled. Take it up again to change it."))
        contact_data.demand_contact_data(values)
        wanted = _wanted(session, inquiry, values)
        changes = _apply(inquiry, wanted)
        changes |= set_reach(inquiry, values)
        changes |= carry_out(planned_products(inquiry, values))
        if not changes:
            return False
        _set_moment(inquiry, inquiry.happened_at)
        entitle(session, inquiry)
        planning.follow(session, inquiry, changes)
        if "next_step" in changes and _is_left(inquiry) and inquiry.status != NEW:
            changes = _with(changes, _take_up(inquiry))
        _keep(session, inquiry, "changed", changes, {"fields": sorted(changes)})
        return True


def process_inquiry(
    inquiry_id: int, result_id: int | None = None, version: int | None = None
) -> None:
    """Say that nothing is left to do with an inquiry.

    :param result_id: what came of it, where nobody has said so yet.
    :raises ConflictError: where it is not new.
    """
    with writing() as session:
        inquiry = _new_inquiry(session, inquiry_id, version)
        changes: Changes = {"status": (NEW, PROCESSED)}
        if result_id is not None and result_id != inquiry.result_id:
            changes["result_id"] = (inquiry.result_id, checked_result(session, result_id))
            inquiry.result_id = result_id
        inquiry.status = PROCESSED
        _keep(session, inquiry, "processed", changes)


def cancel_inquiry(inquiry_id: int, version: int | None = None) -> None:
    """Say that an inquiry was none: a mistake, a wrong connection.

    :raises ConflictError: where it is not new.
    """
    with writing() as session:
        inquiry = _new_inquiry(session, inquiry_id, version)
        inquiry.status = CANCELLED
        planning.take_out(inquiry)
        _keep(session, inquiry, "cancelled", {"status": (NEW, CANCELLED)})


def reopen_inquiry(inquiry_id: int, version: int | None = None) -> None:
    """Take up again what was processed or cancelled; what came of it stays.

    :raises ConflictError: where it is new.
    """
    with writing() as session:
        inquiry: Inquiry = for_change(session, KIND, inquiry_id, EDIT, version)
        if inquiry.status == NEW:
            raise ConflictError(_("The inquiry is new as it is."))
        planning.bring_back(inquiry)
        _keep(session, inquiry, "reopened", _take_up(inquiry))


def delete_inquiry(inquiry_id: int, version: int | None = None) -> None:
    """Put an inquiry into the bin; what came of it stays."""
    with writing() as session:
        inquiry: Inquiry = for_change(session, KIND, inquiry_id, DELETE, version)
        inquiry.deleted_at = now()
        planning.take_out(inquiry)
        _keep(session, inquiry, "deleted", {})


def restore_inquiry(inquiry_id: int) -> None:
    """Take an inquiry out of the bin again."""
    demand_permission(DELETE)
    with writing() as session:
        inquiry: Inquiry = from_bin(session, KIND, inquiry_id, DELETE)
        if inquiry.status != CANCELLED:
            planning.bring_back(inquiry)
        _keep(session, inquiry, "restored", {})


def note_became(
    session: Session, inquiry: Inquiry, kind: str, made: Mapping[str, int | None]
) -> None:
    """Note what came of an inquiry that was loaded for a change: nothing is left to do with it.

    :param made: the ids of what was made, or was there; None for what there is not.
    """
    became = {"became_kind": kind, "became_id": made[f"{kind}_id"]}
    concerned = {name: made[name] for name in CONCERNS if made[name] is not None}
    changes = _apply(inquiry, {**became, **concerned, "status": PROCESSED})
    planning.follow(session, inquiry, changes)
    _keep(session, inquiry, "became", changes, became)


def note_concerned(session: Session, inquiry: Inquiry, made: Mapping[str, Any]) -> None:
    """Note whom an inquiry that was loaded for a change concerns by now, beside what was known."""
    unknown = [name for name in CONCERNS if getattr(inquiry, name) is None]
    changes = _apply(inquiry, {name: made[name] for name in unknown})
    if changes:
        planning.follow(session, inquiry, changes)
        _keep(session, inquiry, "changed", changes, {"fields": sorted(changes)})


def _new_inquiry(session: Session, inquiry_id: int, version: int | None) -> Inquiry:
    inquiry: Inquiry = for_change(session, KIND, inquiry_id, EDIT, version)
    if inquiry.status == PROCESSED:
        raise ConflictError(_("The inquiry is processed already."))
    if inquiry.status == CANCELLED:
        raise ConflictError(_("The inquiry is cancelled."))
    return inquiry


def _set_people(session: Session, inquiry: Inquiry, values: Mapping[str, Any]) -> None:
    """Set who took it and who works on it, each where somebody is named, else whoever acts."""
    for name in PEOPLE:
        user_id = current_person().id
        if values.get(name) is not None:
            user_id = checked_owner(session, values[name], ASSIGN)
        setattr(inquiry, name, user_id)
    inquiry.taken_by_id = inquiry.taken_by_id or inquiry.owner_id  # the system takes none


def _wanted(session: Session, inquiry: Inquiry, values: Mapping[str, Any]) -> dict[str, Any]:
    """Give the columns that *values* name, as they are to be kept."""
    wanted: dict[str, Any] = {
        name: str(values[name] or "").strip() for name in WRITTEN if name in values
    }
    wanted |= {name: values[name] for name in ("direction", "happened_at") if name in values}
    wanted["deadline_at"] = _until(inquiry.status, values.get("deadline_at", inquiry.deadline_at))
    if values.get("channel_id", inquiry.channel_id) != inquiry.channel_id:
        wanted["channel_id"] = checked_channel(session, values["channel_id"])
    if values.get("result_id", inquiry.result_id) != inquiry.result_id:
        wanted["result_id"] = checked_result(session, values["result_id"])
    for name in PEOPLE:
        before = getattr(inquiry, name)
        if values.get(name, before) != before:
            wanted[name] = checked_owner(session, values[name], ASSIGN, before)
    concerned = Concerned(*(getattr(inquiry, name) for name in CONCERNS))
    after = concerned.changed_by(session, values)
    return wanted | {name: getattr(after, name) for name in CONCERNS}


def _set_moment(inquiry: Inquiry, moment: datetime) -> None:
    """Set when it happened, and its day in the company's zone.

    :raises InvalidError: for what has not happened yet.
    """
    if moment > now():
        raise wrong("happened_at", _("This has not happened yet."))
    inquiry.happened_at, inquiry.day = moment, When.at(moment).day


def _set_concerned(inquiry: Inquiry, concerned: Concerned) -> None:
    for name in CONCERNS:
        setattr(inquiry, name, getattr(concerned, name))


def _settle(inquiry: Inquiry) -> None:
    """Let what leaves nothing to do be processed at once; give what is left its time."""
    if inquiry.result_id is not None and not _is_left(inquiry):
        inquiry.status = PROCESSED
    inquiry.deadline_at = _until(inquiry.status, inquiry.deadline_at)


def _is_left(inquiry: Inquiry) -> bool:
    """Tell whether something is left to do that is not in the calendar."""
    return inquiry.next_step != "" and inquiry.activity_id is None


def _until(status: str, said: datetime | None) -> datetime | None:
    """Give until when; what is new has so many minutes of working time where nobody says it."""
    if status != NEW or said is not None:
        return said
    return worktime().later(now(), plugin_settings("inquiries")["process_within"])


def _take_up(inquiry: Inquiry) -> Changes:
    """Let an inquiry be new again; give what changes by that."""
    return _apply(inquiry, {"status": NEW, "deadline_at": _until(NEW, inquiry.deadline_at)})


def _apply(inquiry: Inquiry, wanted: Mapping[str, Any]) -> Changes:
    """Set columns; give those that change."""
    changes = differences(inquiry, wanted)
    for name, (_old, new) in changes.items():
        setattr(inquiry, name, new)
    return changes


def _with(first: Changes, then: Changes) -> Changes:
    """Give what two changes come to: of what both change, how it was at first."""
    return {**first, **{name: (first.get(name, pair)[0], pair[1]) for name, pair in then.items()}}


def _first_changes(inquiry: Inquiry, values: Mapping[str, Any]) -> Changes:
    names = ("direction", "channel_id", "result_id", "deadline_at", *PEOPLE, *WRITTEN, *CONCERNS)
    told = {name: getattr(inquiry, name) for name in names}
    told |= {name: values.get(name) for name in ("phones", "emails")}
    return {name: (None, value) for name, value in told.items() if value}


def _keep(
    session: Session,
    inquiry: Inquiry,
    action: str,
    changes: Changes,
    payload: Mapping[str, Any] | None = None,
) -> None:
    touch(inquiry)
    session.flush()
    audit(session, KIND, inquiry.id, inquiry.title, action, changes)
    about = {name: getattr(inquiry, name) for name in ("client_id", "deal_id", "owner_id")}
    announce(session, f"inquiries.inquiry.{action}", KIND, inquiry.id, {**about, **(payload or {})})
    before = changes.get("client_id", (None, None))[0]
    review_relationship({id_ for id_ in (inquiry.client_id, before) if id_ is not None})
