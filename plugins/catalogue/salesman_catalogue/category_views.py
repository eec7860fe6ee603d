"""The page of the tree of categories."""

from __future__ import annotations

from flask import redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from salesman_catalogue import category_service, choosing
from salesman_catalogue.permissions import MANAGE_CATEGORIES
from salesman_catalogue.texts import texts
from salesman_catalogue.views import Page, blueprint
from salesman_core.toolkit import (
    ConflictError,
    FormState,
    InvalidError,
    SalesmanError,
    StaleError,
    number_or_none,
    reading,
    render,
    requires,
    toast,
    version_in,
)

_ = texts.lazy

NEW = 0
"""Stands for the category that is about to be added, where forms are told by their row."""


@blueprint.get("/categories")
@requires(MANAGE_CATEGORIES)
def categories() -> Markup:
    """Show the tree."""
    return _page()


def _page(row: int | None = None, error: SalesmanError | None = None) -> Markup:
    """Give the page.

    :param row: the category whose form was refused.
    """
    session = reading()
    places = choosing.tree(session)
    return render(
        "catalogue/categories.html",
        places=places,
        used=choosing.used_categories(session),
        version=category_service.tree_version(places),
        refused={} if error is None else {row: FormState.refused(request.form, error)},
        nothing=FormState(),
        new=NEW,
    )


@blueprint.post("/categories")
@requires(MANAGE_CATEGORIES)
def add_category() -> Page:
    """Add the category that was typed."""
    values = {"name": request.form.get("name"), "parent_id": _chosen("parent_id")}
    try:
        category_service.add_category(values)
    except InvalidError as error:
        return _page(NEW, error), error.status
    toast(_("Added."))
    return _to_tree()


@blueprint.post("/categories/<int:category_id>")
@requires(MANAGE_CATEGORIES)
def rename_category(category_id: int) -> Page:
    """Give a category another name."""
    try:
        category_service.rename_category(
            category_id, request.form.get("name"), version_in(request.form)
        )
    except (InvalidError, StaleError) as error:
        return _page(category_id, error), error.status
    toast(_("Saved."))
    return _to_tree()


@blueprint.post("/categories/<int:category_id>/move")
@requires(MANAGE_CATEGORIES)
def move_category(category_id: int) -> Response:
    """Let a category change places with its neighbour."""
    up = request.form.get("to") == "up"
    category_service.move_category(category_id, up=up, version=version_in(request.form))
    return _to_tree()


@blueprint.post("/categories/<int:category_id>/put")
@requires(MANAGE_CATEGORIES)
def put_category(category_id: int) -> Page:
    """Put a category into another one, or to the top."""
    try:
        category_service.put_category(
            category_id, _chosen("parent_id"), _chosen("before_id"), version_in(request.form)
        )
    except (InvalidError, StaleError) as error:
        return _page(category_id, error), error.status
    return _to_tree()


@blueprint.post("/categories/<int:category_id>/delete")
@requires(MANAGE_CATEGORIES)
def delete_category(category_id: int) -> Page:
    """Delete a category; what is in it goes to where the form says."""
    move = "moved_to" in request.form
    try:
        category_service.delete_category(category_id, moved_to=_chosen("moved_to"), move=move)
    except (ConflictError, InvalidError) as error:
        return _page(category_id, error), error.status
    toast(_("Deleted."))
    return _to_tree()


def _chosen(name: str) -> int | None:
    return number_or_none(request.form.get(name, ""))


def _to_tree() -> Response:
    return redirect(url_for("catalogue.categories"))
