"""The administrator's page of stations, reasons and rules."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, Final

from flask import redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from salesman_conveyor import defaults, rule_service, stations
from salesman_conveyor.models import TAKE_UP_MINUTES
from salesman_conveyor.permissions import MANAGE
from salesman_conveyor.stations import REASONS, STATIONS
from salesman_conveyor.texts import texts
from salesman_conveyor.views import Page, blueprint
from salesman_core.toolkit import (
    NEW_ROW,
    CompanyListPage,
    FormState,
    InvalidError,
    colleagues,
    company,
    needs,
    order_version,
    reading,
    render,
    requires,
    toast,
)

_ = texts.lazy

_NOBODY: Final[dict[str, Any]] = {"people": [], "required": [], "takes_over": False}


@blueprint.get("/stations")
@requires(MANAGE)
def show_stations() -> Markup:
    """Show the stations, the reasons and the rules."""
    return _page({})


def _page(refused: Mapping[Hashable, FormState]) -> Markup:
    session = reading()
    shown, reasons = stations.stations(session), stations.reasons(session)
    at_work = [one.id for station in shown for one in station.people]
    return render(
        "conveyor/stations.html",
        stations=shown,
        reasons=reasons,
        rules=rule_service.rules(session),
        rungs=rule_service.rungs(session),
        triggers=rule_service.TITLES,
        fields_of_deals=[(need.name, need.title) for need in needs.every_need().values()],
        station_choice=[(one.row.id, one.row.name) for one in shown if one.row.active],
        form_of=_form_of,
        people=colleagues(also=at_work),
        orders={
            "stations": order_version(one.row.id for one in shown),
            "reasons": order_version(one.id for one in reasons),
        },
        refused=refused,
        nothing=FormState(),
        new=NEW_ROW,
    )


def _lists() -> dict[str, list[str]]:
    """Give what was chosen several times in a form that comes back."""
    return {name: request.form.getlist(name) for name in ("people", "required")}


def _form_of(one: stations.ShownStation | None, again: FormState | None) -> dict[str, Any]:
    """Give what stands in the form of a station: what was typed, where that comes back."""
    if again is not None:
        names = ("name", "take_up_minutes", "takes_over", "active", "points")
        return {name: again.value(name) for name in names} | _lists()
    if one is None:
        nothing = dict.fromkeys(("name", "points"), "") | _NOBODY
        return {**nothing, "take_up_minutes": TAKE_UP_MINUTES}
    row = one.row
    return {
        "name": row.name,
        "take_up_minutes": row.take_up_minutes,
        "takes_over": row.takes_over,
        "active": row.active,
        "people": [str(person.id) for person in one.people],
        "required": row.required,
        "points": "\n".join(row.points),
    }


def _values() -> dict[str, Any]:
    return {**request.form.to_dict(), **_lists()}


STATION_PAGE: Final = CompanyListPage("conveyor.show_stations", _page)


@blueprint.post("/stations")
@requires(MANAGE)
def add_station() -> Page:
    """Add the station that was typed."""
    return STATION_PAGE.add(STATIONS, ("station", NEW_ROW), _values())


@blueprint.post("/stations/usual")
@requires(MANAGE)
def make_usual_stations() -> Response:
    """Make the usual stations and reasons, each where there are none."""
    defaults.make_stations(company().language)
    return STATION_PAGE.back()


@blueprint.post("/stations/<int:station_id>")
@requires(MANAGE)
def change_station(station_id: int) -> Page:
    """Change a station to what was typed."""
    return STATION_PAGE.change(STATIONS, station_id, ("station", station_id), _values())


@blueprint.post("/stations/<int:station_id>/move")
@requires(MANAGE)
def move_station(station_id: int) -> Response:
    """Let a station change places with its neighbour."""
    return STATION_PAGE.move(STATIONS, station_id)


@blueprint.post("/reasons")
@requires(MANAGE)
def add_reason() -> Page:
    """Add the reason that was typed."""
    return STATION_PAGE.add(REASONS, ("reason", NEW_ROW))


@blueprint.post("/reasons/<int:reason_id>")
@requires(MANAGE)
def change_reason(reason_id: int) -> Page:
    """Change a reason to what was typed."""
    return STATION_PAGE.change(REASONS, reason_id, ("reason", reason_id))


@blueprint.post("/reasons/<int:reason_id>/move")
@requires(MANAGE)
def move_reason(reason_id: int) -> Response:
    """Let a reason change places with its neighbour."""
    return STATION_PAGE.move(REASONS, reason_id)


@blueprint.post("/rules")
@requires(MANAGE)
def add_rule() -> Page:
    """Add the rule that was typed."""
    try:
        rule_service.add_rule(request.form)
    except InvalidError as error:
        return _page({"rule": FormState.refused(request.form, error)}), error.status
    toast(_("Added."))
    return redirect(url_for("conveyor.show_stations"))


@blueprint.post("/rules/<int:rule_id>/switch")
@requires(MANAGE)
def switch_rule(rule_id: int) -> Response:
    """Let a rule act, or rest."""
    rule_service.switch_rule(rule_id, active=request.form.get("active") == "true")
    toast(_("Saved."))
    return redirect(url_for("conveyor.show_stations"))


@blueprint.post("/rules/<int:rule_id>/remove")
@requires(MANAGE)
def remove_rule(rule_id: int) -> Response:
    """Take a rule away."""
    rule_service.remove_rule(rule_id)
    toast(_("The rule is gone."))
    return redirect(url_for("conveyor.show_stations"))
