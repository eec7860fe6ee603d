"""Every route declares its access, stands where its owner's routes stand, and is granted."""

from __future__ import annotations

import pytest
from flask import Blueprint, Flask

from salesman_core.access.permissions import all_permissions
from salesman_core.access.routes import PUBLIC, SIGNED_IN, access_of, public, refuse_silent_routes
from salesman_core.errors import PluginError
from salesman_core.i18n import CORE
from salesman_core.plugins.host import PluginHost
from salesman_hookspecs.access import salesman_preset_grants
from salesman_hookspecs.web import salesman_api_blueprints, salesman_blueprints

FOR_ADMINISTRATORS = {
    "conveyor.station.manage": "who works where, and what goes on by itself",
    "core.audit.view": "what everybody did, and from where",
    "core.bin.purge": "what is deleted for good nobody brings back",
    "core.company.manage": "what is true of the whole company",
    "core.custom_field.manage": "what every record of a kind has",
    "core.job.manage": "what failed, with the values that it was given",
    "core.mail.manage": "the mail server and its password",
    "core.pipeline.manage": "stages are the company's way of selling",
    "core.plugin.manage": "switching plugins concerns everybody",
    "core.plugin.purge": "all data of a plugin, taken along and removed",
    "core.rate.manage": "what amounts in foreign currencies are worth concerns everybody",
    "core.role.manage": "who may grant may take everything",
    "core.user.look_as": "to see what others see",
    "core.user.manage": "who lets people in",
    "leads.mailbox.manage": "a mail server and its password",
    "unisender.account.manage": "a key to an account at a service of others",
    "requisites.company.manage": "in whose name papers are made, and with whose stamp",
    "requisites.counter.manage": "numbers of papers have no gap and no double",
}
"""Permissions that no preset but the administrator gets, each with the reason."""


@pytest.fixture
def host(built: Flask) -> PluginHost:
    host: PluginHost = built.extensions["salesman_host"]
    return host


def test_every_route_declares_its_access(built: Flask) -> None:
    silent = [
        str(rule)
        for rule in built.url_map.iter_rules()
        if access_of(built.view_functions[rule.endpoint]) is None
    ]

    assert silent == []


def test_application_with_a_silent_route_does_not_start() -> None:
    app = Flask("silent", static_folder=None)
    pages = Blueprint("notes", __name__, url_prefix="/notes")
    pages.add_url_rule("/said", "said", public(lambda: "said"))
    pages.add_url_rule("/silent", "silent", lambda: "silent")
    app.register_blueprint(pages)

    with pytest.raises(PluginError, match=r"@public: /notes/silent$"):
        refuse_silent_routes(app)


def test_every_permission_that_a_route_demands_is_declared(built: Flask) -> None:
    demanded = {access_of(view) for view in built.view_functions.values()}
    declared = {one.value.name for one in all_permissions()}

    assert demanded - {None, PUBLIC, SIGNED_IN} <= declared


def test_every_route_of_a_plugin_stands_below_its_id(built: Flask, host: PluginHost) -> None:
    for rule in built.url_map.iter_rules():
        owner = rule.endpoint.split(".", 1)[0].removesuffix("-api")
        if owner in host.plugins:
            assert str(rule).startswith((f"/{owner}", f"/api/v1/{owner}")), rule.endpoint


def test_no_route_of_the_core_stands_below_the_id_of_a_plugin(
    built: Flask, host: PluginHost
) -> None:
    plugins = tuple(f"/{id_}/" for id_ in host.plugins)
    of_core = [
        str(rule)
        for rule in built.url_map.iter_rules()
        if rule.endpoint.split(".", 1)[0].removesuffix("-api") not in host.plugins
    ]

    assert [rule for rule in of_core if f"{rule}/".startswith(plugins)] == []


def test_every_blueprint_of_a_plugin_has_its_id_for_name_and_prefix(host: PluginHost) -> None:
    for pages in host.contributions(salesman_blueprints):
        if pages.owner != CORE:
            assert (pages.value.name, pages.value.url_prefix) == (pages.owner, f"/{pages.owner}")
    for api in host.contributions(salesman_api_blueprints):
        if api.owner != CORE:
            assert api.value.url_prefix == f"/api/v1/{api.owner}"


def test_every_permission_is_granted_to_a_preset_or_to_administrators_on_purpose(
    built: Flask, host: PluginHost
) -> None:
    granted = {one.value.permission for one in host.contributions(salesman_preset_grants)}
    declared = {one.value.name for one in all_permissions()}

    assert declared - granted == set(FOR_ADMINISTRATORS)
    assert granted <= declared


def test_view_that_is_called_static_declares_its_access_too() -> None:
    app = Flask("silent", static_folder=None)
    pages = Blueprint("notes", __name__, url_prefix="/notes")
    pages.add_url_rule("/static", "static", lambda: "silent")
    app.register_blueprint(pages)

    with pytest.raises(PluginError, match=r"@public: /notes/static$"):
        refuse_silent_routes(app)
