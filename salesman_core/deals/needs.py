"""What a stage may ask for: the fields, further ones too, that a deal must have to enter it.

Every way in obeys: a move, an opening at the stage, a row of a file. A deal that stands in a stage
may lose a field again, and one that is opened again stays where it stood: only entering is judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.person import current_person
from salesman_core.deals.amount_words import AMOUNT
from salesman_core.deals.models import Deal, DealContact, Stage
from salesman_core.deals.permissions import MARGIN
from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.records.custom.definitions import DefinedField, all_fields, fields_in_use
from salesman_core.records.custom.further import held_in_record
from salesman_core.records.extensions.declared import extended_fields
from salesman_hookspecs import Text

_ = texts.lazy


@dataclass(frozen=True, slots=True)
class Need:
    """A field that stages may ask for.

    :param name: as the JSON API calls it.
    :param is_filled: tells whether a deal has it filled in, as it stands in the transaction.
    :param permission: what one must hold to see and fill it in; None for nothing beyond the deal.
    """

    name: str
    title: Text
    is_filled: Callable[[Session, Deal], bool]
    permission: str | None = None

    @property
    def askable(self) -> bool:
        """Whether whoever acts may fill it in."""
        return self.permission is None or current_person().may(self.permission)


class UnfilledError(InvalidError):
    """A deal lacks what its new stage asks for.

    What whoever acts may not see is named all the same: they have to know whom to ask.

    :param needs: what it lacks.
    """

    def __init__(self, stage: Stage, needs: Sequence[Need]) -> None:
        lacking = ", ".join(str(need.title) for need in needs)
        message = _("“%(stage)s” needs: %(lacking)s.", stage=stage.name, lacking=lacking)
        hidden = ", ".join(str(need.title) for need in needs if not need.askable)
        if hidden:
            message = _(
                "“%(stage)s” needs: %(lacking)s. Ask somebody who may see this to fill it in: "
                "%(hidden)s.",
                stage=stage.name,
                lacking=lacking,
                hidden=hidden,
            )
        super().__init__(message, {need.name: _wrong(need, stage) for need in needs})
        self.needs = tuple(needs)
        self.askable = not hidden


def _wrong(need: Need, stage: Stage) -> Text:
    if need.askable:
        return _("Needed at “%(stage)s”.", stage=stage.name)
    return _("Needed at “%(stage)s”: ask somebody who may see it to fill it in.", stage=stage.name)


def _column(name: str) -> Callable[[Session, Deal], bool]:
    """Tell whether a column holds something; no amount is the same as none."""

    def is_filled(_session: Session, deal: Deal) -> bool:
        return bool(getattr(deal, name))

    return is_filled


def _has_contact(session: Session, deal: Deal) -> bool:
    named = sa.select(DealContact.contact_id).where(DealContact.deal_id == deal.id)
    return bool(session.scalar(sa.select(sa.exists(named))))


def _further_field(field: DefinedField) -> Callable[[Session, Deal], bool]:
    """Tell whether a further field has a value; a no and a nought are answers."""

    def is_filled(_session: Session, deal: Deal) -> bool:
        return held_in_record(field, deal) is not None

    return is_filled


OWN: Final = {
    need.name: need
    for need in (
        Need("client_id", _("Client"), _column("client_id")),
        Need("contact_ids", _("Contact"), _has_contact),
        Need("owner_id", _("Owner"), _column("owner_id")),
        Need("amount", AMOUNT, _column("amount")),
        Need("cost", _("Cost"), _column("cost"), MARGIN),
        Need("expected_on", _("Expected on"), _column("expected_on")),
    )
}
"""Those of the core; name, currency and the day of opening a deal always has."""


def every_need() -> Mapping[str, Need]:
    """Give all fields that stages may ask for, by name, in their usual order."""
    further = (*fields_in_use("deal"), *extended_fields("deal"))
    needs = (Need(one.name, one.label, _further_field(one), one.permission) for one in further)
    return OWN | {need.name: need for need in needs}


def known(names: Iterable[str]) -> list[Need]:
    """Give the needs of some names in their usual order; one whose field is gone asks nothing."""
    wanted = set(names)
    return [need for name, need in every_need().items() if name in wanted] if wanted else []


def in_use(names: Iterable[str]) -> list[str]:
    """Give those of some names for which a deal is asked now, in their usual order."""
    return [need.name for need in known(names)]


def out_of_use(names: Iterable[str]) -> list[str]:
    """Give those of some names that are of custom fields out of use: they may come back."""
    retired = {one.name for one in all_fields("deal") if one.retired}
    return [name for name in names if name in retired]


def lacking(session: Session, deal: Deal, stage: Stage) -> list[Need]:
    """Give what a deal lacks to enter a stage, as it stands in the transaction."""
    return [need for need in known(stage.required) if not need.is_filled(session, deal)]


def asked_of_person(found: Iterable[Need]) -> list[Need]:
    """Give those needs that whoever acts may fill in."""
    return [need for need in found if need.askable]


def demand_filled(session: Session, deal: Deal, stage: Stage) -> None:
    """Refuse to let a deal into a stage that asks for more than it has.

    :raises UnfilledError: with what is missing, by field.
    """
    missing = lacking(session, deal, stage)
    if missing:
        raise UnfilledError(stage, missing)


def judged(names: Any) -> list[str]:
    """Give the names of fields that a stage is to ask for, each once, in their usual order.

    :raises InvalidError: for a field that there is not.
    """
    wanted = set(names or ())
    unknown = wanted - every_need().keys()
    if unknown:
        listed = ", ".join(sorted(map(str, unknown)))
        message = _("There is no field %(names)s that a stage may ask for.", names=listed)
        raise InvalidError(message, {"required": message})
    return in_use(wanted)
