"""The desk: the page one begins the day with."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, request, url_for
from markupsafe import Markup

from salesman_core import clock
from salesman_core.access.routes import signed_in
from salesman_core.i18n import texts
from salesman_core.web import arrangement
from salesman_core.web.addresses import go_to
from salesman_core.web.foreign import foreign_html
from salesman_core.web.templating import render
from salesman_core.web.toasts import toast

_ = texts.lazy

blueprint = Blueprint("desk", __name__)


@blueprint.get("/")
@signed_in
def index() -> Markup:
    """Show the widgets, each of which asks for its content by itself."""
    shown, addable = arrangement.arranged()
    return render("core/desk/index.html", shown=shown, addable=addable)


@blueprint.get("/desk/widgets/<owner>/<widget_id>")
@signed_in
def widget(owner: str, widget_id: str) -> Response:
    """Give the content of one widget, and the time that it is true of."""
    one = arrangement.widget_named(f"{owner}.{widget_id}")
    place = f"salesman_desk_widgets/{widget_id}"
    content = foreign_html(owner, place, one.widget.render, alone=True)
    response = make_response(render("core/desk/content.html", content=content, as_of=clock.now()))
    if content is None:  # nothing to say: the widget leaves the desk until the next visit
        response.headers["HX-Retarget"] = "closest [data-widget]"
        response.headers["HX-Reswap"] = "delete"
    return response


@blueprint.post("/desk/arrangement")
@signed_in
def arrange() -> Response:
    """Keep the order of the field ``widget``, which comes once for each."""
    arrangement.arrange(request.form.getlist("widget"))
    return Response(status=204)


@blueprint.post("/desk/hide")
@signed_in
def hide() -> Response:
    """Take the widget of the field ``widget`` off the desk."""
    key = request.form.get("widget", "")
    arrangement.hide(key)
    toast(_("The widget is off your desk."), undo=url_for("desk.show", widget=key))
    return go_to(url_for("desk.index"))


@blueprint.post("/desk/show")
@signed_in
def show() -> Response:
    """Put the widget of the field ``widget`` on the desk."""
    arrangement.show(request.values.get("widget", ""))
    return go_to(url_for("desk.index"))


@blueprint.post("/desk/reset")
@signed_in
def reset() -> Response:
    """Give the desk back as the person's roles have it."""
    arrangement.reset()
    toast(_("Your desk is as your roles have it."))
    return go_to(url_for("desk.index"))
