"""Flask, which here does not do again, or ahead of time, what costs a start or a request dearly."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ClassVar
from weakref import WeakSet

from flask import Flask
from werkzeug.routing import Rule


class LateRule(Rule):
    """A rule that learns to build its address when one is first asked for.

    Werkzeug compiles two functions for every rule when it is added, which is a tenth of a start;
    most of them are never called. Should it come to do that otherwise, nothing here has an effect.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., Any]:  # noqa: FBT001, FBT002  # Werkzeug's signature
        compiled = functools.cache(functools.partial(super()._compile_builder, append_unknown))

        def build(rule: Rule, **values: Any) -> Any:
            return compiled()(rule, **values)

        return build


class Application(Flask):
    """Flask that looks once, and not for every request, whether a function is a coroutine."""

    url_rule_class = LateRule
    _plain: ClassVar[WeakSet[Callable[..., Any]]] = WeakSet()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Give a function that may be called from here."""
        if func in self._plain:
            return func
        found = super().ensure_sync(func)
        if found is func:
            self._plain.add(func)
        return found
