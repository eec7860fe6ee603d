"""What the shell itself contributes, through the very same hooks as everybody."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint

from salesman_core.i18n import texts
from salesman_core.web import (
    desk,
    health,
    live,
    notices,
    preferences,
    search,
    slots,
    static_files,
)
from salesman_core.web.shell import ShellPage
from salesman_hookspecs import NavItem, Slot, hookimpl

_ = texts.lazy


@hookimpl
def salesman_blueprints() -> Iterable[Blueprint]:
    """Give the pages of the shell."""
    return [
        desk.blueprint,
        health.blueprint,
        live.blueprint,
        notices.blueprint,
        preferences.blueprint,
        search.blueprint,
        slots.blueprint,
        static_files.blueprint,
    ]


@hookimpl
def salesman_nav_items() -> Iterable[NavItem]:
    """Give the entry of the desk."""
    return [NavItem("desk", _("Desk"), "desk.index", "desk", "home", order=0, at_hand=100)]


@hookimpl
def salesman_slots() -> Iterable[Slot]:
    """Give the places in the frame of every page."""
    return [
        Slot("shell.top_bar", ShellPage, "Top bar, left of the person"),
        Slot("shell.person_menu", ShellPage, "The person's menu"),
    ]
