"""Keeping, changing and sharing views of lists, from the tabs above them."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import current_app, request, url_for
from werkzeug.wrappers import Response

from salesman_core.access.routes import signed_in
from salesman_core.i18n import texts
from salesman_core.records import list_views
from salesman_core.records.bulk.views import blueprint
from salesman_core.records.models import ListView
from salesman_core.records.record_list import record_list
from salesman_core.web.addresses import address_of, go_to, safe_next
from salesman_core.web.forms import whole_number
from salesman_core.web.toasts import toast

_ = texts.lazy


@blueprint.post("/<kind>/views")
@signed_in
def keep_view(kind: str) -> Response:
    """Keep the list as it stands under the name of the field ``name``."""
    view_id = list_views.keep_view(kind, {**_typed(), **_shown()})
    toast(_("The view is kept."))
    return go_to(_address(list_views.view_of(view_id)))


@blueprint.post("/views/<int:view_id>")
@signed_in
def change_view(view_id: int) -> Response:
    """Rename or share a view; with ``anew`` it keeps the list as it stands now."""
    anew = request.form.get("anew") == "true"
    list_views.change_view(view_id, _shown() if anew else _typed())
    toast(_("The view is changed."))
    view = list_views.view_of(view_id)
    return go_to(_address(view) if anew else _back(view))


@blueprint.post("/views/<int:view_id>/delete")
@signed_in
def delete_view(view_id: int) -> Response:
    """Take a view away; the notice can undo it."""
    view = list_views.view_of(view_id)
    list_views.delete_view(view_id)
    undo = url_for("lists.restore_view", view_id=view_id)
    toast(_("The view “%(name)s” is deleted.", name=view.name), undo=undo)
    return go_to(url_for(_page_of(view.kind)))


@blueprint.post("/views/<int:view_id>/restore")
@signed_in
def restore_view(view_id: int) -> Response:
    """Bring a view back."""
    list_views.restore_view(view_id)
    return go_to(_address(list_views.view_of(view_id)))


@blueprint.post("/<kind>/default")
@signed_in
def choose_default(kind: str) -> Response:
    """Let a list open as the view of the field ``view``, or as usual."""
    view_id = request.form.get("view", type=whole_number) or None
    endpoint = record_list(kind).endpoint
    list_views.choose_default(kind, view_id)
    toast(_("The list opens like this now.") if view_id else _("The list opens as usual now."))
    return go_to(safe_next(request.form.get("next"), url_for(endpoint)))


def _typed() -> dict[str, str]:
    names = ("name", "sharing")
    return {name: request.form[name].strip() for name in names if name in request.form}


def _shown() -> dict[str, object]:
    columns = request.form.get("columns", "")
    return {
        "address": request.form.get("filter", ""),
        "columns": columns.split(",") if columns else None,
    }


def _address(view: ListView) -> str:
    return address_of(_page_of(view.kind), {"view": view.id, **view.args})


def _page_of(kind: str) -> str:
    """Give the page that the form stood on, which may be another one of the same list."""
    page = request.form.get("page", "")
    known = page in current_app.view_functions
    alone = known and any(not rule.arguments for rule in current_app.url_map.iter_rules(page))
    return page if alone else record_list(kind).endpoint


def _back(view: ListView) -> str:
    """Give where the person was, where that is the list of the view."""
    address = _address(view)
    target = safe_next(request.form.get("next"), address)
    return target if urlsplit(target).path == urlsplit(address).path else address
