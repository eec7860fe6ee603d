"""The host: loads plugins one by one, keeps what they contribute, knows which are active."""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import inspect
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import ModuleType
from typing import Any, Final, ParamSpec, TypeVar, cast

import pluggy
import structlog
from flask import current_app
from packaging.specifiers import InvalidSpecifier

import salesman_hookspecs.access
import salesman_hookspecs.data
import salesman_hookspecs.demo
import salesman_hookspecs.doubles
import salesman_hookspecs.extensions
import salesman_hookspecs.insight
import salesman_hookspecs.lists
import salesman_hookspecs.web
import salesman_hookspecs.work
from salesman_core.config import Settings
from salesman_core.config.settings import judged
from salesman_core.errors import ConfigurationError, PluginError
from salesman_core.i18n import CORE
from salesman_core.plugins.discovery import Installed
from salesman_core.plugins.dispatch import FAILURES, Contribution, Dispatcher, owner_of
from salesman_core.plugins.faults import Fault, words_of
from salesman_core.plugins.names import mistaken_names
from salesman_core.plugins.states import (
    Loaded,
    State,
    load_order,
    without_missing,
    works_with_host,
)
from salesman_hookspecs import PROJECT_NAME, Phase, Plugin, Policy, rules_of
from salesman_hookspecs.access import salesman_guarded_kinds, salesman_record_filter

T = TypeVar("T")
P = ParamSpec("P")

log = structlog.get_logger(__name__)

SPECIFICATIONS: Final[tuple[ModuleType, ...]] = (
    salesman_hookspecs.access,
    salesman_hookspecs.data,
    salesman_hookspecs.demo,
    salesman_hookspecs.doubles,
    salesman_hookspecs.extensions,
    salesman_hookspecs.insight,
    salesman_hookspecs.lists,
    salesman_hookspecs.web,
    salesman_hookspecs.work,
)


