"""How hooks are called: one implementation at a time, by the policy of the specification.

Plain pluggy aborts all implementations on one error and gives results without their plugin.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, Generic, ParamSpec, TypeVar, get_args, get_origin, get_type_hints

import pluggy
from flask import g, has_app_context

from salesman_core.db import db
from salesman_core.errors import VetoedError
from salesman_core.plugins.faults import Breaker, Fault, FaultLog
from salesman_hookspecs import HookRules, Phase, Policy, Veto, rules_of

T = TypeVar("T")
P = ParamSpec("P")

FAILURES = (Exception, SystemExit)
"""What a plugin may throw at us: a plugin that exits must not end the server."""


@dataclass(frozen=True, slots=True)
class Contribution(Generic[T]):
    """Something that a plugin gave.

    :param owner: the plugin's id, or ``core``.
    """

    owner: str
    value: T


class Denied(Exception):  # noqa: N818  # control flow of the policy "closed", not an error
    """An implementation of a closed hook failed: the answer is no."""


class Dispatcher:
    """Calls the implementations of active plugins.

    :param manager: where they are registered, under their owner's id.
    :param active: tells whether an owner's implementations are to be called now.
    """

    def __init__(self, manager: pluggy.PluginManager, active: Callable[[str], bool]) -> None:
        self._manager = manager
        self._active = active
        self.faults = FaultLog()
        self.breaker = Breaker()

    def implementations(self, name: str) -> Iterator[tuple[str, Callable[..., Any]]]:
        """Give (owner, function) of a hook's active implementations, in order of owners."""
        caller: pluggy.HookCaller | None = getattr(self._manager.hook, name, None)
        if caller is None:
            return
        for implementation in reversed(caller.get_hookimpls()):
            owner = owner_of(implementation.plugin_name)
            if self._active(owner):
                yield owner, _with_known_arguments(implementation)

    def call(
        self, specification: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> list[Contribution[T]]:
        """Call a hook of the phases *request* and *write*; give what was not None, by owner.

        :raises VetoedError: where an implementation of a strict hook raised ``Veto``.
        :raises Denied: where an implementation of a closed hook failed.
        """
        if args:
            message = "hooks take their arguments by name"
            raise TypeError(message)
        rules, name = rules_of(specification), specification.__name__
        results: list[Contribution[T]] = []
        for owner, function in self.implementations(name):
            answer = self._one(rules, owner, name, lambda f=function: f(**kwargs))  # type: ignore[misc]
            if answer is not None:
                results.append(Contribution(owner, answer))
        return results

    def _one(self, rules: HookRules, owner: str, place: str, call: Callable[[], T]) -> T | None:
        if rules.policy is Policy.COLLECT:
            return self.guarded(owner, place, call, phase=rules.phase)
        try:
            with self._isolation(rules.phase):
                return call()
        except Veto as veto:
            raise VetoedError(veto.message, owner, veto.field) from veto
        except FAILURES as error:
            self._note(owner, place, error)
            if rules.policy is Policy.CLOSED:
                raise Denied(owner) from error
            raise

    def guarded(
        self,
        owner: str,
        place: str,
        call: Callable[[], T],
        *,
        phase: Phase = Phase.REQUEST,
        failed: Callable[[Fault], T | None] = lambda _fault: None,
    ) -> T | None:
        """Call a plugin's function; where it fails, note it and give what *failed* gives.

        The core's own functions are called in the same way, so one broken panel of ours does not
        take the page down either.
        """
        if not self.breaker.allows(owner, place):
            return None
        try:
            with self._isolation(phase):
                answer = call()
        except FAILURES as error:
            return failed(self._note(owner, place, error))
        self.breaker.worked(owner, place)
        return answer

    def _note(self, owner: str, place: str, error: BaseException) -> Fault:
        self.breaker.failed(owner, place)
        return self.faults.note(owner, place, error)

    def _isolation(self, phase: Phase) -> AbstractContextManager[None]:
        if not has_app_context() or phase is Phase.BOOT:
            return nullcontext()
        return _savepoint() if phase is Phase.WRITE else _clean_reads()

    def boot(self, specification: Callable[[], Iterable[T]]) -> Iterator[BootAnswer[T]]:
        """Ask a hook of the phase *boot*: an answer per owner, or its failure."""
        wanted = _item_type(specification)
        for owner, function in self.implementations(specification.__name__):
            try:
                items = _checked(specification.__name__, function(), wanted)
            except FAILURES as error:
                fault = self.faults.note(owner, specification.__name__, error)
                yield BootAnswer(owner, (), fault)
            else:
                yield BootAnswer(owner, items, None)


@dataclass(frozen=True, slots=True)
class BootAnswer(Generic[T]):
    """What one owner answered at start.

    :param fault: its failure; then there are no items.
    """

    owner: str
    items: tuple[T, ...]
    fault: Fault | None


def owner_of(plugin_name: str) -> str:
    """Give the owner of a registration: the core registers its domains as ``core.deals``."""
    return plugin_name.split(".", 1)[0]


@contextmanager
def _savepoint() -> Iterator[None]:
    session = g.get("salesman_writing")
    if session is None:
        yield
        return
    with session.begin_nested():
        yield


@contextmanager
def _clean_reads() -> Iterator[None]:
    try:
        yield
    except FAILURES:
        if "salesman_writing" not in g:
            db.session.rollback()  # one bad statement poisons a PostgreSQL transaction
        raise


def _with_known_arguments(implementation: pluggy.HookImpl) -> Callable[..., Any]:
    names = (*implementation.argnames, *implementation.kwargnames)

    def call(**kwargs: Any) -> Any:
        return implementation.function(**{name: kwargs[name] for name in names if name in kwargs})

    return call


def _item_type(specification: Callable[..., Any]) -> Any:
    """Give what a boot hook's answer consists of, or object where any value may stand there."""
    (item,) = get_args(get_type_hints(specification)["return"]) or (object,)
    plain = get_origin(item) or item
    return plain if isinstance(plain, type) and plain is not Any else object


def _checked(hook: str, answer: Any, wanted: Any) -> tuple[Any, ...]:
    if answer is None:
        return ()
    items = tuple(answer)
    for item in items:
        if not isinstance(item, wanted):
            message = f"{hook} must give {wanted.__name__} values, not {type(item).__name__}"
            raise TypeError(message)
        if not isinstance(getattr(item, "order", 0), int):
            message = f"{hook}: the order of {item!r} must be a whole number"
            raise TypeError(message)
    return items
