from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from flask import Blueprint, request
from markupsafe import Markup

from salesman_core.access.routes import signed_in
from salesman_core.errors import InvalidError
from salesman_core.web.addresses import go_to
from salesman_core.web.forms import FormState
from salesman_core.web.templating import render
from salesman_core.web.toasts import toast
from salesman_hookspecs import (
    DeskWidget,
    NavItem,
    Person,
    QuickCreate,
    SearchHit,
    SearchSource,
    Slot,
    SlotFill,
    TimelineEntry,
    hookimpl,
)

NOON = datetime(2026, 3, 2, 9, tzinfo=UTC)
NAMES = (
    "Ромашка, ООО",
    "Северный ветер",
    "Alfa Trading",
    "ИП Кузнецова",
    "Завод «Прогресс»",
    "Beta & Sons",
)


@dataclass(frozen=True)
class Chip:
    title: str
    words: str
    value: str
    joint: str = ""


@dataclass(frozen=True)
class Thing:
    """The context of the gallery's slots."""

    id: int

    @property
    def slot_key(self) -> str:
        return str(self.id)


pages = Blueprint("gallery", __name__, url_prefix="/gallery")


@pages.get("/list")
@signed_in
def index() -> Markup:
    rows = [] if "q" in request.args else list(enumerate(NAMES, 1))
    chips = [
        (Chip("Сумма", "не меньше", "1 000"), "/gallery/list?a=1"),
        (Chip("Владелец", "—", "Анна Петрова"), "/gallery/list?b=1"),
    ]
    return render("gallery/list.html", rows=rows, chips=chips)


@pages.post("/bulk")
@signed_in
def bulk() -> object:
    toast(f"marked: {','.join(request.form.getlist('id'))}")
    return go_to("/gallery/list")


@pages.get("/form")
@signed_in
def form() -> Markup:
    return render("gallery/form.html", form=FormState({"currency": "RUB", "rung": "2"}))


@pages.post("/form")
@signed_in
def save() -> object:
    if not request.form.get("name"):
        error = InvalidError("Wrong", {"name": "A name is needed.", "amount": "Not a sum."})
        return render("gallery/form.html", form=FormState.refused(request.form, error)), 422
    toast("Saved", undo="/gallery/undo")
    return go_to("/gallery/card")


@pages.post("/undo")
@signed_in
def undo() -> object:
    toast("Taken back")
    return go_to("/gallery/list")


@pages.post("/broken")
@signed_in
def broken() -> object:
    message = "on purpose"
    raise RuntimeError(message)


@pages.post("/done")
@signed_in
def done() -> str:
    toast("Done without leaving the page")
    return ""


@pages.get("/dialog")
@signed_in
def dialog() -> Markup:
    return render("gallery/dialog.html")


@pages.get("/card")
@signed_in
def card() -> Markup:
    story = [
        TimelineEntry(NOON, "note", "Called: the offer is on its way", "phone", "Anna Petrova"),
        TimelineEntry(NOON - timedelta(days=3), "move", "40 % → 60 %", "arrow-right", "", "/"),
    ]
    return render("gallery/card.html", story=story, amount=Decimal("1234567.50"), thing=Thing(7))


def load_thing(key: str) -> Thing:
    return Thing(int(key))


def render_lazily(thing: Thing) -> str:
    return f"thing {thing.id}, after the page"


def fail(_thing: Thing) -> str:
    message = "on purpose"
    raise RuntimeError(message)


@hookimpl
def salesman_blueprints() -> Iterable[Blueprint]:
    return [pages]


@hookimpl
def salesman_nav_items() -> Iterable[NavItem]:
    return [
        NavItem("campaigns", "Рассылки", "gallery.index", "marketing", "mail", badge=lambda: None),
        NavItem("list", "Clients", "gallery.index", "sale", "users", badge=lambda: 1200),
        NavItem("card", "Deals", "gallery.card", "sale", "briefcase"),
        NavItem("form", "Invoices", "gallery.form", "paperwork", "file-invoice"),
        NavItem("empty", "Plan", "gallery.index", "reports", "chart-bar"),
    ]


@hookimpl
def salesman_quick_create() -> Iterable[QuickCreate]:
    return [
        QuickCreate("client", "Client", "gallery.form", "user-plus"),
        QuickCreate("deal", "Deal", "gallery.form", "briefcase"),
    ]


@hookimpl
def salesman_slots() -> Iterable[Slot]:
    return [Slot("gallery.card.panels", Thing, load=load_thing)]


@hookimpl
def salesman_slot_fills() -> Iterable[SlotFill]:
    return [
        SlotFill("quick", "gallery.card.panels", lambda thing: f"thing {thing.id}", title="Quick"),
        SlotFill("slow", "gallery.card.panels", render_lazily, title="Slow", lazy=True),
        SlotFill("nothing", "gallery.card.panels", lambda _thing: None, title="Nothing", lazy=True),
        SlotFill("broken", "gallery.card.panels", fail, title="Broken"),
    ]


def find(words: str, _person: Person, limit: int) -> Sequence[SearchHit]:
    found = [name for name in NAMES if words.lower() in name.lower()]
    return [SearchHit(name, "/gallery/card", "Москва") for name in found][:limit]


@hookimpl
def salesman_search_sources() -> Iterable[SearchSource]:
    return [SearchSource("things", "Clients", "users", "gallery.thing.view", find)]


@hookimpl
def salesman_desk_widgets() -> Iterable[DeskWidget]:
    return [
        DeskWidget("figures", "How we are", lambda: render("gallery/tiles.html"), width=12),
        DeskWidget("calls", "Calls of today", lambda: "Three calls are planned.", width=6),
        DeskWidget("broken", "Broken", lambda: fail(Thing(1)), width=6),
    ]
