"""The pages of activities: the list, a card, and what is done with one. A view is a few lines."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from flask import Blueprint, redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from salesman_calendar import choosing, forms, invitations, queries, service
from salesman_calendar.bulk import LISTED
from salesman_calendar.lists import ACTIVITIES, PRIORITY_TITLES
from salesman_calendar.models import KIND, NORMAL
from salesman_calendar.permissions import CREATE, DELETE, EDIT, VIEW
from salesman_calendar.schemas import ActivitySchema, DoneSchema
from salesman_calendar.series import typed as typed_rules
from salesman_calendar.series.service import (
    FOLLOWING,
    SCOPES,
    change_series,
    end_series,
    restore_series,
)
from salesman_calendar.texts import texts
from salesman_core.toolkit import (
    AnyRow,
    FormState,
    InvalidError,
    ListPage,
    colleagues,
    current_person,
    demand,
    is_htmx,
    judge,
    last_change,
    narrowed,
    reaches,
    reading,
    render,
    requires,
    safe_next,
    save_form,
    toast,
    told,
    version_in,
    whole_number,
)
from salesman_hookspecs import Text

_ = texts.lazy
ngettext = texts.ngettext

blueprint = Blueprint("calendar", __name__, url_prefix="/calendar")

Page = Markup | Response | tuple[Markup, int]

ASKS: Final = (
    "kind_id",
    "owner_id",
    "day",
    "done",
    "overdue",
    "priority",
    "result_id",
    "done_at",
    "created_at",
)
VIEWS: Final[tuple[tuple[Text, Mapping[str, str]], ...]] = (
    (_("Mine"), {"owner_id": "me", "done": "false"}),
    (_("Overdue"), {"overdue": "true"}),
    (_("Today"), {"day": "today"}),
    (_("This week"), {"day": "this_week"}),
    (_("To do"), {"done": "false"}),
    (_("Done"), {"done": "true", "sort": "-done_at"}),
    (_("All"), {}),
)
BEGINNING: Final = ("kind_id", "client_id", "deal_id", "owner_id", "about_id", "minutes")
"""What the address of the form may say beforehand."""


def _list() -> ListPage:
    return ListPage.of(LISTED, views=VIEWS, asks=ASKS, options=_options)


def _options() -> dict[str, Any]:
    session = reading()
    kinds = [(row.id, row.name) for row in choosing.kinds(session)]
    names = dict(kinds)
    results = [(row.id, f"{names[row.kind_id]}: {row.name}") for row in choosing.results(session)]
    return {"owner_id": colleagues(), "kind_id": kinds, "result_id": results}


@blueprint.get("/activities")
@requires(VIEW)
def index() -> Markup:
    """Show the list of activities as the address filters and sorts it."""
    listed = _list()
    return render(
        "calendar/index.html",
        listed=listed,
        around=queries.around(reading(), listed.rows),
        overdue_ids=queries.overdue_among(listed.rows),
        priorities=PRIORITY_TITLES,
    )


@blueprint.get("/activities/filter")
@requires(VIEW)
def narrow() -> Response:
    """Lead from the dialog of filters to the list as it asks for it."""
    return narrowed(ACTIVITIES, "calendar.index")


@blueprint.post("/activities/columns")
@requires(VIEW)
def choose_columns() -> Response:
    """Keep which columns the person wants to see, in their order."""
    return _list().columns_chosen()


@blueprint.get("/new")
@requires(CREATE)
def new() -> Markup:
    """Show the form for an activity, of a client, a deal, a kind and a day that are said."""
    return _new_form(FormState(_beginning()))


def _beginning() -> dict[str, Any]:
    said: dict[str, Any] = {name: request.args.get(name, type=whole_number) for name in BEGINNING}
    said["about_kind"] = request.args.get("about_kind", "")[:60]
    kinds = choosing.kinds(reading(), offered=True)
    said["kind_id"] = said["kind_id"] or (kinds[0].id if kinds else None)
    said["owner_id"] = said["owner_id"] or current_person().id
    if said["deal_id"] and not said["client_id"]:
        said["client_id"] = choosing.client_of_deal(reading(), said["deal_id"])
    when = forms.when_as_written(request.args.get("when", "")[:100])
    return {**said, "priority": NORMAL, "when": when}


@blueprint.post("/new")
@requires(CREATE)
def create() -> Page:
    """Plan the activity that was typed."""
    try:
        values = judge(ActivitySchema(), forms.values_of(request.form))
        activity_id = service.create_activity(values)
    except InvalidError as error:
        form = FormState.refused(request.form, _at_when(error))
        return _new_form(form), error.status
    toast(_("It is planned."), undo=url_for("calendar.delete", record_id=activity_id))
    return _answer(activity_id, url_for("calendar.index", owner_id="me", done="false"))


def _at_when(error: InvalidError) -> InvalidError:
    """Let what is wrong with the day stand at the field in which it was typed."""
    fields = {"when" if name in service.TIMES else name: one for name, one in error.fields.items()}
    return typed_rules.at_fields(InvalidError(error.message, fields))


def _new_form(form: FormState) -> Markup:
    template = "calendar/new_form.html" if is_htmx() else "calendar/new.html"
    return render(template, in_dialog=is_htmx(), **forms.choices(form))


@blueprint.get("/<int:record_id>")
@requires(VIEW)
def card(record_id: int) -> Markup:
    """Show an activity."""
    return card_page(record_id)


def card_page(record_id: int, invited: FormState | None = None) -> Markup:
    """Give the page of an activity.

    :param invited: what was typed to invite somebody, where that was refused.
    """
    session = reading()
    activity = queries.one_activity(session, record_id)
    return render(
        "calendar/card.html",
        activity=activity,
        around=queries.around(session, [activity]),
        may_delete=reaches(KIND, record_id, DELETE),
        priorities=PRIORITY_TITLES,
        reminders=dict(forms.REMINDERS),
        comes_again=typed_rules.told_in(activity),
        scopes=typed_rules.SCOPE_TITLES,
        guests=invitations.guests_of(session, activity),
        answers=invitations.ANSWER_TITLES,
        inviting=invited or FormState({"whole": activity.series_id is not None}),
        addresses=invitations.addresses_of(session, record_id) if activity.may_edit else [],
    )


@blueprint.get("/<int:record_id>/edit")
@requires(EDIT)
def edit(record_id: int) -> Markup:
    """Show the form of an activity as it stands."""
    demand(KIND, record_id, EDIT)
    return _edit_form(record_id, _held(record_id))


def _held(activity_id: int) -> FormState:
    return forms.held(queries.one_activity(reading(), activity_id))


def _edit_form(activity_id: int, form: FormState) -> Markup:
    template = "calendar/edit_form.html" if is_htmx() else "calendar/edit.html"
    activity = queries.one_activity(reading(), activity_id)
    choices = forms.choices(form, activity)
    return render(template, in_dialog=is_htmx(), activity=activity, **choices)


@blueprint.post("/<int:record_id>/edit")
@requires(EDIT)
def change(record_id: int) -> Page:
    """Change what was typed."""
    demand(KIND, record_id, EDIT)

    def save(typed: forms.Typed, version: int | None) -> None:
        try:
            values = judge(ActivitySchema(partial=True), forms.values_of(typed))
            _change(record_id, values, typed.get("scope", "this"), version)
        except InvalidError as error:
            raise _at_when(error) from error

    last = partial(last_change, KIND, record_id)
    again = save_form(request.form, lambda: _held(record_id), save, last)
    if again is not None:
        return _edit_form(record_id, again), again.status
    toast(_("Saved."))
    return _answer(record_id)


def _change(activity_id: int, values: dict[str, Any], scope: str, version: int | None) -> None:
    if scope in SCOPES:
        change_series(activity_id, values, scope, version)
    else:
        service.change_activity(activity_id, values, version)


@blueprint.get("/<int:record_id>/done")
@requires(EDIT)
def finish_form(record_id: int) -> Markup:
    """Ask what came of an activity, and what is next."""
    demand(KIND, record_id, EDIT)
    activity = queries.one_activity(reading(), record_id)
    form = FormState({"version": activity.version, "next_kind_id": activity.kind_id})
    return _done_form(activity, form)


def _done_form(activity: AnyRow, form: FormState) -> Markup:
    template = "calendar/done_form.html" if is_htmx() else "calendar/done.html"
    session = reading()
    return render(
        template,
        in_dialog=is_htmx(),
        activity=activity,
        around=queries.around(session, [activity]),
        form=form,
        labels=forms.LABELS,
        results=[(row.id, row.name) for row in choosing.results(session, activity.kind_id)],
        kinds=[(row.id, row.name) for row in choosing.kinds(session, offered=True)],
    )


@blueprint.post("/<int:record_id>/done")
@requires(EDIT)
def finish(record_id: int) -> Page:
    """Say that an activity is done, and plan what is next; the notice can undo it."""
    demand(KIND, record_id, EDIT)
    try:
        values = judge(DoneSchema(), forms.done_values_of(request.form))
        service.finish_activity(record_id, values, version_in(request.form))
    except InvalidError as error:
        form = FormState.refused(request.form, error)
        return _done_form(queries.one_activity(reading(), record_id), form), error.status
    toast(_("Done."), undo=url_for("calendar.reopen", record_id=record_id))
    return _answer(record_id)


@blueprint.post("/<int:record_id>/reopen")
@requires(EDIT)
def reopen(record_id: int) -> Response:
    """Take up again what was done."""
    service.reopen_activity(record_id, version_in(request.form))
    return _answer(record_id)


@blueprint.post("/<int:record_id>/delete")
@requires(DELETE)
def delete(record_id: int) -> Response:
    """Put an activity into the bin; the notice can undo it."""
    subject = queries.one_activity(reading(), record_id).subject
    service.delete_activity(record_id, version_in(request.form))
    undo = url_for("calendar.restore", record_id=record_id)
    toast(_("“%(subject)s” is in the bin.", subject=subject), undo=undo)
    return _answer(record_id, url_for("calendar.index", owner_id="me", done="false"))


@blueprint.post("/<int:record_id>/series/end")
@requires(DELETE)
def end(record_id: int) -> Response:
    """Put an activity of a series and others of it into the bin; the notice can undo it."""
    scope = request.form.get("scope", FOLLOWING)
    gone = end_series(record_id, scope if scope in SCOPES else FOLLOWING, version_in(request.form))
    undo = url_for("calendar.take_back_end", record_id=record_id)
    message = ngettext(
        "%(num)s activity is in the bin.", "%(num)s activities are in the bin.", gone
    )
    toast(message, undo=undo)
    return _answer(record_id, url_for("calendar.index", owner_id="me", done="false"))


@blueprint.post("/<int:record_id>/series/restore")
@requires(DELETE)
def take_back_end(record_id: int) -> Response:
    """Take out of the bin what went there together with an activity, and show that."""
    restore_series(record_id)
    toast(_("The activities are back."))
    return _answer(record_id)


@blueprint.post("/<int:record_id>/restore")
@requires(DELETE)
def restore(record_id: int) -> Response:
    """Take an activity out of the bin, and show it."""
    service.restore_activity(record_id)
    toast(_("The activity is back."))
    return _answer(record_id)


def _answer(activity_id: int, page: str = "") -> Response:
    """Tell whatever shows activities that one has changed; without htmx, show a page.

    :param page: another one than the card of the activity, unless the request names the next one.
    """
    if is_htmx():
        return told(KIND, activity_id, closes_dialog=True)
    if not page and reaches(KIND, activity_id):
        page = url_for("calendar.card", record_id=activity_id)
    following = request.form.get("next")
    return redirect(safe_next(following, page or url_for("calendar.index")))
