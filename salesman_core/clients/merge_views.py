"""Pages of doubles: what the finder has found, merging with a choice of each field, undoing."""

from __future__ import annotations

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from salesman_core.access.routes import requires
from salesman_core.clients import doubles, merge_choice, queries
from salesman_core.clients.merging import MERGE, fields_to_choose, merge_clients, undo_merging
from salesman_core.clients.views import blueprint
from salesman_core.db import reading
from salesman_core.errors import SalesmanError, StaleError
from salesman_core.i18n import texts
from salesman_core.records.answers import gone_to
from salesman_core.records.bulk.views import chosen
from salesman_core.records.meanwhile import form_of_several
from salesman_core.records.record_list import record_list
from salesman_core.web.forms import FormState, whole_number
from salesman_core.web.templating import render
from salesman_core.web.toasts import toast

_ = texts.lazy


@blueprint.get("/doubles")
@requires(MERGE)
def doubles_found() -> Markup:
    """Show the pairs that are probably one, and how far the search is."""
    return render(
        "core/clients/doubles/index.html", doubles=doubles.doubles(), job=doubles.finding()
    )


@blueprint.post("/doubles/find")
@requires(MERGE)
def find_doubles() -> ResponseReturnValue:
    """Go over all clients in the background."""
    doubles.begin_finding()
    return redirect(url_for("clients.doubles_found"))


@blueprint.get("/doubles/progress")
@requires(MERGE)
def finding_progress() -> Markup | Response:
    """Give how far the search is; once it is over, the page loads anew."""
    job = doubles.finding()
    if job is None:
        return Response("", headers={"HX-Refresh": "true"})
    return render("core/clients/doubles/progress.html", job=job)


@blueprint.post("/doubles/stop")
@requires(MERGE)
def stop_finding() -> ResponseReturnValue:
    """Stop the search; what it has found stays."""
    doubles.stop_finding()
    return redirect(url_for("clients.doubles_found"))


@blueprint.post("/doubles/<int:double_id>/dismiss")
@requires(MERGE)
def dismiss_double(double_id: int) -> ResponseReturnValue:
    """Remember that two clients are two."""
    doubles.dismiss(double_id)
    undo = url_for("clients.ask_again", double_id=double_id)
    toast(_("Remembered: these are two clients."), undo=undo)
    return gone_to(url_for("clients.doubles_found"))


@blueprint.post("/doubles/<int:double_id>/ask-again")
@requires(MERGE)
def ask_again(double_id: int) -> ResponseReturnValue:
    """Forget that somebody said so."""
    doubles.ask_again(double_id)
    return gone_to(url_for("clients.doubles_found"))


@blueprint.get("/<int:record_id>/merge")
@requires(MERGE)
def merge_with(record_id: int) -> Markup:
    """Offer the clients with which one may be merged."""
    typed = request.args.get("q", "").replace("\0", "")[:300]
    return render(
        "core/clients/doubles/choose.html",
        client=queries.one_client(reading(), record_id),
        offered=merge_choice.offered(record_id, typed),
        typed=typed,
    )


@blueprint.get("/merge")
@requires(MERGE)
def merge() -> ResponseReturnValue:
    """Let a person choose which values stay, and show what moves along."""
    ids = request.args.getlist("id", type=whole_number)
    if not ids:
        return redirect(url_for("clients.doubles_found"))
    return _merge_page(ids, request.args.get("kept", type=whole_number), FormState({}))


@blueprint.post("/merge/marked")
@requires(MERGE)
def merge_marked() -> ResponseReturnValue:
    """Lead from the rows that are marked in the list to the choice of what stays of them."""
    marked = chosen(record_list("client")).marked
    return redirect(url_for("clients.merge", id=list(marked)))


def _merge_page(ids: list[int], kept_id: int | None, form: FormState) -> Markup:
    choice = merge_choice.merge_choice(ids, kept_id)
    return render("core/clients/doubles/merge.html", choice=choice, form=form)


@blueprint.post("/merge")
@requires(MERGE)
def merge_chosen() -> ResponseReturnValue:
    """Merge clients into one."""
    versions = chosen(record_list("client")).marked
    kept_id = request.form.get("kept", 0, type=whole_number)
    whose = {
        name: request.form.get(f"field-{name}", 0, type=whole_number) for name in fields_to_choose()
    }
    lost_ids = [id_ for id_ in versions if id_ != kept_id]
    try:
        merging_id = merge_clients(kept_id, lost_ids, whose, versions)
    except SalesmanError as error:
        if not error.fields and not isinstance(error, StaleError):
            raise
        form = form_of_several("client", versions, error)
        return _merge_page(list(versions), kept_id, form), error.status
    undo = url_for("clients.undo_merge", merging_id=merging_id)
    toast(_("Merged. It can be undone for thirty days."), undo=undo)
    return redirect(url_for("clients.card", record_id=kept_id))


@blueprint.get("/mergings")
@requires(MERGE)
def mergings() -> Markup:
    """Show the mergings that can be undone."""
    return render("core/clients/doubles/mergings.html", mergings=merge_choice.mergings())


@blueprint.get("/mergings/<int:merging_id>")
@requires(MERGE)
def merging(merging_id: int) -> Markup:
    """Show what a merging moved; once it is undone, what stayed."""
    shown = merge_choice.merging_shown(merging_id)
    return render("core/clients/doubles/merging.html", merging=shown)


@blueprint.post("/mergings/<int:merging_id>/undo")
@requires(MERGE)
def undo_merge(merging_id: int) -> ResponseReturnValue:
    """Take merged clients apart again."""
    undo_merging(merging_id)
    toast(_("The merging is undone."))
    return gone_to(url_for("clients.merging", merging_id=merging_id))
