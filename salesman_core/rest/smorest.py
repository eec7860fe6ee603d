"""flask-smorest, which has no types, behind names of ours: nobody else imports it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from apispec import APISpec, BasePlugin
from flask import Flask

if TYPE_CHECKING:
    from flask import Blueprint as DocumentedBlueprint
else:
    from flask_smorest import Blueprint as DocumentedBlueprint

__all__ = ["DocumentedBlueprint", "describe_operations", "rules_plugin"]


class _Defaults:
    """What flask-smorest asks of its ``Api``; ours documents all errors by itself."""

    DEFAULT_ERROR_RESPONSE_NAME: Final = None
    DEFAULT_REQUEST_BODY_CONTENT_TYPE: Final = "application/json"
    DEFAULT_RESPONSE_CONTENT_TYPE: Final = "application/json"


def rules_plugin() -> BasePlugin:
    """Give the apispec plugin that turns Flask's rules into paths and parameters."""
    from flask_smorest.spec.plugins import FlaskPlugin  # noqa: PLC0415  # only documents need it

    plugin: BasePlugin = FlaskPlugin()
    return plugin


def describe_operations(blueprint: DocumentedBlueprint, app: Flask, spec: APISpec) -> None:
    """Put a blueprint's operations into *spec*."""
    documented: Any = blueprint
    documented.register_views_in_doc(_Defaults(), app, spec, name=blueprint.name, parameters=None)


def note_operation(view: Any, operation: dict[str, Any]) -> None:
    """Hang the OpenAPI entry of an operation on its function, before it is registered."""
    view._apidoc = {"manual_doc": operation}  # noqa: SLF001  # where flask-smorest looks for it
