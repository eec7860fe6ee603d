"""Places in pages that others fill, and what happens when a fill is broken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pytest
from flask import Flask, g
from markupsafe import Markup

from salesman_core.access.person import load_person
from salesman_core.db import reading
from salesman_core.errors import MissingError
from salesman_core.plugins.discovery import Installed
from salesman_core.plugins.states import State
from salesman_core.web.slots import UnknownSlotError, explain, panels, slot
from salesman_hookspecs import Permission, Slot, SlotFill, hookimpl

MakePlugin = Callable[..., Installed]
MakeApp = Callable[..., Flask]


@dataclass(frozen=True)
class Card:
    """The context of the slot under test."""

    id: int

    @property
    def slot_key(self) -> str:
        return str(self.id)


def load_card(key: str) -> Card:
    if key != "7":
        raise MissingError("There is no such card.")
    return Card(int(key))


def offering(*slots: Slot) -> ModuleType:
    """Give a domain of the core that offers *slots*."""

    @hookimpl
    def salesman_slots() -> list[Slot]:
        return list(slots)

    module = ModuleType("domain_of_test")
    module.salesman_slots = salesman_slots  # type: ignore[attr-defined]
    return module


CARDS = offering(Slot("card.panels", Card, load=load_card))


def filling(*fills: SlotFill) -> Callable[..., Any]:
    """Give the implementation of a plugin that fills slots."""

    @hookimpl
    def salesman_slot_fills() -> list[SlotFill]:
        return list(fills)

    return salesman_slot_fills


@pytest.fixture
def drawn(
    make_app: MakeApp, make_plugin: MakePlugin, signed_in: Callable[..., int]
) -> Callable[..., str]:
    """Give what draws the slot with the given fills of a plugin."""

    def draw(*fills: SlotFill, everything: bool = True) -> str:
        app = make_app(make_plugin("filler", filling(*fills)), core=(CARDS,))
        user_id = signed_in(app, everything=everything)
        with app.test_request_context("/"):
            g.salesman_person = load_person(reading(), user_id)
            return str(slot("card.panels", Card(7)))

    return draw


def test_fill_gets_the_context_of_the_page(drawn: Callable[..., str]) -> None:
    assert drawn(SlotFill("x", "card.panels", lambda card: f"card {card.id}")) == "card 7"


@dataclass(frozen=True, slots=True)
class Boat:
    """The card of a record, which says which one it is."""

    kind: str
    record_id: int

    @property
    def slot_key(self) -> str:
        return str(self.record_id)


EVERY_CARD = SlotFill("x", "*.card.panels", lambda card: f"{card.kind} {card.record_id}")
BOATS = offering(Slot("boat.card.panels", Boat), Slot("boat.card.side", Boat))


def test_fill_for_every_card_gets_whichever_record_it_is(
    make_app: MakeApp, make_plugin: MakePlugin, signed_in: Callable[..., int]
) -> None:
    app = make_app(make_plugin("filler", filling(EVERY_CARD)), core=(CARDS, BOATS))
    user_id = signed_in(app, everything=True)
    with app.test_request_context("/"):
        g.salesman_person = load_person(reading(), user_id)
        drawn = [slot(f"boat.card.{place}", Boat("boat", 3)) for place in ("panels", "side")]
        unnamed = slot("card.panels", Card(7))

    assert ([str(one) for one in drawn], str(unnamed)) == (["boat 3", ""], "")


def test_fill_for_every_card_is_explained_and_hidden_by_each(
    make_app: MakeApp, make_plugin: MakePlugin
) -> None:
    app = make_app(make_plugin("filler", filling(EVERY_CARD)), core=(CARDS, BOATS))
    hidden = frozenset({"boat.card.panels/filler.x"})
    host = app.extensions["salesman_host"]

    panels_, side = (explain(f"boat.card.{one}", host, hidden) for one in ("panels", "side"))

    assert [(one.owner, one.id, one.hidden) for one in panels_] == [("filler", "x", True)]
    assert side == []


def test_fill_for_a_place_that_no_card_has_fails_its_plugin(
    make_app: MakeApp, make_plugin: MakePlugin
) -> None:
    lost = SlotFill("x", "*.card.pannels", lambda _card: "")
    app = make_app(make_plugin("filler", filling(lost)), core=(CARDS, BOATS))

    assert app.extensions["salesman_host"].state("filler") is State.FAILED


def test_plain_string_is_escaped_and_markup_is_not(drawn: Callable[..., str]) -> None:
    plain = SlotFill("a", "card.panels", lambda _card: "<i>")
    markup = SlotFill("b", "card.panels", lambda _card: Markup("<i>x</i>"))

    assert drawn(plain, markup) == "&lt;i&gt;<i>x</i>"


def test_fills_stand_in_their_order(drawn: Callable[..., str]) -> None:
    late = SlotFill("late", "card.panels", lambda _card: "late", order=200)
    early = SlotFill("early", "card.panels", lambda _card: "early ", order=50)

    assert drawn(late, early) == "early late"


def test_fill_without_permission_is_not_drawn(drawn: Callable[..., str]) -> None:
    closed = SlotFill("x", "card.panels", lambda _card: "secret", permission="filler.x.view")

    assert drawn(closed, everything=False) == ""


def raises(_card: Card) -> str:
    message = "on purpose"
    raise RuntimeError(message)


def leaves(_card: Card) -> str:
    raise SystemExit


@pytest.mark.parametrize(
    "render",
    [
        raises,
        leaves,
        lambda _card: 42,
        lambda _card: b"bytes",
        lambda _card: "x" * 5_000_000,
        lambda _card: Markup("<div><div></div>"),
        lambda _card: Markup("</div>"),
    ],
    ids=["raises", "exits", "number", "bytes", "oversized", "unclosed", "stray"],
)
def test_broken_fill_draws_a_notice_beside_the_others(
    drawn: Callable[..., str], render: Callable[[Any], Any]
) -> None:
    good = SlotFill("good", "card.panels", lambda _card: "good", order=200)

    html = drawn(SlotFill("bad", "card.panels", render), good)

    assert 'class="fault"' in html
    assert html.endswith("good")


def test_notice_has_the_reference_of_the_fault(
    make_app: MakeApp, make_plugin: MakePlugin, signed_in: Callable[..., int]
) -> None:
    fills = filling(SlotFill("bad", "card.panels", raises))
    app = make_app(make_plugin("filler", fills), core=(CARDS,))
    user_id = signed_in(app)
    with app.test_request_context("/"):
        g.salesman_person = load_person(reading(), user_id)
        html = slot("card.panels", Card(7))
        (fault,) = app.extensions["salesman_host"].dispatcher.faults._waiting

    assert fault.plugin == "filler"
    assert fault.reference in html


def test_panels_have_their_titles(
    make_app: MakeApp, make_plugin: MakePlugin, signed_in: Callable[..., int]
) -> None:
    fills = filling(SlotFill("x", "card.panels", lambda _card: "text", title="My <panel>"))
    app = make_app(make_plugin("filler", fills), core=(CARDS,))
    user_id = signed_in(app)
    with app.test_request_context("/"):
        g.salesman_person = load_person(reading(), user_id)
        html = panels("card.panels", Card(7))

    assert '<h2 class="card-title">My &lt;panel&gt;</h2>' in html


def test_wrong_context_is_an_error_of_the_page(
    make_app: MakeApp, signed_in: Callable[..., int]
) -> None:
    app = make_app(core=(CARDS,))
    signed_in(app)

    with app.test_request_context("/"), pytest.raises(TypeError, match="takes Card, not dict"):
        slot("card.panels", {})


def test_lazy_fill_is_asked_for_after_the_page(
    make_app: MakeApp, make_plugin: MakePlugin, signed_in: Callable[..., int]
) -> None:
    lazy = SlotFill("slow", "card.panels", lambda card: f"card {card.id}", lazy=True)
    app = make_app(make_plugin("filler", filling(lazy)), core=(CARDS,))
    user_id = signed_in(app)
    with app.test_request_context("/"):
        g.salesman_person = load_person(reading(), user_id)
        page = slot("card.panels", Card(7))

    address = "/fragments/slots/card.panels/filler/slow?key=7"
    assert f'hx-get="{address}" hx-trigger="load"' in page
    assert app.test_client().get(address).text == "card 7"


@pytest.mark.parametrize(("given", "comes"), [("seven", True), (None, False), ("", False)])
def test_panel_that_comes_later_goes_where_nothing_comes(
    make_app: MakeApp,
    make_plugin: MakePlugin,
    signed_in: Callable[..., int],
    given: str | None,
    *,
    comes: bool,
) -> None:
    lazy = SlotFill("slow", "card.panels", lambda _card: given, title="Slow", lazy=True)
    app = make_app(make_plugin("filler", filling(lazy)), core=(CARDS,))
    user_id = signed_in(app)
    with app.test_request_context("/"):
        g.salesman_person = load_person(reading(), user_id)
        page = panels("card.panels", Card(7))

    address = "/fragments/slots/card.panels/filler/slow?key=7&framed=1"
    escaped = address.replace("&", "&amp;")
    assert (
        f'hx-get="{escaped}" hx-trigger="load" hx-swap="outerHTML" hx-target="closest sec' in page
    )
    panel = app.test_client().get(address).text
    assert ("Slow" in panel, "seven" in panel, panel != "") == (comes, comes, comes)


def test_lazy_fill_asks_for_its_permission_again(
    make_app: MakeApp, make_plugin: MakePlugin, signed_in: Callable[..., int]
) -> None:
    @hookimpl
    def salesman_permissions() -> list[Permission]:
        return [Permission("filler.x.view", "See x")]

    lazy = SlotFill(
        "slow", "card.panels", lambda _card: "secret", permission="filler.x.view", lazy=True
    )
    app = make_app(make_plugin("filler", filling(lazy), salesman_permissions), core=(CARDS,))
    signed_in(app, everything=False)

    answer = app.test_client().get("/fragments/slots/card.panels/filler/slow?key=7")

    assert answer.status_code == 403
    assert "secret" not in answer.text


def test_lazy_fill_of_a_record_out_of_reach_is_not_found(
    make_app: MakeApp, make_plugin: MakePlugin, signed_in: Callable[..., int]
) -> None:
    lazy = SlotFill("slow", "card.panels", lambda _card: "text", lazy=True)
    app = make_app(make_plugin("filler", filling(lazy)), core=(CARDS,))
    signed_in(app)

    answer = app.test_client().get("/fragments/slots/card.panels/filler/slow?key=8")

    assert answer.status_code == 404


def test_unknown_slot_fails_the_plugin_with_the_nearest_name(
    make_app: MakeApp, make_plugin: MakePlugin
) -> None:
    typo = make_plugin("filler", filling(SlotFill("x", "card.panel", lambda _card: "x")))
    host = make_app(typo, core=(CARDS,)).extensions["salesman_host"]

    assert host.state("filler") is State.FAILED
    assert "there is no slot card.panel, did you mean card.panels?" in host.plugins["filler"].reason


def test_optional_fill_may_name_a_slot_that_is_not_installed(
    make_app: MakeApp, make_plugin: MakePlugin
) -> None:
    fill = SlotFill("x", "leads.card.side", lambda _card: "x", optional=True)
    host = make_app(make_plugin("filler", filling(fill))).extensions["salesman_host"]

    assert host.state("filler") is State.ACTIVE


def test_explanation_names_each_fill_in_order(make_app: MakeApp, make_plugin: MakePlugin) -> None:
    second = SlotFill("second", "card.panels", lambda _card: "x", order=20, lazy=True)
    first = SlotFill("first", "card.panels", lambda _card: "x", order=10)
    app = make_app(make_plugin("filler", filling(second, first)), core=(CARDS,))

    fills = explain("card.panels", app.extensions["salesman_host"])

    assert [(one.owner, one.id, one.lazy, one.active) for one in fills] == [
        ("filler", "first", False, True),
        ("filler", "second", True, True),
    ]


def test_explanation_of_an_unknown_slot_names_the_nearest(make_app: MakeApp) -> None:
    app = make_app(core=(CARDS,))

    with pytest.raises(UnknownSlotError, match=r"did you mean card\.panels\?"):
        explain("card.pannels", app.extensions["salesman_host"])
