"""The pages of the conveyor: the desk, the list, a handover and what is done with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from salesman_conveyor import queries, service, stations
from salesman_conveyor.lists import HANDOVERS, LISTED, STATE_TITLES
from salesman_conveyor.models import KIND, TAKEN, WAITING
from salesman_conveyor.permissions import GIVE, STEER, TAKE, VIEW
from salesman_conveyor.records import ADDRESSES, record_of
from salesman_conveyor.texts import texts
from salesman_core.toolkit import (
    AnyRow,
    FormState,
    InvalidError,
    ListPage,
    MissingError,
    colleagues,
    current_person,
    demand,
    narrowed,
    needs,
    number_of,
    reaches,
    read_typed,
    reading,
    render,
    requires,
    safe_next,
    toast,
    version_in,
    whole_number,
)
from salesman_hookspecs import Text

_ = texts.lazy

blueprint = Blueprint("conveyor", __name__, url_prefix="/conveyor")

Page = Markup | Response | tuple[Markup, int]

ASKS: Final = (
    "state",
    "station_id",
    "for_me",
    "late",
    "came_back",
    "owner_id",
    "giver_id",
    "taken_by_id",
    "reason_id",
    "day",
    "ended_on",
)
VIEWS: Final[tuple[tuple[Text, Mapping[str, str]], ...]] = (
    (_("Waiting for me"), {"for_me": "true", "sort": "due_at"}),
    (_("In work"), {"owner_id": "me", "state": TAKEN}),
    (_("Returned"), {"came_back": "true", "current": "true"}),
    (_("Late"), {"late": "true", "sort": "due_at"}),
    (_("Handed over by me"), {"giver_id": "me"}),
    (_("All"), {}),
)
LABELS: Final[Mapping[str, Text]] = {
    "station_id": _("Station"),
    "person_id": _("To whom"),
    "note": _("Note"),
    "open_points": _("Open points"),
    "points": _("What must be there"),
    "reason_id": _("Why it goes back"),
    "reason": _("In words"),
}
KINDS: Final = ("client", "deal")


def _list() -> ListPage:
    return ListPage.of(LISTED, views=VIEWS, asks=ASKS, options=_options)


def _options() -> dict[str, Any]:
    session = reading()
    people = colleagues()
    return {
        "station_id": [(one.row.id, one.row.name) for one in stations.stations(session)],
        "reason_id": [(row.id, row.name) for row in stations.reasons(session)],
        **dict.fromkeys(("owner_id", "giver_id", "taken_by_id"), people),
    }


@blueprint.get("")
@requires(VIEW)
def desk() -> Markup:
    """Show what waits for whoever reads, what they work on, and what came back."""
    return render("conveyor/desk.html", **_desk())


@blueprint.get("/mine")
@requires(VIEW)
def mine() -> Markup:
    """Give the same again once a handover has changed."""
    return render("conveyor/desk_lists.html", **_desk())


def _desk() -> dict[str, Any]:
    session = reading()
    found = queries.desk(session)
    return {
        "desk": found,
        "counts": queries.counts(session),
        "stations": stations.stations(session, offered=True),
    }


@blueprint.get("/handovers")
@requires(VIEW)
def handovers() -> Markup:
    """Show the list of handovers as the address filters and sorts it."""
    listed = _list()
    return render(
        "conveyor/handovers.html",
        listed=listed,
        late_ids=queries.late_among(listed.rows),
        states=STATE_TITLES,
    )


@blueprint.get("/filter")
@requires(VIEW)
def narrow() -> Response:
    """Lead from the dialog of filters to the list as it asks for it."""
    return narrowed(HANDOVERS, "conveyor.handovers")


@blueprint.post("/columns")
@requires(VIEW)
def choose_columns() -> Response:
    """Keep which columns the person wants to see, in their order."""
    return _list().columns_chosen()


@blueprint.get("/<int:record_id>")
@requires(VIEW)
def card(record_id: int) -> Markup:
    """Show a handover with the way of its record."""
    return _card(record_id, FormState())


def _card(record_id: int, form: FormState, *, opened: str = "") -> Markup:
    session = reading()
    row = queries.one_handover(session, record_id)
    kind, id_ = record_of(row)
    way = queries.way_of(session, kind, id_)
    return render(
        "conveyor/card.html",
        handover=row,
        kind=kind,
        address=ADDRESSES[kind].format(id_) if reaches(kind, id_) else "",
        way=way,
        times=queries.times_of(way),
        states=STATE_TITLES,
        late=bool(queries.late_among([row])),
        acts=_acts(row),
        people=_people_of(row),
        reasons=[(one.id, one.name) for one in stations.reasons(session, offered=True)],
        form=form,
        opened=opened,
        labels=LABELS,
    )


def _acts(row: AnyRow) -> frozenset[str]:
    """Give what whoever reads may do with a handover: a button for each."""
    me = current_person()
    if row.ended_at is not None:
        ended = row.state == "done" and (me.may(STEER) or row.owner_id == me.id)
        return frozenset({"resume"} if ended else ())
    acts: set[str] = set()
    in_queue = row.owner_id is None and me.id in stations.people_at(reading(), row.station_id or 0)
    theirs = me.may(TAKE) and (me.may(STEER) or row.owner_id == me.id or in_queue)
    if theirs:
        acts |= {"finish", "tick"} | ({"take"} if row.state == WAITING else set())
        acts |= {"return"} if row.return_of_id is None else set()
    if row.state == WAITING:
        acts |= {"withdraw"} if row.giver_id == me.id or me.may(STEER) else set()
        acts |= {"assign"} if me.may(STEER) and row.station_id is not None else set()
    given = row.state == WAITING and row.giver_id == me.id
    if (me.may(STEER) or row.owner_id == me.id or given) and reaches(*record_of(row), GIVE):
        acts.add("hand_on")
    return frozenset(acts)


def _people_of(row: AnyRow) -> list[tuple[int, str]]:
    if row.station_id is None:
        return []
    there = stations.people_of_stations(reading()).get(row.station_id, [])
    return [(one.id, one.name) for one in there if one.active]


@blueprint.get("/give/<kind>/<int:record_id>")
@requires(GIVE)
def new(kind: str, record_id: int) -> Markup:
    """Ask to which station a client or deal goes, and what is still open."""
    return _give_page(kind, record_id, FormState({"person_id": request.args.get("person_id", "")}))


@blueprint.post("/give/<kind>/<int:record_id>")
@requires(GIVE)
def give(kind: str, record_id: int) -> Page:
    """Hand a client or deal over."""
    if kind not in KINDS:
        raise MissingError(_("There are no such records on the conveyor."))
    try:
        typed = read_typed(
            request.form,
            {"station_id": number_of, "person_id": number_of},
            "station_id",
            "person_id",
        )
        values = {
            "station_id": typed.get("station_id") or 0,
            "person_id": typed.get("person_id"),
            "note": request.form.get("note", ""),
            "open_points": request.form.get("open_points", "").splitlines(),
            "points": request.form.getlist("points"),
        }
        handover_id = service.hand_over(kind, record_id, values)
    except InvalidError as error:
        return _give_page(kind, record_id, FormState.refused(request.form, error)), error.status
    undo = url_for("conveyor.withdraw", record_id=handover_id)
    toast(_("It is handed over."), undo=undo)
    return redirect(ADDRESSES[kind].format(record_id))


def _give_page(kind: str, record_id: int, form: FormState) -> Markup:
    if kind not in KINDS:
        raise MissingError(_("There are no such records on the conveyor."))
    demand(kind, record_id, GIVE)
    session = reading()
    way = queries.way_of(session, kind, record_id)
    current = next((row for row in way if row.ended_at is None), None)
    offered = [one for one in stations.stations(session, offered=True) if one.person_ids]
    chosen = _chosen(form, offered, current)
    return render(
        "conveyor/give.html",
        kind=kind,
        record_id=record_id,
        name=queries.name_of(session, kind, record_id),
        address=ADDRESSES[kind].format(record_id),
        current=current,
        offered=offered,
        chosen=chosen,
        asked=needs.known(chosen.row.required) if chosen is not None and kind == "deal" else [],
        people=[(one.id, one.name) for one in chosen.people if one.active] if chosen else [],
        ticked=set(request.form.getlist("points")),
        form=form,
        labels=LABELS,
    )


def _chosen(
    form: FormState, offered: list[stations.ShownStation], current: AnyRow | None
) -> stations.ShownStation | None:
    """Give the station that was chosen, else the one behind where the record or its giver is."""
    asked = form.value("station_id") or request.args.get("station_id", "")
    id_ = whole_number(asked) if str(asked).isdigit() else None
    me = current_person().id
    own = stations.station_of(reading(), me, but=0) if current is None else None
    here = own if current is None else current.station_id
    places = [one.row.id for one in offered]
    behind = places.index(here) + 1 if here in places else 0
    usual = offered[min(behind, len(offered) - 1)] if offered else None
    return next((one for one in offered if one.row.id == id_), usual)


@blueprint.post("/next")
@requires(TAKE)
def take_next() -> Response:
    """Take up what waits longest, and show it."""
    handover_id = service.take_next()
    if handover_id is None:
        toast(_("Nothing waits for you."))
        return redirect(url_for("conveyor.desk"))
    return redirect(url_for("conveyor.card", record_id=handover_id))


@blueprint.post("/<int:record_id>/take")
@requires(TAKE)
def take(record_id: int) -> Response:
    """Take up what waits."""
    service.take(record_id, version_in(request.form))
    toast(_("You have taken it up."))
    return _to_card(record_id)


@blueprint.post("/<int:record_id>/return")
@requires(TAKE)
def send_back(record_id: int) -> Page:
    """Return what was handed over, with a reason."""
    try:
        typed = read_typed(request.form, {"reason_id": number_of}, "reason_id")
        back_id = service.return_handover(
            record_id,
            typed.get("reason_id"),
            request.form.get("reason", ""),
            version_in(request.form),
        )
    except InvalidError as error:
        form = FormState.refused(request.form, error)
        return _card(record_id, form, opened="return"), error.status
    undo = "" if back_id is None else url_for("conveyor.withdraw", record_id=back_id)
    toast(_("It goes back."), undo=undo)
    return _to_card(record_id)


@blueprint.post("/<int:record_id>/finish")
@requires(TAKE)
def finish(record_id: int) -> Response:
    """Say that the way of a record ends here; the notice can undo it."""
    service.finish(record_id, version_in(request.form))
    toast(_("Its way ends here."), undo=url_for("conveyor.resume", record_id=record_id))
    return _to_card(record_id)


@blueprint.post("/<int:record_id>/resume")
@requires(TAKE)
def resume(record_id: int) -> Response:
    """Take back that the way of a record has ended."""
    service.resume(record_id)
    return _to_card(record_id)


@blueprint.post("/<int:record_id>/withdraw")
@requires(VIEW)
def withdraw(record_id: int) -> Response:
    """Take back what one has handed over."""
    service.withdraw(record_id, version_in(request.form))
    toast(_("It is taken back."))
    return _to_card(record_id)


@blueprint.post("/<int:record_id>/assign")
@requires(STEER)
def assign(record_id: int) -> Page:
    """Say who is to take up what waits in a queue."""
    try:
        typed = read_typed(request.form, {"person_id": number_of}, "person_id")
        service.assign(record_id, typed.get("person_id") or 0, version_in(request.form))
    except InvalidError as error:
        return _card(record_id, FormState.refused(request.form, error)), error.status
    toast(_("Saved."))
    return _to_card(record_id)


@blueprint.post("/<int:record_id>/points/<int:number>")
@requires(TAKE)
def tick(record_id: int, number: int) -> Response:
    """Say that an open point is done, or is not."""
    done = request.form.get("done") == "true"
    service.tick(record_id, number, done=done, version=version_in(request.form))
    return _to_card(record_id)


def _to_card(record_id: int) -> Response:
    """Lead to a handover; to the desk, where the person does not see it any more."""
    page = url_for("conveyor.desk")
    if reaches(KIND, record_id):
        page = url_for("conveyor.card", record_id=record_id)
    return redirect(safe_next(request.form.get("next"), page))
