"""How a hook is declared: the markers, and what the host must know to call one safely."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, TypeVar

import pluggy

PROJECT_NAME: Final = "salesman"
API_VERSION: Final = "0.1"

_Function = TypeVar("_Function", bound=Callable[..., Any])

hookimpl = pluggy.HookimplMarker(PROJECT_NAME)
"""Marks a plugin's function as the implementation of the hook of the same name."""

_hookspec = pluggy.HookspecMarker(PROJECT_NAME)


class Policy(Enum):
    """What an exception in one implementation means for the call."""

    COLLECT = "collect"
    """The implementation is logged, counted and skipped; the others' answers stand."""
    STRICT = "strict"
    """The operation that asked is aborted and its transaction rolled back."""
    CLOSED = "closed"
    """The answer is no: what was to be allowed or shown is denied."""


class Phase(Enum):
    """When a hook is called."""

    BOOT = "boot"
    """Once at start; the answer is kept in a registry that shows only active plugins."""
    REQUEST = "request"
    """While something is read; a failing implementation's reads are rolled back."""
    WRITE = "write"
    """Inside the transaction of a change, each implementation in a savepoint of its own."""


@dataclass(frozen=True, slots=True)
class HookRules:
    """What the dispatcher reads from a specification.

    :param policy: what an exception means.
    :param phase: when the hook is called.
    :param since: the API version that brought the hook, as ``"0.1"``.
    """

    policy: Policy
    phase: Phase
    since: str


_RULES: Final = "salesman_rules"


def hookspec(*, policy: Policy, phase: Phase, since: str) -> Callable[[_Function], _Function]:
    """Declare the function below as the specification of a hook.

    Plugins that offer hooks to other plugins use it for theirs too.
    """

    def mark(function: _Function) -> _Function:
        setattr(function, _RULES, HookRules(policy, phase, since))
        return _hookspec(function)

    return mark


def rules_of(specification: Callable[..., object]) -> HookRules:
    """Give the rules with which *specification* was declared.

    :raises TypeError: where the function was not declared with :func:`hookspec`.
    """
    rules = getattr(specification, _RULES, None)
    if not isinstance(rules, HookRules):
        message = f"{specification!r} is not a hook specification: declare it with @hookspec(...)"
        raise TypeError(message)
    return rules
