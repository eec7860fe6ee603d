"""What the card of a deal shows: a deal with its names, and the stages around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, Final

from flask import url_for

from salesman_core.access.person import current_person
from salesman_core.access.records import reached_for, reaches
from salesman_core.clients.queries import around_contacts
from salesman_core.db import AnyRow, reading
from salesman_core.deals import queries, rates, standing
from salesman_core.deals.amount_source import Origin, origin_of
from salesman_core.deals.amount_words import AMOUNT
from salesman_core.deals.custom import DEAL
from salesman_core.deals.forecast import forecast
from salesman_core.deals.lists import STATES
from salesman_core.deals.permissions import MARGIN
from salesman_core.records.custom.showing import (
    Section,
    ShownField,
    own_shown,
    sections,
    shown_fields,
)
from salesman_core.services.company import company
from salesman_hookspecs import Text


@dataclass(frozen=True, slots=True)
class DealCard:
    """The context of the slots of a deal's card; its fields are a contract.

    :param id: the deal.
    :param client_id: its client, or None.
    :param outcome: ``won``, ``lost`` or None while it is open.
    :param cost: what it costs, or None where whoever reads may not see it.
    :param may_edit: whether whoever reads may change it.
    """

    id: int
    name: str
    client_id: int | None
    pipeline_id: int
    stage_id: int
    progress: int
    outcome: str | None
    amount: Decimal
    cost: Decimal | None
    currency: str
    owner_id: int | None
    may_edit: bool

    kind = "deal"

    @property
    def record_id(self) -> int:
        """The deal, by the name that panels of several kinds of record use."""
        return self.id

    @property
    def slot_key(self) -> str:
        """What names the deal to a panel that comes after the page."""
        return str(self.id)


@dataclass(frozen=True)  # not in slots: what is asked of it again and again it keeps
class Shown:
    """A deal as its card draws it.

    :param row: its columns and names.
    :param pipelines: all that there are, with their stages in the order of progress.
    :param may_edit: whether whoever reads may change it; ``may_close``, ``may_freeze``
        and ``may_delete`` alike.
    """

    row: AnyRow
    pipelines: Sequence[Mapping[str, Any]]
    may_edit: bool
    may_close: bool
    may_freeze: bool
    may_delete: bool
    sees_client: bool

    @property
    def pipeline(self) -> Mapping[str, Any]:
        """The pipeline that it is in."""
        return next(one for one in self.pipelines if one["id"] == self.row.pipeline_id)

    @property
    def others(self) -> Sequence[Mapping[str, Any]]:
        """The pipelines that it may go over to."""
        return [one for one in self.pipelines if one["id"] != self.row.pipeline_id]

    @property
    def stages(self) -> Sequence[Mapping[str, Any]]:
        """The stages of its pipeline, in the order of progress."""
        found: Sequence[Mapping[str, Any]] = self.pipeline["stages"]
        return found

    @property
    def context(self) -> DealCard:
        """What the slots of the card get."""
        row = self.row
        return DealCard(
            id=row.id,
            name=row.name,
            client_id=row.client_id,
            pipeline_id=row.pipeline_id,
            stage_id=row.stage_id,
            progress=row.progress,
            outcome=row.outcome,
            amount=row.amount,
            cost=row.cost if self.sees_margin else None,
            currency=row.currency,
            owner_id=row.owner_id,
            may_edit=self.may_edit,
        )

    def may_change(self, name: str) -> bool:
        """Whether whoever reads may change one of its fields where it stands."""
        given = name == "owner_id" and self.row.owner_id is not None
        return self.may_edit and (not given or current_person().may("core.deal.assign"))

    @property
    def sees_margin(self) -> bool:
        """Whether whoever reads may see what it costs and what is left of it."""
        return current_person().may(MARGIN)

    @cached_property
    def further(self) -> Sequence[ShownField]:
        """Its further fields."""
        return shown_fields(DEAL, self.row)

    @property
    def custom(self) -> Sequence[ShownField]:
        """Those of them that the company has defined."""
        return own_shown(self.further)

    @property
    def sections(self) -> Sequence[Section]:
        """Those that plugins keep."""
        return sections(self.further)

    def edits(self, one: ShownField) -> str:
        """Give the address of a further field to be edited; empty where it may not be."""
        if not (self.may_edit and one.changeable):
            return ""
        return url_for("deals.field", record_id=self.row.id, name=one.name, edit=1)

    @property
    def margin(self) -> Decimal:
        """What is left of the amount after the cost."""
        return queries.margin_of(self.row.amount, self.row.cost)

    @property
    def margin_share(self) -> Decimal | None:
        """The margin in percent of the amount, or None where there is no amount."""
        return round(100 * self.margin / self.row.amount, 1) if self.row.amount else None

    @property
    def amount_title(self) -> Text:
        """What stands before the amount: it says whether VAT is in it."""
        return AMOUNT

    @property
    def origin(self) -> Origin | None:
        """Where the amount comes from, or None where it is changed by hand."""
        return origin_of(self.row)

    @property
    def company_currency(self) -> str:
        """The currency that amounts of all deals can be compared in."""
        return company().currency

    @property
    def company_amount(self) -> Decimal | None:
        """The amount in that currency, or None where the rate is missing."""
        return rates.company_amount(self.row)

    @property
    def rate_day(self) -> date:
        """The day whose rate it keeps."""
        return rates.day_of(self.row)

    @property
    def weighted(self) -> Decimal:
        """The forecast: the amount times the progress."""
        return forecast(self.row.amount, self.row.progress)

    @property
    def days_in_stage(self) -> int:
        """Whole days in its stage, without those for which it was frozen."""
        return standing.days_in_stage(self.row)

    @property
    def pace(self) -> str:
        """How its stay in the stage compares with the plan; see ``standing.pace_of``."""
        return standing.pace_of(self.row)

    @property
    def is_frozen(self) -> bool:
        """Whether it rests until a day."""
        return standing.is_frozen(self.row)

    @property
    def overdue(self) -> bool:
        """Whether the expected date of an open deal has passed."""
        return standing.is_overdue(self.row)

    @property
    def state(self) -> str:
        """What people read for its state."""
        return str(STATES[self.row.outcome or "open"])


_ACTS: Final = ("core.deal.edit", "core.deal.close", "core.deal.freeze", "core.deal.delete")


def shown(deal_id: int) -> Shown:
    """Give a deal for its card.

    :raises MissingError: where there is none that the person may see.
    """
    session = reading()
    row = queries.one_deal(session, deal_id)
    may = reached_for("deal", deal_id, *_ACTS)
    return Shown(
        row=row,
        pipelines=queries.pipelines(session),
        may_edit="core.deal.edit" in may,
        may_close="core.deal.close" in may,
        may_freeze="core.deal.freeze" in may,
        may_delete="core.deal.delete" in may,
        sees_client=row.client_id is not None and reaches("client", row.client_id),
    )


@dataclass(frozen=True, slots=True)
class NamedContact:
    """A contact who takes part in a deal, as its card draws them.

    :param phones: each with ``typed``, ``normalised`` and ``masked``; none of a contact of whom
        whoever reads knows no more than that they take part. ``emails`` alike.
    """

    row: AnyRow
    phones: Sequence[Mapping[str, Any]]
    emails: Sequence[Mapping[str, Any]]


def contacts_named(deal_id: int) -> list[NamedContact]:
    """Give the contacts named in a deal, in as many statements for one as for all."""
    session = reading()
    rows = queries.contacts_of(session, deal_id)
    around = around_contacts(session, {row.id: row.client_id for row in rows if row.seen})
    return [
        NamedContact(row, around.phones.get(row.id, ()), around.emails.get(row.id, ()))
        for row in rows
    ]


def slot_context(key: str) -> DealCard:
    """Give the context for a panel that the browser asks for after the page."""
    return shown(int(key)).context
