"""The page of the calendar as a month, a week, a day or an agenda, and what its script asks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from flask import jsonify, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from salesman_calendar import entries, grid, queries, service
from salesman_calendar.agenda_views import asked_day
from salesman_calendar.models import KIND
from salesman_calendar.permissions import CREATE, EDIT, VIEW
from salesman_calendar.schemas import ActivitySchema
from salesman_calendar.series.service import SCOPES, change_series
from salesman_calendar.series.typed import SCOPE_TITLES
from salesman_calendar.texts import texts
from salesman_calendar.views import blueprint
from salesman_core.toolkit import (
    AnyRow,
    colleagues,
    current_language,
    current_person,
    demand,
    judge,
    reaches,
    reading,
    render,
    requires,
    toast,
    version_in,
    whole_number,
    worktime,
)
from salesman_core.toolkit import told as told_of
from salesman_hookspecs import Scope

_ = texts.lazy

VIEWS: Final = (
    ("month", _("Month")),
    ("week", _("Week")),
    ("day", _("Day")),
    ("agenda", _("Agenda")),
)


@blueprint.get("/grid")
@requires(VIEW)
def show_grid() -> Markup:
    """Show the calendar as a month, a week, a day or an agenda, of oneself or several people."""
    people, works = _people(), worktime()
    offered = entries.sources()
    view = request.args.get("view", "")
    return render(
        "calendar/grid.html",
        view=view if view in dict(VIEWS) else "",
        views=VIEWS,
        on=asked_day(),
        people=people,
        owner_ids=_owner_ids(people),
        sources=offered,
        source_ids=_source_ids(offered),
        begins=works.begins.strftime("%H:%M"),
        ends=works.ends.strftime("%H:%M") if works.ends > works.begins else "24:00",
        zone=works.zone.key,
        language=current_language(),
        may_plan=current_person().may(CREATE),
        scopes=SCOPE_TITLES,
    )


@blueprint.get("/grid/entries")
@requires(VIEW)
def list_entries() -> Response:
    """Give what stands on some days, for the page's script."""
    on = asked_day()
    begins = request.args.get("start") or on.isoformat()
    ends = request.args.get("end") or (on + timedelta(days=7)).isoformat()
    days = grid.Range.read(begins, ends)
    owner_ids = _owner_ids(_people())
    shown = grid.shown_on(reading(), days, owner_ids, _source_ids(entries.sources()))
    return jsonify(shown)


@blueprint.post("/<int:record_id>/move")
@requires(EDIT)
def move(record_id: int) -> Response:
    """Move or stretch an activity; the notice can undo it."""
    demand(KIND, record_id, EDIT)
    before = queries.one_activity(reading(), record_id)
    values = judge(ActivitySchema(partial=True), _moved_to(before))
    scope = request.values.get("scope", "")
    version = version_in(request.form)
    if scope in SCOPES:
        change_series(record_id, values, scope, version)
    else:
        service.change_activity(record_id, values, version)
    toast(_("It is moved."), undo=_way_back(before, scope))
    answer = told_of(KIND, record_id)
    if reaches(KIND, record_id):  # the page may move it on at once
        answer.set_etag(str(queries.one_activity(reading(), record_id).version))
    return answer


def _moved_to(before: AnyRow) -> dict[str, Any]:
    """Read where an activity is moved to; the length that one without any is drawn with is none."""
    values = grid.moved_to(request.values)
    if before.minutes is None and values.get("minutes") == grid.USUAL_MINUTES:
        del values["minutes"]
    return values


def _way_back(before: AnyRow, scope: str) -> str:
    """Give the address that takes a move back.

    There is none where one that had been changed alone took others along: it does not know at which
    hour they were.
    """
    if scope in SCOPES and before.apart:
        return ""
    was = before.day.isoformat()
    if before.starts_at is not None:
        was = grid.by_the_clock(before.starts_at)
    back = {"start": was, "scope": scope or None, "minutes": before.minutes or 0}
    return url_for("calendar.move", record_id=before.id, **back)


def _people() -> list[tuple[int, str]]:
    """Give whose activities the person may ask for; themselves first."""
    person = current_person()
    wide = person.scope(VIEW) > Scope.OWN
    known = colleagues() if wide else []
    mine = [(person.id or 0, person.name)]
    return mine + [one for one in known if one[0] != person.id]


def _owner_ids(people: list[tuple[int, str]]) -> list[int]:
    known = dict(people)
    asked = request.args.getlist("owner_id", type=whole_number)
    wanted = [id_ for id_ in dict.fromkeys(asked) if id_ in known][: grid.MOST_PEOPLE]
    return wanted or [people[0][0]]


def _source_ids(offered: list[entries.Source]) -> set[str]:
    """Give which sources are shown: all, where the address does not say."""
    known = {one.id for one in offered}
    return known & set(request.args.getlist("with")) if "with" in request.args else known
