"""Plugins that do the worst in one place, or in all places at once."""

from __future__ import annotations

import inspect
import itertools
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Final

import click
import sqlalchemy as sa
from flask import Blueprint, g
from markupsafe import Markup

from salesman_core.plugins.discovery import Installed
from salesman_core.plugins.host import specifications
from salesman_core.toolkit import FieldKind, ListFilter, public, reading, writing
from salesman_hookspecs import (
    AddedFilter,
    BoardBadge,
    DeskWidget,
    EventHandler,
    ImportField,
    ImportType,
    Job,
    NavItem,
    Plugin,
    QuickCreate,
    SearchSource,
    Slot,
    SlotFill,
    TimelineSource,
    hookimpl,
)

Act = Callable[..., Any]
Hooks = Mapping[str, Act]

NAP: Final = 1.2
"""Seconds that a sleeper sleeps."""

SLOW: Final = 1.0
"""Seconds that the breaker of these tests calls slow."""

_kept: list[Any] = []
_numbers = itertools.count(1)


# -- what a misbehaving function does, whatever it was called with


def raises(*_arguments: Any) -> None:
    message = "on purpose"
    raise RuntimeError(message)


def exits(*_arguments: Any) -> None:
    raise SystemExit(3)


class UnprintableError(Exception):
    def __str__(self) -> str:
        message = "not even its message can be read"
        raise RuntimeError(message)


def raises_unprintable(*_arguments: Any) -> None:
    raise UnprintableError


def raises_unstorable(*_arguments: Any) -> None:
    message = "\0 and \udcff"
    raise RuntimeError(message)


def breaks_sql(*_arguments: Any) -> None:
    reading().execute(sa.text("SELECT nothing FROM nowhere"))


def swallows_broken_sql(*_arguments: Any) -> None:
    with suppress(sa.exc.SQLAlchemyError):
        breaks_sql()


def gives_a_wrong_type(*_arguments: Any) -> int:
    return 42


def gives_wrong_values(*_arguments: Any) -> list[Any]:
    return [42, None, object()]


def fails_while_giving(*_arguments: Any) -> Iterable[Any]:
    def given() -> Iterable[Any]:
        yield from ()
        raise RuntimeError

    return given()


def gives_five_megabytes(*_arguments: Any) -> Markup:
    return Markup("<b>much</b>") * 500_000


def leaves_tags_open(*_arguments: Any) -> Markup:
    return Markup("</div></main><table><div class='x><script>")


def sleeps(*_arguments: Any) -> None:
    time.sleep(NAP)


def changes_its_arguments(*arguments: Any) -> None:
    for argument in arguments:
        for name in ("before", "after", "payload", "rows", "scopes"):
            held = getattr(argument, name, None)
            if isinstance(held, dict):
                held.clear()
                held["name"] = "changed by a stranger"
        if isinstance(argument, list):
            argument.clear()


def leaves_a_transaction_open(*_arguments: Any) -> None:
    inside_a_change = "salesman_writing" in g
    opened = writing()
    session = opened.__enter__()
    if not inside_a_change:  # inside, a plugin may write what it likes
        session.execute(sa.text("UPDATE core_client SET source = 'stranger'"))
    session.begin_nested()
    _kept.append(opened)


def ends_our_transaction(*_arguments: Any) -> None:
    reading().execute(sa.text("SELECT 1"))
    reading().commit()
    reading().rollback()
    reading().close()


BEHAVIOURS: Final[Mapping[str, Act]] = {
    act.__name__: act
    for act in (
        raises,
        exits,
        raises_unprintable,
        raises_unstorable,
        breaks_sql,
        swallows_broken_sql,
        gives_a_wrong_type,
        gives_wrong_values,
        fails_while_giving,
        gives_five_megabytes,
        leaves_tags_open,
        sleeps,
        changes_its_arguments,
        leaves_a_transaction_open,
        ends_our_transaction,
    )
}


# -- where it does that


class Text:
    """A title that misbehaves whenever somebody reads it."""

    def __init__(self, act: Act) -> None:
        self._act = act

    def __str__(self) -> str:
        given = self._act()
        return given if isinstance(given, str) else "Chaos"


def _name_for(act: Act) -> str:
    """Give a name that no other plugin uses: they may stand side by side."""
    return f"chaos_{act.__name__}"


def _view(act: Act) -> Blueprint:
    pages = Blueprint(_name_for(act), __name__, url_prefix=f"/{_name_for(act)}")

    @pages.get("")
    @public
    def index() -> Any:
        return act() or "chaos"

    return pages


def _loads(act: Act) -> Hooks:
    return {
        "salesman_slots": lambda: [Slot(f"{_name_for(act)}.panels", str, load=act)],
        "salesman_slot_fills": lambda: [
            SlotFill("own", f"{_name_for(act)}.panels", lambda _context: "own", lazy=True)
        ],
    }


SLOTS: Final = (
    "client.card.next_step",
    "client.card.panels",
    "client.card.side",
    "deal.card.next_step",
    "deal.card.panels",
    "deal.card.side",
    "shell.person_menu",
    "shell.top_bar",
)
_FIELDS: Final = (ImportField("name", "Name"),)
_FILTERED: Final = ("client", "deal")
_FILTER: Final = ListFilter("own", "Chaos", FieldKind.REF, lambda *_asked: sa.true())

