"""The administration of plugins and of the company."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, Final
from zoneinfo import available_timezones

import sqlalchemy as sa
from babel.numbers import get_currency_name
from flask import Blueprint, redirect, request, send_file, url_for
from flask_babel import get_locale
from markupsafe import Markup
from werkzeug.wrappers import Response

from salesman_core.access.routes import requires
from salesman_core.administration import service
from salesman_core.administration.permissions import COMPANY, PLUGINS, PURGE
from salesman_core.administration.words import plugin_title
from salesman_core.db import AnyRow, reading
from salesman_core.errors import ConflictError, InvalidError, MissingError
from salesman_core.i18n import texts, texts_of
from salesman_core.plugins import purge as purging
from salesman_core.plugins.faults import taken_out_lately
from salesman_core.plugins.host import current_host
from salesman_core.plugins.models import PluginGuard
from salesman_core.plugins.states import Loaded, State
from salesman_core.records.changes import note_export
from salesman_core.records.last_change import last_change
from salesman_core.services.company import BIN_DAYS, company, currencies
from salesman_core.web.forms import FormState
from salesman_core.web.templating import render
from salesman_core.web.toasts import toast
from salesman_core.web.two_editors import Typed, form_to_edit, save_form
from salesman_hookspecs import HealthCheck, Text
from salesman_hookspecs.insight import salesman_health

_ = texts.lazy

blueprint = Blueprint("administration", __name__, url_prefix="/admin")

_ACCENT: Final = "#066fd1"
"""The accent colour of a company that chose none: a browser sends black for an empty field."""

_TEXTS: Final = (
    "name",
    "language",
    "zone",
    "currency",
    "region",
    "work_from",
    "work_to",
    "accent",
    "vat",
)


@dataclass(frozen=True, slots=True)
class PluginLine:
    """A plugin as the page shows it.

    :param checks: what the plugin says of its own health.
    :param places: hooks that were taken out for a while within the last hour.
    """

    loaded: Loaded
    state: State
    checks: Sequence[HealthCheck]
    places: Sequence[str]

    @property
    def title(self) -> str:
        """What people call it, in the reader's language."""
        return plugin_title(self.loaded.id)

    @property
    def summary(self) -> str:
        """What it is for, in a sentence, or an empty string."""
        manifest = self.loaded.manifest
        if manifest is None or not manifest.summary:
            return ""
        return texts_of(self.loaded.id).gettext(manifest.summary)


@blueprint.get("/plugins")
@requires(PLUGINS)
def plugins() -> Markup:
    """Show every plugin with its state and its health."""
    return render(
        "core/administration/plugins.html",
        plugins=_plugin_lines(),
        left_behind=purging.left_behind(),
        guards=_shut_guards(),
    )


def _plugin_lines() -> list[PluginLine]:
    host = current_host()
    checks = {one.owner: list(one.value) for one in host.call(salesman_health)}
    places = taken_out_lately(reading())
    return [
        PluginLine(loaded, host.state(id_), checks.get(id_, []), places.get(id_, []))
        for id_, loaded in sorted(host.plugins.items())
    ]


def _shut_guards() -> Sequence[AnyRow]:
    """Give the guards that keep records shut because their plugin is not active."""
    rows = reading().execute(
        sa.select(PluginGuard.plugin_id, PluginGuard.kind, PluginGuard.lifted_at)
        .add_columns(PluginGuard.lifted_by)
        .order_by(PluginGuard.plugin_id, PluginGuard.kind)
    )
    return [row for row in rows if not current_host().is_active(row.plugin_id)]


@blueprint.post("/plugins/<plugin_id>/suspend")
@requires(PLUGINS)
def suspend(plugin_id: str) -> Response:
    """Switch a plugin off."""
    service.suspend(plugin_id)
    undo = url_for("administration.activate", plugin_id=plugin_id)
    toast(_("%(id)s is suspended; its data stays.", id=plugin_id), undo=undo)
    return redirect(url_for("administration.plugins"))


@blueprint.post("/plugins/<plugin_id>/activate")
@requires(PLUGINS)
def activate(plugin_id: str) -> Response:
    """Switch a plugin on."""
    service.activate(plugin_id)
    toast(_("%(id)s is active again.", id=plugin_id))
    return redirect(url_for("administration.plugins"))