class PluginHost:
    """All plugins of one application.

    :param settings: where the settings of plugins stand, and which plugins to load.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.manager = pluggy.PluginManager(PROJECT_NAME)
        for module in SPECIFICATIONS:
            self.manager.add_hookspecs(module)
        self._offered: dict[str, dict[str, Callable[..., Any]]] = {}
        self.plugins: dict[str, Loaded] = {}
        self.settings: dict[str, Any] = {}
        self.order: list[str] = []
        self.mistaken_settings: tuple[str, ...] = ()
        self._switched_off: frozenset[str] = frozenset()
        self._behind: frozenset[str] = frozenset()
        self._active: frozenset[str] = frozenset()
        self.dispatcher = Dispatcher(self.manager, self.is_active)
        self._registry: dict[str, tuple[Contribution[Any], ...]] = {}
        self._derived: dict[Callable[..., Any], Any] = {}

    # -- loading

    def register_core(self, domain: str, hooks: ModuleType) -> None:
        """Register a domain of the core, which contributes through the very same hooks."""
        self.manager.register(hooks, name=f"{CORE}.{domain}")

    def load(self, installed: Sequence[Installed]) -> None:
        """Import and register plugins, each on its own; what fails keeps its reason.

        :raises PluginError: at the first failure, where the settings say ``on_error = "fail"``.
        """
        for plugin in installed:
            self._admit(plugin)
        order = load_order(self.manifests())
        for id_ in order:
            self._offer_hooks(self.plugins[id_])
        for id_ in order:
            loaded = self.plugins[id_]
            if loaded.trouble is None:
                self._register(loaded)
            if loaded.trouble is None:
                self.order.append(id_)
        self._mark_missing()
        self._settle()
        self.mistaken_settings = tuple(self._mistaken_settings())
        for complaint in self.mistaken_settings:
            log.warning("mistaken_setting", complaint=complaint)
        if self._settings.core.on_error == "fail":
            self._insist()

    def _mistaken_settings(self) -> Iterator[str]:
        """Give what the settings say of plugins that there are not, as a typing error does."""
        for id_ in self._settings.core.plugins:
            if id_ != "*" and id_ not in self.plugins:
                yield f"plugins: there is no plugin {id_}{self._nearest(id_)}"
        for id_ in sorted(self._settings.owners):
            if id_ not in self.plugins:
                yield f"settings of {id_}: there is no such plugin{self._nearest(id_)}"

    def _nearest(self, id_: str) -> str:
        near = difflib.get_close_matches(id_, self.plugins, 1)
        return f", did you mean {near[0]}?" if near else ""

    def _admit(self, plugin: Installed) -> None:
        twin = self.plugins.get(plugin.id)
        if twin is not None:
            twin.fail(State.FAILED, f"two distributions claim the id {plugin.id!r}")
            return
        loaded = self.plugins[plugin.id] = Loaded(plugin)
        if not self._wanted(plugin.id):
            loaded.fail(State.INSTALLED, "the settings do not load it")
            return
        try:
            loaded.manifest = plugin.manifest()
            if not works_with_host(loaded.manifest):
                reason = f"works with hook API {loaded.manifest.api}"
                loaded.fail(State.INCOMPATIBLE, reason)
        except (*FAILURES, InvalidSpecifier) as error:
            loaded.fail(State.FAILED, words_of(error), traceback.format_exc())

    def _wanted(self, id_: str) -> bool:
        wanted = self._settings.core.plugins
        return "*" in wanted or id_ in wanted

    def manifests(self) -> dict[str, Plugin]:
        """Give the manifests of the plugins that nothing stands in the way of, by id."""
        return {
            loaded.id: loaded.manifest
            for loaded in self.plugins.values()
            if loaded.manifest is not None and loaded.trouble is None
        }

    def _offer_hooks(self, loaded: Loaded) -> None:
        """Take over the specifications that a plugin ships for others, before anybody's hooks."""
        module = f"{loaded.installed.module}.hookspecs"
        try:
            if importlib.util.find_spec(module) is None:
                return
            shipped = importlib.import_module(module)
            self._offered[loaded.id] = _specifications_of(shipped, f"salesman_{loaded.id}_")
            self.manager.add_hookspecs(shipped)
        except FAILURES as error:
            self._offered.pop(loaded.id, None)
            loaded.fail(State.FAILED, words_of(error), traceback.format_exc())

    def _register(self, loaded: Loaded) -> None:
        try:
            self.settings[loaded.id] = self._judged_settings(loaded)
            hooks = importlib.import_module(f"{loaded.installed.module}.hooks")
            self.manager.register(hooks, name=loaded.id)
            loaded.hooks = hooks
            _refuse_unknown_hooks(self.manager, hooks)
        except FAILURES as error:
            self._give_up(loaded, words_of(error), traceback.format_exc())

    def _judged_settings(self, loaded: Loaded) -> Any:
        schema = loaded.manifest.settings if loaded.manifest else None
        values = self._settings.owners.get(loaded.id, {})
        if schema is None:
            return values
        return judged(loaded.id, schema(), values)

    def _give_up(self, loaded: Loaded, reason: str, trace: str) -> None:
        if self.manager.has_plugin(loaded.id):
            self.manager.unregister(name=loaded.id)
        loaded.fail(State.FAILED, reason, trace)
        if loaded.id in self.order:
            self.order.remove(loaded.id)

    def _mark_missing(self) -> None:
        usable = without_missing(self.manifests().values(), frozenset(self.manifests()))
        for id_, manifest in self.manifests().items():
            if id_ not in usable:
                absent = ", ".join(sorted(set(manifest.requires) - usable)) or "each other"
                self.plugins[id_].fail(State.MISSING_DEPENDENCY, f"requires {absent}")
                self.manager.unregister(name=id_)
                self.order.remove(id_)

    def _insist(self) -> None:
        if self.mistaken_settings:
            raise ConfigurationError("; ".join(self.mistaken_settings))
        for loaded in self.plugins.values():
            if loaded.trouble not in (None, State.INSTALLED):
                message = f"plugin {loaded.id} is {loaded.trouble}: {loaded.reason}"
                raise PluginError(message)

    def boot(self) -> None:
        """Ask every hook of the phase *boot* once and keep the answers.

        A plugin that fails a strict one is failed as a whole: none of its contributions stay.
        """
        for specification in self.specifications(Phase.BOOT):
            self._ask(specification)
        for owner, hook, complaint in (*mistaken_names(self._registry), *self._silent_guards()):
            self.fail(owner, self.dispatcher.faults.note(owner, hook, PluginError(complaint)))
        failed = {loaded.id for loaded in self.plugins.values() if loaded.trouble is State.FAILED}
        for name, kept in self._registry.items():
            self._registry[name] = tuple(one for one in kept if one.owner not in failed)
        self._mark_missing()
        self._settle()
        if self._settings.core.on_error == "fail":
            self._insist()

    def _silent_guards(self) -> Iterator[tuple[str, str, str]]:
        """Give plugins that narrow records and do not say which: they would not stay shut."""
        name = salesman_record_filter.__name__
        guards = {one.owner for one in self._registry[salesman_guarded_kinds.__name__]}
        for owner, _function in self.dispatcher.implementations(name):
            if owner not in guards:
                yield owner, name, "name the kinds of record in salesman_guarded_kinds"

    def _ask(self, specification: Callable[[], Iterable[Any]]) -> None:
        strict = rules_of(specification).policy is Policy.STRICT
        kept: list[Contribution[Any]] = []
        for answer in self.dispatcher.boot(specification):
            if answer.fault is not None and strict and answer.owner != CORE:
                self.fail(answer.owner, answer.fault)
            elif answer.fault is not None and answer.owner == CORE:
                message = f"core: {answer.fault.error}"
                raise PluginError(message)
            kept += [Contribution(answer.owner, item) for item in answer.items]
        kept.sort(key=lambda one: (getattr(one.value, "order", 0), one.owner))
        self._registry[specification.__name__] = tuple(kept)
        self._derived = {}

    def fail(self, id_: str, fault: Fault) -> None:
        """Take a plugin out for good, because it broke a rule that cannot be passed over."""
        self._give_up(self.plugins[id_], f"{fault.place}: {fault.error}", fault.traceback)
        self._settle()

    # -- asking

    def specifications(self, phase: Phase | None = None) -> list[Callable[..., Any]]:
        """Give the specifications of the contract, and those that sound plugins ship, by name.

        :param phase: only those that are called then.
        """
        found = {one.__name__: one for one in specifications()}
        for id_, shipped in self._offered.items():
            if self.plugins[id_].trouble is None:
                found |= shipped
        wanted = [found[name] for name in sorted(found)]
        return [one for one in wanted if phase in {None, rules_of(one).phase}]

    def contributions(
        self, specification: Callable[[], Iterable[T]], *, inactive: bool = False
    ) -> list[Contribution[T]]:
        """Give what active plugins contributed at start, by ``order``, then owner.

        :param inactive: also that of suspended plugins, as for work that waits for them.
        """
        kept = cast("tuple[Contribution[T], ...]", self._registry.get(specification.__name__, ()))
        return [one for one in kept if inactive or self.is_active(one.owner)]

    def derived(self, make: Callable[[PluginHost], T]) -> T:
        """Give what a function makes of the contributions, made anew where what is active changes.

        For what every request looks up, as slots by their name.
        """
        kept = self._derived
        if make not in kept:
            kept[make] = make(self)
        found: T = kept[make]
        return found

    def call(
        self, specification: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> list[Contribution[T]]:
        """Call a hook now; see :meth:`Dispatcher.call`."""
        return self.dispatcher.call(specification, *args, **kwargs)

    def guarded(self, owner: str, place: str, call: Callable[[], T]) -> T | None:
        """Call a function that a plugin contributed; None where it fails."""
        return self.dispatcher.guarded(owner, place, call)

    # -- states

    def is_active(self, owner: str) -> bool:
        """Tell whether an owner's contributions count now."""
        return owner == CORE or owner in self._active

    @property
    def active(self) -> frozenset[str]:
        """The ids of the plugins that are active now."""
        return self._active

    def state(self, id_: str) -> State:
        """Give a plugin's state."""
        loaded = self.plugins[id_]
        if loaded.trouble is not None:
            return loaded.trouble
        if id_ in self._behind:
            return State.BEHIND
        if id_ in self._switched_off:
            return State.SUSPENDED
        return State.ACTIVE if id_ in self._active else State.MISSING_DEPENDENCY

    def set_switches(self, *, suspended: Iterable[str], behind: Iterable[str]) -> None:
        """Take over what the database says: which are switched off, which wait for migrations."""
        self._switched_off, self._behind = frozenset(suspended), frozenset(behind)
        self._settle()

    def _settle(self) -> None:
        usable = frozenset(self.order) - self._switched_off - self._behind
        self._active = without_missing(self.manifests().values(), usable)
        self._derived = {}


def current_host() -> PluginHost:
    """Give the host of the application that runs."""
    host: PluginHost = current_app.extensions["salesman_host"]
    return host


def plugin_settings(plugin_id: str) -> Any:
    """Give a plugin's settings as its schema made them."""
    return current_host().settings[plugin_id]


def boot_specifications() -> list[Callable[[], Iterable[Any]]]:
    """Give all specifications of the phase *boot* of the contract, by name."""
    return [spec for spec in specifications() if rules_of(spec).phase is Phase.BOOT]


def specifications() -> list[Callable[..., Any]]:
    """Give all specifications of the contract, by name."""
    found: dict[str, Callable[..., Any]] = {}
    for module in SPECIFICATIONS:
        found |= _specifications_of(module, "salesman_")
    return [found[name] for name in sorted(found)]


def _specifications_of(module: ModuleType, prefix: str) -> dict[str, Callable[..., Any]]:
    """Give the specifications that stand in a module, by name.

    :raises PluginError: where the name of one does not begin with *prefix*.
    """
    found = {
        name: value
        for name, value in vars(module).items()
        if callable(value) and hasattr(value, f"{PROJECT_NAME}_spec")
    }
    for name in found:
        if not name.startswith(prefix):
            message = f"the hook {name} must begin with {prefix}"
            raise PluginError(message)
    return found


def contributions(specification: Callable[[], Iterable[T]]) -> list[Contribution[T]]:
    """Give what active plugins have contributed to a hook of the phase *boot*, by owner."""
    return current_host().contributions(specification)


def call_hook(
    specification: Callable[P, T], *args: P.args, **kwargs: P.kwargs
) -> list[Contribution[T]]:
    """Call a hook of the phases *request* and *write* now; give what was not None, by owner."""
    return current_host().call(specification, *args, **kwargs)


def plugin_of(blueprint: str | None) -> str | None:
    """Give the plugin that a Flask blueprint belongs to, None for the core's."""
    if blueprint is None:
        return None
    owner = owner_of(blueprint).removesuffix("-api")
    return owner if owner in current_host().plugins else None


def _refuse_unknown_hooks(manager: pluggy.PluginManager, hooks: object) -> None:
    for name in dir(hooks):
        function = getattr(hooks, name)
        if not inspect.isroutine(function):  # as flask.request, which answers only in a request
            continue
        implementation = getattr(function, f"{PROJECT_NAME}_impl", None)
        if implementation is None or implementation.get("optionalhook"):
            continue
        caller = getattr(manager.hook, name, None)
        if caller is None or not caller.has_spec():
            message = f"there is no hook {name}"
            raise PluginError(message)
