"""The administration of pages: what stands where, and what of it nobody is to see."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from salesman_core.access.routes import requires
from salesman_core.administration import service
from salesman_core.administration.permissions import PLUGINS
from salesman_core.administration.places import PartLine, places
from salesman_core.i18n import texts
from salesman_core.web.templating import render
from salesman_core.web.toasts import toast

_ = texts.lazy

blueprint = Blueprint("administration_places", __name__, url_prefix="/admin/plugins/places")


@blueprint.get("")
@requires(PLUGINS)
def index() -> Markup:
    """Show every menu, the desk and every slot with what stands in it."""
    found = places()
    away = [part for place in found for part in place.parts if part.hidden]
    return render("core/administration/places.html", places=found, hidden=away)


@blueprint.post("/hide")
@requires(PLUGINS)
def hide() -> Response:
    """Hide the part of the field ``part`` from everybody."""
    part = service.hide_part(request.values.get("part", ""))
    undo = url_for("administration_places.show", part=part.name)
    toast(_("%(title)s is hidden from everybody.", title=part.title), undo=undo)
    return _back_to(part)


@blueprint.post("/show")
@requires(PLUGINS)
def show() -> Response:
    """Show the part of the field ``part`` again."""
    part = service.show_part(request.values.get("part", ""))
    undo = url_for("administration_places.hide", part=part.name)
    toast(_("%(title)s is shown again.", title=part.title), undo=undo)
    return _back_to(part)


def _back_to(part: PartLine) -> Response:
    return redirect(url_for("administration_places.index", _anchor=f"part-{part.name}"))
