"""The pages of what is to come: a day, what has no next step, and parts that are drawn again."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from flask import redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from salesman_calendar import agenda, choosing, panels, queries, service
from salesman_calendar.permissions import CREATE, VIEW
from salesman_calendar.texts import texts
from salesman_calendar.views import blueprint
from salesman_core.toolkit import (
    AnyRow,
    FormState,
    MissingError,
    colleagues,
    company,
    current_person,
    number_or_none,
    people_names,
    reaches,
    reading,
    render,
    requires,
    toast,
    today,
    whole_number,
)
from salesman_hookspecs import Scope

_ = texts.lazy

WITHOUT_NEXT_SHOWN: Final = 50
_FIRST: Final = date(1000, 1, 2)
_LAST: Final = date(2999, 12, 30)


@blueprint.get("")
@requires(VIEW)
def day() -> Markup:
    """Show a day: one's own, or that of a colleague whose activities one may see."""
    person = current_person()
    wide = person.scope(VIEW) > Scope.OWN
    asked = request.args.get("owner_id", type=whole_number) if wide else None
    owner_id = asked or person.id or 0
    shown = agenda.day_of(reading(), asked_day(), owner_id)
    return render(
        "calendar/day.html",
        day=shown,
        around=queries.around(reading(), shown.all),
        owner_id=owner_id,
        people=colleagues() if wide else [],
        may_plan=person.may(CREATE),
        reminding=FormState({"by_mail": queries.wants_letters(reading())}),
    )


@blueprint.post("/reminders")
@requires(VIEW)
def choose_reminding() -> Response:
    """Keep whether the person wants letters as reminders."""
    service.choose_reminding(by_mail="by_mail" in request.form)
    toast(_("Saved."))
    return redirect(url_for("calendar.day"))


def asked_day() -> date:
    """Give the day of the address, today where it says none that there is."""
    try:
        asked = date.fromisoformat(request.args.get("on", ""))
    except ValueError:
        return today(company().tz)
    return min(max(asked, _FIRST), _LAST)


@blueprint.get("/next")
@requires(VIEW)
def without_next() -> Markup:
    """Show the open deals, or the clients, for which nothing is planned."""
    of = "clients" if request.args.get("of") == "clients" else "deals"
    whose = request.args.get("whose", "mine")
    owner_id = _whose(whose)
    rows = _without_next(of, owner_id)
    shown = rows[:WITHOUT_NEXT_SHOWN]
    older = ""
    if len(rows) > WITHOUT_NEXT_SHOWN:
        last = shown[-1]
        place = f"{last.progress}-{last.id}" if of == "deals" else str(last.id)
        older = url_for("calendar.without_next", of=of, whose=whose, after=place)
    return render(
        "calendar/without_next.html",
        of=of,
        whose=whose,
        mine=owner_id is not None,
        of_whom=people_names().get(number_or_none(whose) or 0, ""),
        rows=shown,
        older=older,
        kinds=choosing.kinds(reading(), offered=True) if current_person().may(CREATE) else [],
    )


def _whose(word: str) -> int | None:
    """Give whose records a word means: ``all``, one's own, or those of the person of a number."""
    return None if word == "all" else number_or_none(word) or current_person().id or 0


def _without_next(of: str, owner_id: int | None) -> list[AnyRow]:
    place = re.fullmatch(r"(?:(\d{1,3})-)?(\d{1,18})", request.args.get("after", ""), re.ASCII)
    limit = WITHOUT_NEXT_SHOWN + 1
    if of == "clients":
        last_id = int(place[2]) if place else None
        return [*queries.clients_without_next(reading(), owner_id, last_id, limit)]
    after = (int(place[1]), int(place[2])) if place and place[1] else None
    return [*queries.deals_without_next(reading(), owner_id, after, limit)]


@blueprint.get("/of/<kind>/<int:record_id>")
@requires(VIEW)
def of_record(kind: str, record_id: int) -> Markup:
    """Give the panel of a record as it is now."""
    _demand_seen(kind, record_id)
    return panels.record_panel(kind, record_id, _belongs_to())


@blueprint.get("/step/<kind>/<int:record_id>")
@requires(VIEW)
def step_of(kind: str, record_id: int) -> Markup:
    """Give the next step with a record as it is now."""
    _demand_seen(kind, record_id)
    return panels.next_step_of(kind, record_id, _belongs_to())


def _demand_seen(kind: str, record_id: int) -> None:
    if not (choosing.may_be_about(kind) and reaches(kind, record_id)):
        raise MissingError(_("There is no such record, or you may not see it."))


def _belongs_to() -> dict[str, int]:
    """Give the client and deal that the address names, for the form that begins with them."""
    said = {name: request.args.get(name, type=whole_number) for name in ("client_id", "deal_id")}
    return {name: id_ for name, id_ in said.items() if id_ is not None}


@blueprint.get("/mine")
@requires(VIEW)
def mine() -> Markup:
    """Give what one has to do today, for the desk."""
    return panels.my_day()
