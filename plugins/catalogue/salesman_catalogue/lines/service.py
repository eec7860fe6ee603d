"""Every change of the lines of deals: the rules, the transaction, the amount of the deal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_catalogue.lines.drafting import KEPT, DraftedLine, LineDrafts
from salesman_catalogue.lines.schemas import LinesSchema
from salesman_catalogue.models import DealSheet, Line
from salesman_catalogue.permissions import EDIT_DEAL
from salesman_catalogue.sums import Sums, together
from salesman_catalogue.texts import texts
from salesman_catalogue.words import LINES
from salesman_core.toolkit import (
    Changes,
    ConflictError,
    Deal,
    InvalidError,
    StaleError,
    announce,
    audit,
    audit_many,
    company,
    for_change,
    formats,
    judge,
    now,
    own_amount,
    release_amount,
    writing,
)
from salesman_hookspecs import Text

_ = texts.lazy

SOURCE: Final = "catalogue.lines"
"""Under this name lines own the amounts of deals."""
MOST_AMOUNT: Final = Decimal(10) ** 13
_CURRENCY: Final = "currency"
"""Under this name a line that is kept to be taken back says in what its prices are."""
KIND: Final = "catalogue.lines"
"""What the JSON API calls the lines of a deal as a whole, where it names their version."""


def replace_lines(
    deal_id: int, lines: Sequence[Mapping[str, Any]], version: int | None = None
) -> bool:
    """Let a deal have exactly these lines, in this order; give whether anything changed.

    :param lines: each as :class:`LineSchema` gives it; one with an ``id`` is a line that is there.
    :param version: of the lines that the person saw; None where they do not say.
    :raises ConflictError: where something else owns the amount of the deal.
    :raises InvalidError: by line and field, as ``lines.2.price``; nothing is changed then.
    :raises StaleError: where somebody changed the lines since *version*.
    """
    with writing() as session:
        deal = _deal(session, deal_id)
        return _replace(session, deal, lines, version)


def add_lines(deal_id: int, lines: Sequence[Mapping[str, Any]]) -> bool:
    """Add lines behind those that a deal has; see :func:`replace_lines`."""
    with writing() as session:
        deal = _deal(session, deal_id)
        held = _current(deal, session.get(DealSheet, deal_id), _held(session, deal_id))
        there = [{"id": one.id, "quantity": one.quantity} for one in held]
        return _replace(session, deal, [*there, *lines], None)


def undo_lines(deal_id: int, version: int | None = None) -> None:
    """Let a deal have the lines again that it had before their last change.

    Where it had none, it is worth again what it was worth by hand.

    :raises ConflictError: where there is nothing to go back to, and where those lines were in
        another currency than the deal is now.
    """
    with writing() as session:
        deal = _deal(session, deal_id)
        sheet = session.get(DealSheet, deal_id)
        if sheet is None:
            raise ConflictError(_("There is nothing to take back."))
        lines = judge(LinesSchema(), {"lines": _before(sheet, deal.currency)})["lines"]
        _replace(session, deal, lines, version, trusted=True, by_hand=_by_hand(sheet))


def _by_hand(sheet: DealSheet) -> tuple[Decimal, Decimal] | None:
    """Give amount and cost of a deal from before it had lines, as far as they are known."""
    amount, cost = sheet.amount_before, sheet.cost_before
    return None if amount is None or cost is None else (amount, cost)


def _before(sheet: DealSheet, currency: str) -> list[dict[str, Any]]:
    """Give the lines before their last change, as :class:`LineSchema` names them."""
    lines = [dict(one) for one in sheet.before]
    for one in lines:
        own = one.pop(_CURRENCY, currency)
        if own != currency:
            raise ConflictError(
                _(
                    "Those lines were in %(own)s, the deal is in %(of_deal)s by now.",
                    own=own,
                    of_deal=currency,
                )
            )
    return lines


def owns(deal: Deal) -> bool:
    """Tell whether the lines of a deal own its amount."""
    return deal.amount_source == SOURCE


def begin_with(deal: Deal, drafts: Sequence[DraftedLine]) -> None:
    """Let a new deal, which is not written yet, amount to what its first lines come to."""
    total = together(one.sums for one in drafts if one.sums is not None)
    deal.amount, deal.cost, deal.amount_source = amount_of(total), total.cost, SOURCE


def write_first(session: Session, begun: Sequence[tuple[Deal, Sequence[DraftedLine]]]) -> None:
    """Write the first lines of deals that :func:`begin_with` began, all of them together."""
    told: list[tuple[int, str, Changes]] = []
    for deal, drafts in begun:
        written = [_line_of(deal.id, place, draft) for place, draft in enumerate(drafts)]
        session.add_all(written)
        sheet = {"version": 1, "currency": deal.currency, "before": []}
        session.add(DealSheet(deal_id=deal.id, updated_at=now(), **sheet))
        told.append((deal.id, deal.name, {LINES: ([], _in_words(written, deal.currency))}))
        payload = {"amount": sum(one.amount for one in written), "number": len(written)}
        announce(session, "catalogue.lines.changed", "deal", deal.id, payload)
    session.flush()
    audit_many(session, "deal", "changed", told)


def _deal(session: Session, deal_id: int) -> Deal:
    """Give a deal for a change; a closed one too, as its amount may be corrected (ADR 71)."""
    deal: Deal = for_change(session, "deal", deal_id, EDIT_DEAL)
    return deal


def _current(deal: Deal, sheet: DealSheet | None, held: Sequence[Line]) -> Sequence[Line]:
    """Give those lines of a deal that are in its currency: all of them, or none."""
    return held if sheet is None or sheet.currency == deal.currency else ()


def _held(session: Session, deal_id: int) -> Sequence[Line]:
    ordered = sa.select(Line).where(Line.deal_id == deal_id).order_by(Line.position, Line.id)
    return session.scalars(ordered).all()


def _replace(
    session: Session,
    deal: Deal,
    lines: Sequence[Mapping[str, Any]],
    version: int | None,
    *,
    trusted: bool = False,
    by_hand: tuple[Decimal, Decimal] | None = None,
) -> bool:
    sheet = session.get(DealSheet, deal.id)
    _demand_seen(sheet, version)
    held = _held(session, deal.id)
    current = _current(deal, sheet, held)
    known = {one.id: one for one in current}
    drafts = LineDrafts(session, deal.currency, known, trusted=trusted).of(lines)
    _demand_right(drafts)
    before = [_as_said(one) for one in held]
    if current is held and [_as_drafted(one) for one in drafts] == before:
        return False
    was_in = deal.currency if sheet is None else sheet.currency
    told = _in_words(held, was_in)
    written = _write(session, deal.id, {one.id: one for one in held}, drafts)
    _note(session, deal, sheet, before, was_in)
    total = together(one.sums for one in drafts if one.sums is not None)
    if written:
        own_amount(deal.id, SOURCE, amount_of(total), total.cost)
    else:
        _free_amount(deal, by_hand)
    after = _in_words(written, deal.currency)
    if told != after:
        audit(session, "deal", deal.id, deal.name, "changed", {LINES: (told, after)})
    payload = {"amount": total.amount, "number": len(written)}
    announce(session, "catalogue.lines.changed", "deal", deal.id, payload)
    return True


def _demand_seen(sheet: DealSheet | None, version: int | None) -> None:
    if version is not None and version != (0 if sheet is None else sheet.version):
        raise StaleError(_("Somebody else has changed the lines since you read them."))


def _demand_right(drafts: Sequence[DraftedLine]) -> None:
    wrong: dict[str, Text] = {
        f"lines.{place}.{name}": message
        for place, draft in enumerate(drafts)
        for name, message in draft.wrong.items()
    }
    if wrong:
        raise InvalidError(_("Some lines are not right."), wrong)
    total = together(one.sums for one in drafts if one.sums is not None)
    if max(total.amount, total.cost) > MOST_AMOUNT:
        message = _("The lines come to more than a deal may amount to.")
        raise InvalidError(message, {"lines": message})


def _write(
    session: Session, deal_id: int, held: Mapping[int, Line], drafts: Sequence[DraftedLine]
) -> list[Line]:
    """Write drafts as the lines of a deal; those that are no longer there go."""
    staying = {one.id for one in drafts}
    for id_, line in held.items():
        if id_ not in staying:
            session.delete(line)
    written = []
    for position, draft in enumerate(drafts):
        line = _line_of(deal_id, position, draft, None if draft.id is None else held[draft.id])
        session.add(line)
        written.append(line)
    session.flush()
    return written


def _line_of(deal_id: int, position: int, draft: DraftedLine, line: Line | None = None) -> Line:
    """Give the line that a draft makes, of one that there is or a new one."""
    line = line or Line(deal_id=deal_id)
    for name in KEPT:
        setattr(line, name, draft.values[name])
    sums = draft.sums or Sums()
    line.position = position
    line.net, line.vat, line.amount = sums.net, sums.vat, sums.amount
    line.cost_amount = sums.cost
    return line


def _note(
    session: Session,
    deal: Deal,
    sheet: DealSheet | None,
    before: list[dict[str, Any]],
    was_in: str,
) -> None:
    """Note that the lines have changed, and what they were, in which currency."""
    kept = [{**_plain(one), _CURRENCY: was_in} for one in before]
    if sheet is None:
        sheet = DealSheet(deal_id=deal.id, version=0)
        session.add(sheet)
    sheet.version += 1
    sheet.currency = deal.currency
    sheet.before, sheet.updated_at = kept, now()
    by_hand = (None, None) if before else (deal.amount, deal.cost)
    sheet.amount_before, sheet.cost_before = by_hand
    session.flush()


def _free_amount(deal: Deal, by_hand: tuple[Decimal, Decimal] | None) -> None:
    """Leave the amount of a deal without lines to people.

    :param by_hand: amount and cost that it is to have then; None to leave what stands there.
    """
    if by_hand is not None and deal.amount_source == SOURCE:
        own_amount(deal.id, SOURCE, *by_hand)
    release_amount(deal.id, SOURCE)


def amount_of(total: Sums) -> Decimal:
    """Give what a deal amounts to by its lines: as the company means amounts, else with VAT."""
    return total.net if company().vat == "without" else total.amount


def _as_said(line: Line) -> dict[str, Any]:
    """Give a line as :class:`LineSchema` would name it, its id included."""
    return {"id": line.id, **{name: getattr(line, name) for name in KEPT}}


def _as_drafted(draft: DraftedLine) -> dict[str, Any]:
    return {"id": draft.id, **{name: draft.values[name] for name in KEPT}}


def _plain(said: Mapping[str, Any]) -> dict[str, Any]:
    """Give what was said of a line as JSON keeps it; as a new line, for its id may be gone."""
    return {
        name: str(value) if isinstance(value, Decimal) else value
        for name, value in said.items()
        if name != "id"
    }


def _in_words(lines: Sequence[Line], currency: str) -> list[str]:
    """Give lines as the history of a deal tells them. What they cost is not told."""
    return [
        f"{one.name} × {formats.number(one.quantity)} — {formats.money(one.amount, currency)}"
        for one in lines
    ]
