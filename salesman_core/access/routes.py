"""What every route says about its access; an application with one that says nothing won't start."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Final, ParamSpec, TypeVar

from flask import Flask

from salesman_core.access.person import current_person
from salesman_core.access.records import demand_permission
from salesman_core.errors import PluginError

P = ParamSpec("P")
R = TypeVar("R")

_MARK: Final = "salesman_access"
_FOREIGN: Final = "salesman_foreign_forms"
PUBLIC: Final = "public"
SIGNED_IN: Final = "signed in"


def requires(permission: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let only those pass who hold *permission*; which records they reach, queries decide."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(view)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            demand_permission(permission)
            return view(*args, **kwargs)

        setattr(checked, _MARK, permission)
        return checked

    return decorate


def signed_in(view: Callable[P, R]) -> Callable[P, R]:
    """Let everybody pass who is signed in, for what belongs to each person themselves."""

    @functools.wraps(view)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        current_person()
        return view(*args, **kwargs)

    setattr(checked, _MARK, SIGNED_IN)
    return checked


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Let everybody pass, signed in or not."""
    setattr(view, _MARK, PUBLIC)
    return view


def foreign_forms(view: Callable[P, R]) -> Callable[P, R]:
    """Let forms come to a view that carry no proof of ours, as from a page of another site.

    Such a view does nothing in the name of whoever is signed in, and asks for a proof of its own.
    """
    setattr(view, _FOREIGN, True)
    return view


def takes_foreign_forms(view: Callable[..., Any] | None) -> bool:
    """Tell whether a view asks for a proof of its own."""
    return bool(getattr(view, _FOREIGN, False))


def access_of(view: Callable[..., Any]) -> str | None:
    """Give what a view says of its access: a permission, ``public``, ``signed in`` or None."""
    said: str | None = getattr(view, _MARK, None)
    return said


def refuse_silent_routes(app: Flask) -> None:
    """Check that every route says something.

    :raises PluginError: naming the routes that do not.
    """
    silent = sorted(
        str(rule)
        for rule in app.url_map.iter_rules()
        if access_of(app.view_functions[rule.endpoint]) is None
    )
    if silent:
        message = f"routes without @requires, @signed_in or @public: {', '.join(silent)}"
        raise PluginError(message)
