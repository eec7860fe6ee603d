"""Stages, outcomes and reasons as files write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from salesman_core.access.person import current_person
from salesman_core.db import normalised
from salesman_core.deals.defaults import NOT_STATED_KEY
from salesman_core.deals.models import CloseReason, Deal, Pipeline, Stage
from salesman_core.deals.pipelines import MANAGE, add_reason
from salesman_core.deals.steps import LOST, WON
from salesman_core.errors import InvalidError
from salesman_core.i18n import texts

_ = texts.lazy

_SHARE: Final = re.compile(r"0[.,]\d+|1[.,]0+")
_PERCENT: Final = re.compile(r"(\d{1,3}(?:[.,]\d+)?) ?(%?)")
_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    WON: ("won", "closed won", "выиграна", "выиграно", "выигран", "победа", "успешно"),
    LOST: ("lost", "closed lost", "проиграна", "проиграно", "проигран", "проигрыш", "отказ"),
    "": ("open", "active", "in progress", "in work", "открыта", "активна", "в работе"),
}
_OUTCOMES: Final = {word: outcome for outcome, words in _WORDS.items() for word in words}
_MOST_SAID: Final = 12
"""So many names are told to somebody who wrote one that there is not."""


def _percents(word: str, *, shares: bool) -> list[Decimal]:
    """Give the percentages that a word may mean: a spreadsheet keeps 40 % as 0.4, and 100 % as 1.

    :param shares: whether the others of its column are kept like this; else 1 may be a number.
    """
    written = _PERCENT.fullmatch(word)
    if written is None:
        return []
    number = Decimal(written[1].replace(",", "."))
    is_share = not written[2] and (number < 1 or (number == 1 and shares))
    return [number, number * 100] if is_share else [number]


def are_shares(words: Iterable[str]) -> bool:
    """Tell whether stages are written as a spreadsheet keeps percentages: one of them as 0.4."""
    return any(_SHARE.fullmatch(normalised(word)) for word in words)


def outcome_of(word: str | None) -> str | None:
    """Give the outcome that a word means, None for an open deal or no word.

    :raises InvalidError: for a word that means none.
    """
    if word is None:
        return None
    found = _OUTCOMES.get(normalised(word))
    if found is None:
        message = _("It says neither that the deal is won nor that it is lost.")
        raise InvalidError(message, {"outcome": message})
    return found or None


class Pipelines:
    """The pipelines with their stages, as they were at the beginning of a batch.

    :param shares: whether the file writes percentages as 0.4, see :func:`are_shares`.
    """

    def __init__(self, session: Session, *, shares: bool = False) -> None:
        self._shares = shares
        query = sa.select(Pipeline).options(selectinload(Pipeline.stages))
        self._all = session.scalars(query.order_by(Pipeline.position, Pipeline.id)).all()
        self._by_name = {normalised(one.name): one for one in self._all}
        self._by_id = {one.id: one for one in self._all}

    def _of(self, name: str | None, deal: Deal | None) -> Pipeline:
        """Give the pipeline that a file means."""
        own = None if deal is None else self._by_id[deal.pipeline_id]
        if name is None:
            return own or self._first()
        found = self._by_name.get(normalised(name))
        if found is None:
            raise _unknown("pipeline", [one.name for one in self._all])
        if own not in (None, found):
            message = _("The deal is in another pipeline, in which it stays.")
            raise InvalidError(message, {"pipeline_id": message})
        return found

    def _first(self) -> Pipeline:
        for one in self._all:
            if one.stages:
                return one
        message = _("There is no pipeline with stages.")
        raise InvalidError(message, {"pipeline_id": message})

    def stage(
        self, name: str | None, pipeline: str | None, deal: Deal | None = None
    ) -> Stage | None:
        """Give the stage that a file means by its name or percentage; None where it says none.

        :raises InvalidError: for a stage or pipeline that there is not.
        """
        found = self._of(pipeline, deal)
        if name is None:
            return None
        wanted = normalised(name)
        for stage in found.stages:
            if normalised(stage.name) == wanted:
                return stage
        by_percent = {Decimal(stage.percent): stage for stage in reversed(found.stages)}
        for percent in _percents(wanted, shares=self._shares):
            if percent in by_percent:
                return by_percent[percent]
        stages = [f"{one.name} ({one.percent} %)" for one in found.stages]
        raise _unknown("stage", stages)

    def beginning(self, pipeline: str | None, outcome: str | None) -> Stage:
        """Give where a deal stands of which a file tells no stage: a won one came to the end."""
        stages = self._of(pipeline, None).stages
        if not stages:
            message = _("This pipeline has no stages.")
            raise InvalidError(message, {"pipeline_id": message})
        return stages[-1] if outcome == WON else stages[0]


class Reasons:
    """The reasons for which deals are lost, by name.

    :param create: whether a reason is added that there is not.
    """

    def __init__(self, session: Session, *, create: bool) -> None:
        rows = session.execute(sa.select(CloseReason.id, CloseReason.name, CloseReason.system))
        self._by_name: dict[str, int] = {}
        self._names: list[str] = []
        self._not_stated: int | None = None
        self._create = create
        for row in rows:
            self._by_name[normalised(row.name)] = row.id
            self._names.append(row.name)
            if row.system == NOT_STATED_KEY:
                self._not_stated = row.id

    def named(self, name: str) -> int:
        """Give the reason of a name.

        :raises InvalidError: where there is none and none is to be added.
        """
        found = self._by_name.get(normalised(name))
        if found is not None:
            return found
        if not (self._create and current_person().may(MANAGE)):
            raise _unknown("reason", self._names)
        self._by_name[normalised(name)] = found = add_reason(name)
        return found

    def not_stated(self) -> int:
        """Give the reason of a lost deal of which the file tells none.

        :raises InvalidError: where the company has no such reason.
        """
        if self._not_stated is None:
            message = _("The file does not say why the deal was lost.")
            raise InvalidError(message, {"reason_id": message})
        return self._not_stated


def _unknown(kind: str, known: Iterable[str]) -> InvalidError:
    told = list(known)
    more = ", …" if len(told) > _MOST_SAID else ""
    listed = ", ".join(told[:_MOST_SAID]) + more
    messages = {
        "pipeline": _("There is no such pipeline, only: %(known)s.", known=listed),
        "stage": _("There is no such stage, only: %(known)s.", known=listed),
        "reason": _("There is no such reason, only: %(known)s.", known=listed),
    }
    return InvalidError(messages[kind], {f"{kind}_id": messages[kind]})
