"""Kept views and pins in the JSON API: everybody has their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from salesman_analytics import kept_views, pins
from salesman_analytics.api import api
from salesman_analytics.permissions import VIEW
from salesman_analytics.schemas import KeptViewSchema, KeptViewsSchema
from salesman_analytics.texts import texts
from salesman_core.toolkit import AnyRow, InvalidError, arguments, json_response, requires, response

_ = texts.lazy


@api.put("/reports/<name>/pin")
@requires(VIEW)
@response(None, 204)
def pin_report(name: str) -> None:
    """Let a report stand first for oneself."""
    if name not in pins.pinned():
        pins.pin(name)


@api.delete("/reports/<name>/pin")
@requires(VIEW)
@response(None, 204)
def unpin_report(name: str) -> None:
    """Let a report stand among the others again."""
    pins.unpin(name)


@api.get("/views")
@requires(VIEW)
@response(KeptViewsSchema)
def list_views() -> dict[str, Any]:
    """List the views that one keeps oneself, by name."""
    return {"items": [_item(one) for one in kept_views.own_views()]}


@api.post("/views")
@requires(VIEW)
@arguments(KeptViewSchema)
@response(KeptViewSchema, 201)
def keep_view(values: dict[str, Any]) -> Any:
    """Keep a view of a report for oneself."""
    asked, mailed = _texts(values.get("asked", {})), values.get("mailed", kept_views.NEVER)
    view_id = kept_views.keep(values["report"], values["name"], asked, mailed)
    written = KeptViewSchema().dump(_item(kept_views.own_view(view_id)))
    return json_response(written, 201)


@api.get("/views/<int:view_id>")
@requires(VIEW)
@response(KeptViewSchema)
def read_view(view_id: int) -> dict[str, Any]:
    """Give a view that one keeps oneself."""
    return _item(kept_views.own_view(view_id))


@api.patch("/views/<int:view_id>")
@requires(VIEW)
@arguments(KeptViewSchema(partial=True, exclude=("report",)))
@response(KeptViewSchema)
def change_view(values: dict[str, Any], view_id: int) -> dict[str, Any]:
    """Change the name of a view, what it asks for, or when it is mailed."""
    asked = _texts(values["asked"]) if "asked" in values else None
    kept_views.change(view_id, name=values.get("name"), args=asked, mailed=values.get("mailed"))
    return _item(kept_views.own_view(view_id))


@api.delete("/views/<int:view_id>")
@requires(VIEW)
@response(None, 204)
def forget_view(view_id: int) -> None:
    """Keep a view no longer."""
    kept_views.forget(view_id)


def _item(row: AnyRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in KeptViewSchema().fields}


def _texts(asked: Mapping[str, Any]) -> Mapping[str, str]:
    """Give the parameters of an address, which are texts.

    :raises InvalidError: where one is something else.
    """
    wrong = [name for name, value in asked.items() if not isinstance(value, str)]
    if wrong:
        message = _("The parameters of an address are texts.")
        raise InvalidError(message, {"asked": message})
    return asked
