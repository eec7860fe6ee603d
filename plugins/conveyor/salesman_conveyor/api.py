"""The JSON API of the conveyor: ``/api/v1/conveyor``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from flask import Response

from salesman_conveyor import figures, queries, service, stations
from salesman_conveyor.lists import HANDOVER, HANDOVERS
from salesman_conveyor.models import KIND
from salesman_conveyor.permissions import FIGURES, GIVE, STEER, TAKE, VIEW
from salesman_conveyor.schemas import (
    AskedSchema,
    AssignSchema,
    FiguresSchema,
    GiveSchema,
    HandoverSchema,
    NextSchema,
    ReturnSchema,
    StationsSchema,
    TickSchema,
)
from salesman_conveyor.texts import texts
from salesman_core.toolkit import (
    AnyRow,
    ApiBlueprint,
    InvalidError,
    ListQuery,
    RecordAnswers,
    arguments,
    company,
    list_arguments,
    page_answer,
    page_response,
    reading,
    requires,
    response,
    select_page,
    today,
    versioned,
    visible,
)

_ = texts.lazy

_USUALLY: Final = timedelta(days=27)

api = ApiBlueprint("conveyor", __name__, title="Conveyor")


def handover_items(rows: Sequence[AnyRow]) -> list[dict[str, Any]]:
    """Give handovers as the API shows them."""
    late, times = queries.late_among(rows), queries.times_of(rows)
    return [
        {
            **{column.key: getattr(row, column.key) for column in HANDOVER},
            "late": row.id in late,
            "waited_minutes": times[row.id].waited,
            "worked_minutes": times[row.id].worked,
        }
        for row in rows
    ]


ANSWERS: Final = RecordAnswers(KIND, queries.one_handover, handover_items)


@api.get("")
@requires(VIEW)
@list_arguments(HANDOVERS)
@page_response(HandoverSchema)
def list_handovers(query: ListQuery) -> Response:
    """List handovers."""
    page = select_page(reading(), HANDOVER, HANDOVERS, query, visible(KIND))
    return page_answer(handover_items(page.rows), page.next_cursor)


@api.post("")
@requires(GIVE)
@arguments(GiveSchema)
@response(HandoverSchema, 201)
def hand_over(values: dict[str, Any]) -> Response:
    """Hand a client or a deal over to a station."""
    client_id, deal_id = values.pop("client_id"), values.pop("deal_id")
    if (client_id is None) == (deal_id is None):
        message = _("Name a client or a deal.")
        raise InvalidError(message, {"deal_id": message})
    kind, record_id = ("client", client_id) if deal_id is None else ("deal", deal_id)
    return ANSWERS.changed(service.hand_over(kind, record_id, values), 201)


@api.post("/next")
@requires(TAKE)
@response(NextSchema)
def take_next() -> dict[str, int | None]:
    """Take up what waits longest for whoever asks."""
    return {"id": service.take_next()}


@api.get("/stations")
@requires(VIEW)
@response(StationsSchema)
def list_stations() -> dict[str, Any]:
    """List the company's stations and reasons for returning."""
    session = reading()
    shown = [
        {**one.row._mapping, "person_ids": one.person_ids}  # noqa: SLF001  # its API
        for one in stations.stations(session)
    ]
    return {"stations": shown, "reasons": stations.reasons(session)}


@api.get("/figures")
@requires(FIGURES)
@arguments(AskedSchema, location="query")
@response(FiguresSchema)
def read_figures(values: dict[str, Any]) -> dict[str, Any]:
    """Count what came in, waited, went back and went on, by station and by person."""
    until = values.get("until") or today(company().tz)
    since = values.get("since") or until - _USUALLY
    if until < since:
        message = _("This is before the first day.")
        raise InvalidError(message, {"until": message})
    period = figures.Period(since, until)
    picture = figures.picture(reading(), period)
    people = figures.by_person(reading(), period)
    return {
        "stations": [_line(line, period, station_id=line.key) for _one, line in picture.stations],
        "people": [_line(line, period, user_id=line.key) for line in people.values()],
        "bottleneck_id": picture.bottleneck,
    }


def _line(
    line: figures.Line,
    period: figures.Period,
    *,
    station_id: int | None = None,
    user_id: int | None = None,
) -> dict[str, Any]:
    names = ("arrived", "taken", "ended", "gone_on", "returned", "waiting", "waiting_minutes")
    return {
        "station_id": station_id,
        "user_id": user_id,
        **{name: getattr(line, name) for name in (*names, "late", "in_work")},
        "waited_minutes": line.waited,
        "worked_minutes": line.worked,
        "per_week": period.per_week(line.gone_on),
    }


@api.get("/<int:record_id>")
@requires(VIEW)
@response(HandoverSchema)
def read_handover(record_id: int) -> Response:
    """Read a handover."""
    return ANSWERS.whole(record_id)


@api.post("/<int:record_id>/take")
@requires(TAKE)
@versioned(KIND)
@response(HandoverSchema)
def take_handover(record_id: int, version: int | None) -> Response:
    """Take up what waits."""
    service.take(record_id, version)
    return ANSWERS.changed(record_id)


@api.post("/<int:record_id>/return")
@requires(TAKE)
@versioned(KIND)
@arguments(ReturnSchema)
@response(HandoverSchema)
def return_handover(values: dict[str, Any], record_id: int, version: int | None) -> Response:
    """Send back what was handed over."""
    service.return_handover(record_id, values["reason_id"], values["reason"], version)
    return ANSWERS.changed(record_id)


@api.post("/<int:record_id>/finish")
@requires(TAKE)
@versioned(KIND)
@response(HandoverSchema)
def finish_handover(record_id: int, version: int | None) -> Response:
    """Say that the way of a record ends here."""
    service.finish(record_id, version)
    return ANSWERS.changed(record_id)


@api.post("/<int:record_id>/resume")
@requires(TAKE)
@versioned(KIND)
@response(HandoverSchema)
def resume_handover(record_id: int, version: int | None) -> Response:
    """Take back that the way of a record has ended."""
    service.resume(record_id, version)
    return ANSWERS.changed(record_id)


@api.post("/<int:record_id>/withdraw")
@requires(VIEW)
@versioned(KIND)
@response(HandoverSchema)
def withdraw_handover(record_id: int, version: int | None) -> Response:
    """Take back what one has handed over and nobody has taken up."""
    service.withdraw(record_id, version)
    return ANSWERS.changed(record_id)


@api.post("/<int:record_id>/assign")
@requires(STEER)
@versioned(KIND)
@arguments(AssignSchema)
@response(HandoverSchema)
def assign_handover(values: dict[str, Any], record_id: int, version: int | None) -> Response:
    """Say who is to take up what waits in a queue."""
    service.assign(record_id, values["person_id"], version)
    return ANSWERS.changed(record_id)


@api.post("/<int:record_id>/points/<int:number>")
@requires(TAKE)
@versioned(KIND)
@arguments(TickSchema)
@response(HandoverSchema)
def tick_point(
    values: dict[str, Any], record_id: int, number: int, version: int | None
) -> Response:
    """Say whether an open point is done; points are counted from 0."""
    service.tick(record_id, number, done=values["done"], version=version)
    return ANSWERS.changed(record_id)
