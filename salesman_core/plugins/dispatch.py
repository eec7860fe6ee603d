"""How hooks are called: one implementation at a time, by the policy of the specification.

Plain pluggy aborts all implementations on one error and gives results without their plugin.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Generic, ParamSpec, TypeVar, cast, get_args, get_origin, get_type_hints

import pluggy

from salesman_core.errors import PluginFailedError, SalesmanError, VetoedError
from salesman_core.i18n import CORE, texts
from salesman_core.plugins.faults import Breaker, Fault, FaultLog, TakenOutError, TooSlowError
from salesman_core.plugins.isolation import isolated, written_so_far
from salesman_core.plugins.values import complaint_about
from salesman_hookspecs import HookRules, Phase, Policy, Veto, rules_of

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
P = ParamSpec("P")

_ = texts.lazy

FAILURES = (Exception, SystemExit)
"""What a plugin may throw at us: a plugin that exits must not end the server."""

MOST_CONTRIBUTIONS = 1000
"""So many values may one plugin contribute to one hook at start."""

_SERVER_FAULT = 500


@dataclass(frozen=True, slots=True)
class Contribution(Generic[T_co]):
    """Something that a plugin gave.

    :param owner: the plugin's id, or ``core``.
    """

    owner: str
    value: T_co


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

    def among(self, owners: Container[str]) -> Dispatcher:
        """Give a dispatcher that asks these owners alone."""
        narrowed = Dispatcher(self._manager, lambda one: one in owners and self._active(one))
        narrowed.faults, narrowed.breaker = self.faults, self.breaker
        return narrowed

    def implementations(self, name: str) -> Iterator[tuple[str, Callable[..., Any]]]:
        """Give (owner, function) of a hook's active implementations, in order of owners.

        The core comes first, and each plugin behind those that it requires.
        """
        caller: pluggy.HookCaller | None = getattr(self._manager.hook, name, None)
        if caller is None:
            return
        for implementation in caller.get_hookimpls():
            owner = owner_of(implementation.plugin_name)
            if self._active(owner):
                yield owner, _with_known_arguments(implementation)

    def call(
        self, specification: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> list[Contribution[T]]:
        """Call a hook of the phases *request* and *write*; give what was not None, by owner.

        What is to be several values comes as a tuple, so that nobody's generator fails later. So
        does a list that is handed on: nobody changes what the caller goes on with.

        :raises VetoedError: where an implementation of a strict hook raised ``Veto``.
        :raises PluginFailedError: where one failed in another way.
        :raises Denied: where an implementation of a closed hook failed.
        """
        if args:
            message = "hooks take their arguments by name"
            raise TypeError(message)
        rules, name = rules_of(specification), specification.__name__
        handed = {key: tuple(one) if isinstance(one, list) else one for key, one in kwargs.items()}
        several = get_origin(_answer_type(specification)) is Iterable
        results: list[Contribution[T]] = []
        for owner, function in self.implementations(name):

            def ask(function: Callable[..., T] = function) -> T | None:
                answer = function(**handed)
                return cast("T", _checked(specification, answer)) if several else answer

            given = self._one(rules, owner, name, ask)
            if given is not None:
                results.append(Contribution(owner, given))
        return results

    def _one(
        self, rules: HookRules, owner: str, place: str, call: Callable[[], T | None]
    ) -> T | None:
        if rules.policy is Policy.COLLECT:
            return self.guarded(owner, place, call, phase=rules.phase)
        if rules.phase is Phase.WRITE:
            written_so_far()
        try:
            with self.breaker.watching(owner, place) as seconds, isolated(rules.phase):
                answer = call()
        except FAILURES as error:
            raise self._refusal(rules, owner, place, error) from error
        self._judge_time(owner, place, seconds())
        return answer

    def _refusal(self, rules: HookRules, owner: str, place: str, error: BaseException) -> Exception:
        """Give what the failure of a hook that cannot be passed over means for who asked."""
        if rules.policy is Policy.STRICT and isinstance(error, Veto):
            field = str(error.field) if error.field is not None else None
            return VetoedError(error.message, owner, field)
        if rules.policy is Policy.STRICT and _is_refusal(error):
            return cast("SalesmanError", error)
        fault = self.faults.note(owner, place, error)
        if rules.policy is Policy.CLOSED:
            return Denied(owner)
        message = _(
            "The plugin %(plugin)s failed while it judged this, so nothing was changed. Try again;"
            " if it stays, give an administrator the number %(reference)s.",
            plugin=owner,
            reference=fault.reference,
        )
        return PluginFailedError(message, owner, fault.reference)

    def insisted(self, owner: str, place: str, call: Callable[[], T], *, phase: Phase) -> T:
        """Call a function that a plugin contributed and that nobody else can answer for.

        :param phase: *boot* for what has no business with the database.
        :raises VetoedError: where it raised ``Veto``.
        :raises PluginFailedError: where it failed in another way: what was asked for is not done.
        """
        rules = HookRules(Policy.STRICT, phase, "")
        return cast("T", self._one(rules, owner, place, call))

    def guarded(
        self,
        owner: str,
        place: str,
        call: Callable[[], T],
        *,
        phase: Phase = Phase.REQUEST,
        failed: Callable[[Fault], T | None] = lambda _fault: None,
        patience: float = 1.0,
    ) -> T | None:
        """Call a plugin's function; where it fails, note it and give what *failed* gives.

        The core's own functions are called in the same way, so one broken panel of ours does not
        take the page down either.

        :param patience: how many times as long as usual it may take, as where only a panel waits
            for it and not a page.
        """
        if not self.breaker.allows(owner, place):
            return None
        if phase is Phase.WRITE:
            written_so_far()
        try:
            with self.breaker.watching(owner, place) as seconds, isolated(phase):
                answer = call()
        except FAILURES as error:
            return failed(self._note(owner, place, error))
        if self._judge_time(owner, place, seconds() / patience):
            self.breaker.worked(owner, place)
        return answer

    def _note(self, owner: str, place: str, error: BaseException) -> Fault:
        fault = self.faults.note(owner, place, error)
        if self.breaker.failed(owner, place):
            message = (
                f"not called for {self.breaker.rest_of(owner, place):g} s: it failed too often"
            )
            self.faults.note(owner, place, TakenOutError(message))
        return fault

    def _judge_time(self, owner: str, place: str, seconds: float) -> bool:
        """Tell whether a call was quick enough; what was not is not called again for a while."""
        if seconds <= self.breaker.slow or owner == CORE:
            return True
        message = f"took {seconds:.1f} s; more than {self.breaker.slow:g} s keep people waiting"
        self.faults.note(owner, place, TooSlowError(message))
        self.breaker.was_slow(owner, place)
        return False

    def boot(self, specification: Callable[[], Iterable[T]]) -> Iterator[BootAnswer[T]]:
        """Ask a hook of the phase *boot*: an answer per owner, or its failure."""
        for owner, function in self.implementations(specification.__name__):
            try:
                items = _checked(specification, function(), most=MOST_CONTRIBUTIONS)
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


def _is_refusal(error: BaseException) -> bool:
    """Tell whether a rule of the domain was broken, as by a service that the plugin called."""
    return isinstance(error, SalesmanError) and error.status < _SERVER_FAULT


def _with_known_arguments(implementation: pluggy.HookImpl) -> Callable[..., Any]:
    names = (*implementation.argnames, *implementation.kwargnames)

    def call(**kwargs: Any) -> Any:
        return implementation.function(**{name: kwargs[name] for name in names if name in kwargs})

    return call


@functools.cache
def _answer_type(specification: Callable[..., Any]) -> Any:
    return get_type_hints(specification)["return"]


def _item_type(specification: Callable[..., Any]) -> type[Any]:
    """Give what a hook's answer consists of, or object where any value may stand there."""
    (item,) = get_args(_answer_type(specification)) or (object,)
    plain = get_origin(item) or item
    return plain if isinstance(plain, type) and plain is not Any else object


def _checked(
    specification: Callable[..., Any], answer: Any, most: int | None = None
) -> tuple[Any, ...]:
    """Give an answer's values, once each of them is what the specification says.

    :param most: so many may there be; a generator that never ends is not waited for.
    """
    if answer is None:
        return ()
    hook, wanted = specification.__name__, _item_type(specification)
    if isinstance(answer, str):
        message = f"{hook} must give several values, not one string"
        raise TypeError(message)
    items = tuple(islice(answer, None if most is None else most + 1))
    if most is not None and len(items) > most:
        message = f"{hook} gave more than {most} values"
        raise ValueError(message)
    for item in items:
        if not isinstance(item, wanted):
            message = f"{hook} must give {wanted.__name__} values, not {type(item).__name__}"
            raise TypeError(message)
        complaint = complaint_about(item)
        if complaint is not None:
            message = f"{hook}: {complaint}"
            raise TypeError(message)
    return items
