"""Hooks about pages, and the values that they exchange."""

# A specification is a signature with its documentation; it has no body to judge.
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from salesman_hookspecs._markers import Phase, Policy, hookspec


class Text(Protocol):
    """A text for people: a string, or anything that becomes one in the reader's language."""

    def __str__(self) -> str: ...


@dataclass(frozen=True, slots=True)
class NavItem:
    """An entry of the left menu.

    :param id: unique within the plugin.
    :param title: what people read.
    :param endpoint: the Flask endpoint that it leads to.
    :param station: where it stands: ``marketing``, ``sale``, ``paperwork``, ``service``,
        ``reports`` or ``administration``; ``desk`` for what stands above them all.
    :param icon: a Tabler icon's name.
    :param permission: what one must hold to see it; None for everybody who is signed in.
    :param order: entries of a station stand in this order, then by plugin id.
    :param badge: gives a small number to show beside the title, or None for none.
    :param counts: the kinds of record that the badge counts, as ``leads.lead``: an open page asks
        for the number again when it hears that one of them changed, and every minute.
    :param at_hand: how near at hand it is to be on a phone, 0 to 100: of the entries that somebody
        has, the five with the most stand in the bar at its bottom, in the order of the menu.
    """

    id: str
    title: Text
    endpoint: str
    station: str
    icon: str
    permission: str | None = None
    order: int = 100
    badge: Callable[[], int | None] | None = None
    counts: tuple[str, ...] = ()
    at_hand: int = 0


@dataclass(frozen=True, slots=True)
class Slot:
    """A named place in a page that others may fill.

    :param name: ``<record>.<page>.<place>``, as ``client.card.panels``. The places of a card are
        ``<kind>.card.panels``, ``.side`` and ``.next_step``: there fills for every card come, too.
    :param context: the class of the object that a fill gets; its fields are a contract. That of a
        card says by ``kind`` and ``record_id`` which record it is, as ``toolkit.RecordCard`` does.
    :param title: what an administrator reads, in English.
    :param load: rebuilds the context for fills that the browser asks for after the page: gets the
        context's ``slot_key`` (a string attribute or property that the class then must have),
        checks that whoever acts may see it, and gives the context. None where the place cannot be
        filled later; fills that say ``lazy`` are then drawn with the page.
    """

    name: str
    context: type[Any]
    title: str = ""
    load: Callable[[str], Any] | None = None


@dataclass(frozen=True, slots=True)
class SlotFill:
    """What a plugin puts into a slot.

    :param id: unique within the plugin.
    :param slot: the slot's name; ``*.card.panels`` for the card of every kind of record that offers
        the place, whichever plugin keeps it, where the slot's context has ``kind`` and
        ``record_id``.
    :param render: gets the slot's context, gives HTML (a ``Markup`` is taken as it is, a plain
        string is escaped) or None for nothing.
    :param title: the panel's heading where the slot draws panels.
    :param permission: what one must hold to see it.
    :param order: fills stand in this order, then by plugin id.
    :param lazy: True for what is not cheap: the browser asks for it after the page.
    :param optional: True where the slot belongs to a plugin that need not be installed. Without
        it, a slot that nobody offers is taken for a typing error and fails this plugin at start.
    """

    id: str
    slot: str
    render: Callable[[Any], str | None]
    title: Text = ""
    permission: str | None = None
    order: int = 100
    lazy: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True)
class DeskWidget:
    """A widget of the desk; it loads on its own.

    :param id: unique within the plugin.
    :param title: its heading.
    :param render: gives its HTML for the person who is signed in, or None for nothing.
    :param permission: what one must hold to see it.
    :param order: its place until the person moves it.
    :param width: columns of the desk's twelve, on a wide screen.
    :param roles: presets that see it without asking for it; empty for all.
    """

    id: str
    title: Text
    render: Callable[[], str | None]
    permission: str | None = None
    order: int = 100
    width: int = 6
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QuickCreate:
    """An entry of the "new" menu of the top bar.

    :param id: unique within the plugin.
    :param title: what people read, as "Lead".
    :param endpoint: the endpoint of the form.
    :param icon: a Tabler icon's name.
    :param permission: what one must hold to see it.
    :param order: entries stand in this order, then by plugin id.
    :param key: a small Latin letter that opens it from any page, for what has to go fast; an empty
        string for none. Of several with one letter the first has it; ``n`` opens the menu itself,
        and a letter of the page goes before.
    """

    id: str
    title: Text
    endpoint: str
    icon: str
    permission: str | None = None
    order: int = 100
    key: str = ""


