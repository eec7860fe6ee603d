"""Flask, which here does not do again, or ahead of time, what costs a start or a request dearly."""

from __future__ import annotations

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
        compile_builder = super()._compile_builder
        compiled: Callable[..., Any] | None = None

        def build(rule: Rule, **values: Any) -> Any:
            nonlocal compiled
            if compiled is None:
                compiled = compile_builder(append_unknown)
            return compiled(rule, **values)

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
