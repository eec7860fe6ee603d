"""The page of a person's notices, to which the bell in the top bar leads."""

from __future__ import annotations

from flask import Blueprint, Response, request
from markupsafe import Markup

from salesman_core.access.routes import signed_in
from salesman_core.services.notices import note_read, own_notices
from salesman_core.web.forms import whole_number
from salesman_core.web.templating import render

blueprint = Blueprint("notices", __name__, url_prefix="/notices")

NUMBER = "notices"
"""What the number beside the bell is called among the numbers of a page."""


@blueprint.get("")
@signed_in
def index() -> Markup:
    """Show what whoever reads was told."""
    return render("core/notices/index.html", notices=own_notices())


@blueprint.post("/read")
@signed_in
def read() -> Response:
    """Note that all up to the notice of the field ``until`` were read."""
    note_read(request.form.get("until", 0, type=whole_number))
    return Response(status=204)
