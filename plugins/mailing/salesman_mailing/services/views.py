"""The pages of links: choosing a list for a group, what would change, how far it has come."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from flask import redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from salesman_core.toolkit import (
    AnyRow,
    ConflictError,
    FormState,
    InvalidError,
    MissingError,
    StaleError,
    contact_data,
    current_person,
    demand,
    gone_to,
    reaches,
    reading,
    render,
    requires,
    toast,
    version_in,
)
from salesman_mailing.groups.models import KIND as GROUP
from salesman_mailing.groups.queries import one_group
from salesman_mailing.permissions import EDIT, MANAGE_LINKS
from salesman_mailing.services import linking, queries, showing
from salesman_mailing.services.contract import LONGEST_FIELD, ServiceList
from salesman_mailing.services.further import offered
from salesman_mailing.services.known import service_named, titles
from salesman_mailing.services.models import COMING_IN, GOING_OUT
from salesman_mailing.services.words import CHANGES, EVENTS, STATES
from salesman_mailing.texts import texts
from salesman_mailing.views import Page, blueprint

_ = texts.lazy

SHOWN: Final = 50


@blueprint.get("/<int:record_id>/link/<service>")
@requires(MANAGE_LINKS)
def choose_list(record_id: int, service: str) -> Markup:
    """Show the lists of a service, for a choice."""
    demand(GROUP, record_id, EDIT)
    service_named(service)
    return _choice_page(record_id, service, FormState())


def _choice_page(record_id: int, service_id: str, form: FormState) -> Markup:
    service, problem = service_named(service_id), ""
    sets_up = current_person().everything
    lists: list[ServiceList] = []
    try:
        lists = linking.lists_of(service_id)
    except ConflictError as error:
        problem = str(error.message)
    return render(
        "mailing/services/choose.html",
        group=one_group(reading(), record_id),
        service=service,
        lists=[(one.id, one.title) for one in lists],
        problem=problem,
        setup=url_for(service.setup) if sets_up else "",
        form=form,
    )


@blueprint.post("/<int:record_id>/link/<service>")
@requires(MANAGE_LINKS)
def link_group(record_id: int, service: str) -> Page:
    """Let the chosen list, or a new one, have the members of a group."""
    demand(GROUP, record_id, EDIT)
    typed = request.form
    try:
        link_id = linking.link_group(
            record_id, service, typed.get("list_id", "")[:100], typed.get("title", "")[:200]
        )
    except (InvalidError, ConflictError) as error:
        form = FormState.refused(typed, error)
        return _choice_page(record_id, service, form), error.status
    linking.compare(link_id)
    toast(_("The group has a list. What would change is being looked up."))
    return _to_link(link_id)


def _to_link(link_id: int) -> Response:
    return redirect(url_for("mailing.link", link_id=link_id), 303)


@blueprint.get("/links/<int:link_id>")
@requires(MANAGE_LINKS)
def link(link_id: int) -> Page:
    """Show what would change between a group and its list, and how far it has come."""
    session = reading()
    row = queries.one_link(session, link_id)
    if "live" in request.args and not queries.is_busy(row):
        return gone_to(url_for("mailing.link", link_id=link_id))  # its acts are others now
    what = request.args.get("what", "")
    after = request.args.get("after", 0, type=int)
    reads = queries.reads_addresses(row)
    chosen = what if what in CHANGES else ""
    rows = queries.changes(session, link_id, chosen, after, SHOWN + 1) if reads else ()
    counted = queries.counts(session, link_id)
    sees = contact_data.sees_contact_data()
    return render(
        "mailing/services/card.html",
        link=row,
        service=titles().get(row.service, row.service),
        state=STATES[row.state],
        busy=queries.is_busy(row),
        counted=counted,
        left=queries.left(counted),
        whole=sum(one.whole for one in counted.values()),
        coming_in=[one for one in COMING_IN if one in counted],
        going_out=[one for one in GOING_OUT if one in counted],
        titles=CHANGES,
        what=chosen,
        reads=reads,
        changes=[
            (one, one.address if sees else contact_data.masked(one.address)) for one in rows[:SHOWN]
        ],
        next_after=rows[SHOWN - 1].id if len(rows) > SHOWN else None,
        first=not after,
        happened=queries.happened(session, row),
        events=EVENTS,
        further=showing.further_of(row),
        may_edit=reaches(GROUP, row.group_id, EDIT),
    )


@blueprint.post("/links/<int:link_id>/compare")
@requires(MANAGE_LINKS)
def compare_link(link_id: int) -> Response:
    """Let it be looked up what would change."""
    return _act(link_id, linking.compare)


@blueprint.post("/links/<int:link_id>/carry-out")
@requires(MANAGE_LINKS)
def carry_out_link(link_id: int) -> Response:
    """Let be done what was shown."""
    version = version_in(request.form)
    return _act(link_id, lambda id_: linking.carry_out(id_, version))


@blueprint.post("/links/<int:link_id>/stop")
@requires(MANAGE_LINKS)
def stop_link(link_id: int) -> Response:
    """Let the work on a link stop."""
    return _act(link_id, linking.stop)


@blueprint.post("/links/<int:link_id>/automatic")
@requires(MANAGE_LINKS)
def change_link(link_id: int) -> Response:
    """Say whether what is to change goes out by the clock."""
    automatic = "automatic" in request.form
    linking.change_link(link_id, automatic, version_in(request.form))
    toast(_("Saved."))
    return _to_link(link_id)


@blueprint.post("/links/<int:link_id>/unlink")
@requires(MANAGE_LINKS)
def unlink(link_id: int) -> Response:
    """Let a group and a list go their own ways."""
    group_id = queries.one_link(reading(), link_id).group_id
    linking.unlink(link_id, version_in(request.form))
    toast(_("The group and the list go their own ways now."))
    return redirect(url_for("mailing.card", record_id=group_id), 303)


@blueprint.get("/links/<int:link_id>/fields")
@requires(MANAGE_LINKS)
def choose_fields(link_id: int) -> Markup:
    """Show which fields of ours go to which of the service, for a choice."""
    row = queries.one_link(reading(), link_id)
    demand(GROUP, row.group_id, EDIT)
    held = {linking.Choice(**one).control: one["field"] for one in row.further}
    return _fields_page(row, FormState(held))


def _fields_page(row: AnyRow, form: FormState) -> Markup:
    problem, theirs = "", list[str]()
    try:
        theirs = linking.fields_of(row.id)
    except (ConflictError, MissingError) as error:
        problem = str(error.message)
    kinds = showing.offered_by_kind()
    return render(
        "mailing/services/fields.html",
        link=row,
        service=titles().get(row.service, row.service),
        kinds=kinds,
        labels={one.control: one.title for some in kinds.values() for one in some},
        theirs=[(linking.NEW, _("a new field")), *((one, one) for one in theirs)],
        problem=problem,
        form=form,
    )


@blueprint.post("/links/<int:link_id>/fields")
@requires(MANAGE_LINKS)
def save_fields(link_id: int) -> Page:
    """Let the chosen fields go to the list, and look what would change."""
    row = queries.one_link(reading(), link_id)
    demand(GROUP, row.group_id, EDIT)
    names = ((one, request.form.get(one.control, "")) for one in offered())
    choices = [linking.Choice(*one.key, field[:LONGEST_FIELD]) for one, field in names if field]
    try:
        linking.choose_fields(link_id, choices, version_in(request.form))
    except (InvalidError, ConflictError, StaleError) as error:
        return _fields_page(row, FormState.refused(request.form, error)), error.status
    toast(_("Saved. What would change is being looked up."))
    return _act(link_id, linking.compare)


def _act(link_id: int, act: Callable[[int], None]) -> Response:
    """Do something with a link; where that does not fit its state, the page says so."""
    try:
        act(link_id)
    except (ConflictError, StaleError) as error:
        toast(error.message)
    return _to_link(link_id)