@dataclass(frozen=True, slots=True)
class BoardBadge:
    """A line at the foot of a deal's card on the board.

    :param deal_id: the deal on whose card it stands.
    :param text: what people read: a few words, because a card is narrow.
    :param icon: a Tabler icon's name, or an empty string for none.
    :param tone: what its colour says: ``plain``, or ``good``, ``behind`` or ``late`` for what is
        on plan or is not. The words say it too.
    :param url: where it leads, or None.
    """

    deal_id: int
    text: Text
    icon: str = ""
    tone: str = "plain"
    url: str | None = None


@hookspec(policy=Policy.STRICT, phase=Phase.BOOT, since="0.1")
def salesman_blueprints() -> Iterable[Any]:
    """Give the Flask blueprints of this plugin's pages.

    Asked once at start. A blueprint must have the plugin's id as its name and ``/<id>`` as its
    prefix; each of its views states its access by ``@requires`` or ``@public``.

    Example::

        @hookimpl
        def salesman_blueprints():
            return [Blueprint("notes", __name__, url_prefix="/notes")]
    """


@hookspec(policy=Policy.STRICT, phase=Phase.BOOT, since="0.1")
def salesman_api_blueprints() -> Iterable[Any]:
    """Give the blueprints of this plugin's JSON API, made by ``toolkit.ApiBlueprint``.

    Asked once at start; they answer under ``/api/v1/<id>`` and are described in
    ``/api/v1/<id>/openapi.json``.

    Example::

        @hookimpl
        def salesman_api_blueprints():
            return [ApiBlueprint("notes", __name__)]
    """


@hookspec(policy=Policy.COLLECT, phase=Phase.BOOT, since="0.1")
def salesman_nav_items() -> Iterable[NavItem]:
    """Give this plugin's entries of the left menu.

    Example::

        @hookimpl
        def salesman_nav_items():
            return [NavItem("notes", "Notes", "notes.index", "sale", "note", "notes.note.view")]
    """


@hookspec(policy=Policy.COLLECT, phase=Phase.BOOT, since="0.1")
def salesman_slots() -> Iterable[Slot]:
    """Give the places in this plugin's pages that others may fill.

    Example::

        @hookimpl
        def salesman_slots():
            return [Slot("note.card.panels", NoteCard)]
    """


@hookspec(policy=Policy.COLLECT, phase=Phase.BOOT, since="0.1")
def salesman_slot_fills() -> Iterable[SlotFill]:
    """Give what this plugin puts into the slots of the core and of other plugins.

    Example::

        @hookimpl
        def salesman_slot_fills():
            return [SlotFill("notes", "client.card.panels", render_notes, title="Notes")]
    """


@hookspec(policy=Policy.COLLECT, phase=Phase.BOOT, since="0.1")
def salesman_desk_widgets() -> Iterable[DeskWidget]:
    """Give this plugin's widgets of the desk.

    Example::

        @hookimpl
        def salesman_desk_widgets():
            return [DeskWidget("latest", "Latest notes", render_latest)]
    """


@hookspec(policy=Policy.COLLECT, phase=Phase.BOOT, since="0.1")
def salesman_quick_create() -> Iterable[QuickCreate]:
    """Give this plugin's entries of the "new" menu.

    Example::

        @hookimpl
        def salesman_quick_create():
            return [QuickCreate("note", "Note", "notes.new", "note", "notes.note.create")]
    """


@hookspec(policy=Policy.COLLECT, phase=Phase.REQUEST, since="0.1")
def salesman_board_badges(deal_ids: Sequence[int]) -> Iterable[BoardBadge]:
    """Give what stands at the foot of some deals' cards on the board.

    Called once for all cards that a page draws, so that its statements do not grow with them.

    :param deal_ids: the deals that are drawn; whoever reads sees each of them.

    Example::

        @hookimpl
        def salesman_board_badges(deal_ids):
            return [BoardBadge(row.deal_id, row.text, "note") for row in notes_about(deal_ids)]
    """
