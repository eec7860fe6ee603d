"""What is behind the reference numbers of error pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from flask import Blueprint, redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from salesman_core.access.routes import requires
from salesman_core.administration.permissions import PLUGINS
from salesman_core.administration.words import plugin_title
from salesman_core.db import AnyRow, reading
from salesman_core.errors import InvalidError, MissingError
from salesman_core.i18n import texts
from salesman_core.plugins.faults import KEPT_FOR
from salesman_core.plugins.models import PluginFault
from salesman_core.web.forms import FormState
from salesman_core.web.templating import render

_ = texts.lazy

SHOWN: Final = 50

blueprint = Blueprint("faults", __name__, url_prefix="/admin/faults")


@blueprint.get("")
@requires(PLUGINS)
def index() -> Markup | tuple[Markup, int] | Response:
    """List the latest faults, or lead to the one whose number was typed."""
    typed = request.args.get("reference", "").strip().lower()
    if not typed:
        return _page(FormState())
    try:
        found = _fault(typed)
    except MissingError as error:
        form = FormState({"reference": typed}, {"reference": [error.message]})
        return _page(form), InvalidError.status
    return redirect(url_for("faults.fault", reference=found.reference))


def _page(form: FormState) -> Markup:
    return render(
        "core/administration/faults.html",
        faults=_latest(),
        form=form,
        days=KEPT_FOR.days,
        plugin_title=plugin_title,
    )


def _latest() -> Sequence[AnyRow]:
    shown = sa.select(
        PluginFault.reference,
        PluginFault.at,
        PluginFault.plugin_id,
        PluginFault.place,
        PluginFault.route,
        PluginFault.actor_name,
        PluginFault.error,
    )
    return reading().execute(shown.order_by(PluginFault.id.desc()).limit(SHOWN)).all()


@blueprint.get("/<reference>")
@requires(PLUGINS)
def fault(reference: str) -> Markup:
    """Show what is behind a reference number."""
    found = _fault(reference)
    title = plugin_title(found.plugin_id)
    return render("core/administration/fault.html", fault=found, plugin=title)


def _fault(reference: str) -> PluginFault:
    found = reading().scalar(sa.select(PluginFault).where(PluginFault.reference == reference))
    if found is None:
        raise MissingError(_("There is no fault with the number %(number)s.", number=reference))
    return found