@blueprint.post("/plugins/<plugin_id>/guards/<kind>/lift")
@requires(PLUGINS)
def lift_guard(plugin_id: str, kind: str) -> Response:
    """Open records to people although the plugin that guards them is not active."""
    service.lift_guard(plugin_id, kind)
    toast(_("The guard of %(id)s is lifted.", id=plugin_id), kind="warning")
    return redirect(url_for("administration.plugins"))


@blueprint.get("/plugins/<plugin_id>/purge")
@requires(PURGE)
def purge_form(plugin_id: str) -> Markup:
    """Show what a plugin keeps in the database, before it is removed."""
    return _purge_page(plugin_id, FormState())


@blueprint.post("/plugins/<plugin_id>/purge")
@requires(PURGE)
def purge(plugin_id: str) -> tuple[Markup, int] | Response:
    """Remove all that a plugin keeps in the database."""
    _refuse_unknown(plugin_id)
    try:
        _demand_typed(plugin_id)
        service.purge_plugin(plugin_id)
    except (InvalidError, ConflictError) as error:
        return _purge_page(plugin_id, FormState.refused(request.form, error)), error.status
    toast(_("The data of %(id)s is removed.", id=plugin_id))
    return redirect(url_for("administration.plugins"))


def _demand_typed(plugin_id: str) -> None:
    if request.form.get("typed", "").strip() != plugin_id:
        message = _("Type %(id)s here to remove its data.", id=plugin_id)
        raise InvalidError(message, {"typed": message})


def _purge_page(plugin_id: str, form: FormState) -> Markup:
    _refuse_unknown(plugin_id)
    return render(
        "core/administration/purge.html",
        id=plugin_id,
        title=plugin_title(plugin_id),
        active=current_host().is_active(plugin_id),
        installed=plugin_id in current_host().plugins,
        kept=purging.preview(plugin_id),
        form=form,
    )


@blueprint.get("/plugins/<plugin_id>/export.zip")
@requires(PURGE)
def export(plugin_id: str) -> Response:
    """Give each table of a plugin as JSON lines."""
    _refuse_unknown(plugin_id)
    name = f"{plugin_id}.zip"
    note_export(service.PLUGIN, name, sum(purging.preview(plugin_id).rows.values()))
    return send_file(purging.archive(plugin_id), as_attachment=True, download_name=name)


def _refuse_unknown(plugin_id: str) -> None:
    """Let no other tables be reached here, as the core's own."""
    if plugin_id not in current_host().plugins and plugin_id not in purging.left_behind():
        raise MissingError(_("There is no plugin %(id)s.", id=plugin_id))


@blueprint.get("/company")
@requires(COMPANY)
def company_form() -> Markup:
    """Show what is true of the whole company."""
    return _company_page(_held_company())


def _held_company() -> FormState:
    """Give the form of the company as it stands; a field of a colour always holds one."""
    held = company()
    values = asdict(held) | {"accent": held.accent or _ACCENT}
    return form_to_edit(values, service.version_of(held))


@blueprint.post("/company")
@requires(COMPANY)
def change() -> Markup | tuple[Markup, int] | Response:
    """Change what is true of the whole company."""
    again = save_form(
        request.form,
        _held_company,
        lambda typed, version: service.change_company(_typed_company(typed), version),
        partial(last_change, service.SETTINGS, 0),
    )
    if again is not None:
        return _company_page(again), again.status
    toast(_("Saved."))
    return redirect(url_for("administration.company_form"))


def _typed_company(typed: Typed) -> dict[str, Any]:
    values: dict[str, Any] = {name: typed[name] for name in _TEXTS if name in typed}
    if "bin_days" in typed:
        values["bin_days"] = typed.get("bin_days", -1, int)
    return values | {"work_days": tuple(typed.getlist("work_days", int))}


def _company_page(form: FormState) -> Markup:
    zones = [(zone, zone.replace("_", " ")) for zone in sorted(available_timezones())]
    offered = [
        (code, f"{code} · {get_currency_name(code, locale=get_locale())}")
        for code in sorted(currencies())
    ]
    return render(
        "core/administration/company.html",
        form=form,
        zones=zones,
        currencies=offered,
        bin_days=_bin_days(),
    )


def _bin_days() -> list[tuple[int, Text]]:
    """Give for how long what was deleted may lie in the bin, with what people read."""
    return [
        (days, texts.ngettext("%(num)s day", "%(num)s days", days) if days else _("for ever"))
        for days in sorted(BIN_DAYS)
    ]