INSIDE: Final[Mapping[str, Callable[[Act], Hooks]]] = {
    "a view": lambda act: {"salesman_blueprints": lambda: [_view(act)]},
    "the number of a menu entry": lambda act: {
        "salesman_nav_items": lambda: [
            NavItem("a", "Chaos", "desk.index", "sale", "star", badge=act)
        ]
    },
    "the titles": lambda act: {
        "salesman_nav_items": lambda: [NavItem("a", Text(act), "desk.index", "sale", "star")],
        "salesman_quick_create": lambda: [QuickCreate("a", Text(act), "desk.index", "star")],
        "salesman_desk_widgets": lambda: [DeskWidget("a", Text(act), lambda: "chaos")],
        "salesman_slot_fills": lambda: [
            SlotFill("a", slot, lambda _context: "chaos", Text(act)) for slot in SLOTS
        ],
        "salesman_timeline_sources": lambda: [TimelineSource("a", Text(act), lambda _query: [])],
        "salesman_search_sources": lambda: [
            SearchSource("a", Text(act), "star", "core.client.view", lambda *_: [])
        ],
    },
    "panels": lambda act: {
        "salesman_slot_fills": lambda: [SlotFill("a", slot, act) for slot in SLOTS]
    },
    "lazy panels": lambda act: {
        "salesman_slot_fills": lambda: [SlotFill("a", slot, act, lazy=True) for slot in SLOTS]
    },
    "the context of a slot": _loads,
    "a widget": lambda act: {"salesman_desk_widgets": lambda: [DeskWidget("a", "Chaos", act)]},
    "the badges of the board": lambda act: {
        "salesman_board_badges": lambda deal_ids: [BoardBadge(deal_ids[0], Text(act))]
    },
    "a story": lambda act: {
        "salesman_timeline_sources": lambda: [TimelineSource("a", "Chaos", act)]
    },
    "the choices of a filter": lambda act: {
        "salesman_list_filters": lambda: [AddedFilter(kind, _FILTER, act) for kind in _FILTERED]
    },
    "a search": lambda act: {
        "salesman_search_sources": lambda: [
            SearchSource("a", "Chaos", "star", "core.client.view", act)
        ]
    },
    "a handler": lambda act: {
        "salesman_event_handlers": lambda: [
            EventHandler("a", ("core.client.created", "core.client.changed"), act)
        ]
    },
    "a job": lambda act: {"salesman_jobs": lambda: [Job(f"{_name_for(act)}.job", act)]},
    "an import": lambda act: {
        "salesman_import_types": lambda: [
            ImportType(_name_for(act), "Chaos", "core.client.create", _FIELDS, act)
        ]
    },
    "a command": lambda act: {
        "salesman_cli": lambda: [click.Command(_name_for(act), callback=act)]
    },
}
"""What a plugin gave at start and the core calls later."""


def asked(hook: str) -> Callable[[Act], Hooks]:
    """Give what misbehaves when the hook itself is called."""
    if hook == "salesman_record_filter":  # asked only of who guards something
        return lambda act: {hook: act, "salesman_guarded_kinds": lambda: ["client", "deal"]}
    return lambda act: {hook: act}


PLACES: Final[Mapping[str, Callable[[Act], Hooks]]] = {
    **{one.__name__: asked(one.__name__) for one in specifications()},
    **INSIDE,
}
JUDGES: Final = (
    "salesman_record_filter",
    "salesman_before_save",
    "salesman_before_stage_move",
    "salesman_before_close",
)
"""Hooks whose failure may not be passed over: what they judge is refused."""


@dataclass(frozen=True)
class Chaos:
    """A way to misbehave: what is done, and where."""

    place: str
    behaviour: str

    def __str__(self) -> str:
        return f"{self.behaviour} in {self.place}"

    @property
    def hooks(self) -> Hooks:
        return PLACES[self.place](BEHAVIOURS[self.behaviour])


def plugin_of(id_: str, hooks: Hooks) -> Installed:
    """Make a plugin out of functions, as if it were installed."""
    module = ModuleType(f"chaos_of_tests_{next(_numbers)}")
    module.__path__ = []
    module.plugin = Plugin(id=id_, title="Chaos", api=">=0.1,<1")  # type: ignore[attr-defined]
    contents = ModuleType(f"{module.__name__}.hooks")
    for name, act in hooks.items():
        setattr(contents, name, _implementation(name, act))
    sys.modules[module.__name__] = module
    sys.modules[contents.__name__] = contents
    return Installed(id_, "1.0", module.__name__)


def _implementation(name: str, act: Act) -> Act:
    """Give a function of the hook's own arguments, which is how pluggy knows them."""
    (specification,) = [one for one in specifications() if one.__name__ == name]
    arguments = ", ".join(inspect.signature(specification).parameters)
    made: dict[str, Any] = {"act": act}
    exec(f"def {name}({arguments}): return act({arguments})", made)  # noqa: S102  # our own words
    return hookimpl(made[name])  # type: ignore[no-any-return]


def forget_open_transactions() -> None:
    """Let go of what `leaves_a_transaction_open` held on to."""
    while _kept:
        with suppress(Exception):
            _kept.pop().__exit__(None, None, None)
