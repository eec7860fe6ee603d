"""Slots: named places in pages that the core and plugins fill."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields, is_dataclass
from difflib import get_close_matches
from typing import Any, Final

from flask import Blueprint, Flask, request, url_for
from markupsafe import Markup

from salesman_core.access.person import current_person
from salesman_core.access.records import demand_permission
from salesman_core.access.routes import signed_in
from salesman_core.errors import MissingError, SalesmanError
from salesman_core.i18n import texts
from salesman_core.plugins.dispatch import Contribution
from salesman_core.plugins.host import PluginHost, current_host
from salesman_core.web.foreign import foreign_html, title_of
from salesman_core.web.hidden import is_hidden, part_name
from salesman_core.web.templating import render
from salesman_hookspecs import Slot, SlotFill
from salesman_hookspecs.web import salesman_slot_fills, salesman_slots

_ = texts.lazy

blueprint = Blueprint("fragments", __name__, url_prefix="/fragments")


class UnknownSlotError(LookupError):
    """A page or a fill names a slot that nobody offers."""


@dataclass(frozen=True, slots=True)
class FilledBy:
    """One fill of a slot, for ``salesman plugins explain-slot``.

    :param active: whether its owner is active, so that it is drawn.
    :param hidden: whether an administrator has hidden it, so that it is not.
    """

    owner: str
    id: str
    order: int
    permission: str | None
    lazy: bool
    active: bool
    hidden: bool


def install(app: Flask, host: PluginHost) -> None:
    """Give ``slot`` and ``panels`` to the templates of *app*; fail what names unknown slots."""
    refuse_unknown_slots(host)
    app.jinja_env.globals.update(slot=slot, panels=panels)


_NOTHING: Final = Markup()


def _nothing_in(name: str, context: object) -> bool:
    """Tell at once of a slot that nobody fills; pages have many of them."""
    accepted = current_host().derived(_contexts_of_empty_slots).get(name)
    return accepted is not None and isinstance(context, accepted)


def _contexts_of_empty_slots(host: PluginHost) -> Mapping[str, type[Any]]:
    filled = _fills_by_slot(host)
    return {
        one.value.name: one.value.context
        for one in host.contributions(salesman_slots)
        if one.value.name not in filled
    }


def slot(name: str, context: object) -> Markup:
    """Draw what fills a slot, one after the other, without any frame."""
    if _nothing_in(name, context):
        return _NOTHING
    return Markup().join(html for _fill, html in _drawn(name, context))


def panels(name: str, context: object) -> Markup:
    """Draw what fills a slot, each in a panel with its title."""
    if _nothing_in(name, context):
        return _NOTHING
    return Markup().join(_panel(one, html) for one, html in _drawn(name, context, framed=True))


def _panel(one: Contribution[SlotFill], html: Markup) -> Markup:
    return render("core/slots/panel.html", title=_title(one), content=html, owner=one.owner)


def _title(one: Contribution[SlotFill]) -> str:
    return title_of(one.owner, f"{one.value.slot}/{one.value.id}", one.value.title)


def _drawn(
    name: str, context: object, *, framed: bool = False
) -> Iterator[tuple[Contribution[SlotFill], Markup]]:
    place = slot_named(name)
    if not isinstance(context, place.context):
        message = f"slot {name} takes {place.context.__name__}, not {type(context).__name__}"
        raise TypeError(message)
    person = current_person()
    for one in fills_of(name):
        if one.value.permission is not None and not person.may(one.value.permission):
            continue
        html = _placeholder(place, one, context, framed=framed) or _filled(one, context)
        if html:
            yield one, html


def _placeholder(
    place: Slot, one: Contribution[SlotFill], context: Any, *, framed: bool
) -> Markup | None:
    """Give what a fill comes in place of later; with its panel, which goes where nothing comes."""
    if not one.value.lazy or place.load is None:
        return None
    address = url_for(
        "fragments.fill", name=place.name, owner=one.owner, fill_id=one.value.id,
        key=context.slot_key, framed=1 if framed else None,
    )  # fmt: skip
    return render("core/slots/placeholder.html", address=address, framed=framed)


def _filled(one: Contribution[SlotFill], context: object, *, alone: bool = False) -> Markup | None:
    place = f"{one.value.slot}/{one.value.id}"
    return foreign_html(one.owner, place, lambda: one.value.render(context), alone=alone)


@blueprint.get("/slots/<name>/<owner>/<fill_id>")
@signed_in
def fill(name: str, owner: str, fill_id: str) -> Markup:
    """Give one fill of a slot, after its page: with its panel, where it stands in one."""
    found = [one for one in fills_of(name) if (one.owner, one.value.id) == (owner, fill_id)]
    place = _offered().get(name)
    if not found or place is None or place.value.load is None:
        raise MissingError(_("This part of the page is no longer there."))
    if found[0].value.permission is not None:
        demand_permission(found[0].value.permission)
    context = _loaded(place, request.args.get("key", ""))
    html = _filled(found[0], context, alone=True)
    return _panel(found[0], html) if html and "framed" in request.args else html or Markup()


def _loaded(place: Contribution[Slot], key: str) -> object:
    """Build a slot's context anew, by the function of whoever offers the slot.

    :raises MissingError: where there is no such record, or the function fails.
    """
    load = place.value.load
    refusals: list[SalesmanError] = []

    def context() -> object:
        try:
            return load(key) if load is not None else None
        except SalesmanError as error:  # an answer to whoever asks, not a failure
            refusals.append(error)
            return None

    built = current_host().guarded(place.owner, f"{place.value.name}/load", context)
    if refusals:
        raise refusals[0]
    if not isinstance(built, place.value.context):
        raise MissingError(_("This part of the page is no longer there."))
    return built


def slot_named(name: str) -> Slot:
    """Give a slot of the core or of an active plugin.

    :raises UnknownSlotError: with the nearest names that there are.
    """
    known = _offered()
    if name not in known:
        raise UnknownSlotError(_unknown(name, known))
    return known[name].value


def _offered() -> Mapping[str, Contribution[Slot]]:
    return current_host().derived(_slots_by_name)


def _slots_by_name(host: PluginHost) -> Mapping[str, Contribution[Slot]]:
    return {one.value.name: one for one in host.contributions(salesman_slots)}


def fills_of(name: str) -> Sequence[Contribution[SlotFill]]:
    """Give what active plugins put into a slot, in the order in which it is drawn.

    What an administrator has hidden is left out.
    """
    fills = current_host().derived(_fills_by_slot).get(name, ())
    return [one for one in fills if not is_hidden(name, one)]


def _fills_by_slot(host: PluginHost) -> Mapping[str, Sequence[Contribution[SlotFill]]]:
    offered = [one.value for one in host.contributions(salesman_slots)]
    found: dict[str, list[Contribution[SlotFill]]] = {}
    for one in host.contributions(salesman_slot_fills):
        for name in filled_by(one.value, offered):
            found.setdefault(name, []).append(one)
    return found


def filled_by(fill: SlotFill, offered: Iterable[Slot]) -> list[str]:
    """Give the names of the slots that a fill stands in: of one for every card, those there are."""
    if not fill.slot.startswith(_EVERY):
        return [fill.slot]
    place = fill.slot.removeprefix(_EVERY)
    return [
        one.name
        for one in offered
        if one.name.endswith(f".{place}") and _names_in(one.context) >= _SAYS_WHICH
    ]


_EVERY: Final = "*."
_SAYS_WHICH: Final = frozenset({"kind", "record_id"})
"""What the context of a card has, so that a fill for every card knows whose it is."""


def _names_in(context: type[Any]) -> set[str]:
    own = {field.name for field in fields(context)} if is_dataclass(context) else set()
    return own | set(dir(context))


def refuse_unknown_slots(host: PluginHost) -> None:
    """Fail plugins that fill a slot which nobody offers, or offer one that somebody has already."""
    owners: dict[str, str] = {}
    for place in host.contributions(salesman_slots, inactive=True):
        if owners.setdefault(place.value.name, place.owner) != place.owner:
            taken = f"slot {place.value.name} is {owners[place.value.name]}'s already"
            _refuse(host, place.owner, "salesman_slots", taken)
    offered = [one.value for one in host.contributions(salesman_slots, inactive=True)]
    for one in host.contributions(salesman_slot_fills, inactive=True):
        filled = owners.keys() & set(filled_by(one.value, offered))
        if not filled and not one.value.optional:
            _refuse(host, one.owner, "salesman_slot_fills", _unknown(one.value.slot, owners))


def explain(name: str, host: PluginHost, hidden: AbstractSet[str] = frozenset()) -> list[FilledBy]:
    """Give what fills a slot and in which order, that of suspended plugins included.

    :param hidden: the names of parts that are hidden.
    :raises UnknownSlotError: with the nearest names that there are.
    """
    offered = [one.value for one in host.contributions(salesman_slots, inactive=True)]
    known = {one.name for one in offered}
    if name not in known:
        raise UnknownSlotError(_unknown(name, known))
    return [
        FilledBy(
            owner=one.owner,
            id=one.value.id,
            order=one.value.order,
            permission=one.value.permission,
            lazy=one.value.lazy,
            active=host.is_active(one.owner),
            hidden=part_name(name, one) in hidden,
        )
        for one in host.contributions(salesman_slot_fills, inactive=True)
        if name in filled_by(one.value, offered)
    ]


def _refuse(host: PluginHost, owner: str, hook: str, message: str) -> None:
    fault = host.dispatcher.faults.note(owner, hook, UnknownSlotError(message))
    if owner in host.plugins:
        host.fail(owner, fault)
        return
    raise UnknownSlotError(message)


def _unknown(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, list(known), 1)
    return f"there is no slot {name}" + (f", did you mean {near[0]}?" if near else "")
