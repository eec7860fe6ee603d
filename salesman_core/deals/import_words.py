"""Stages, outcomes and reasons as files write them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

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

_PERCENT: Final = re.compile(r"(\d{1,3})(?:[.,]0+)? ?%?")
_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    WON: ("won", "closed won", "выиграна", "выиграно", "выигран", "победа", "успешно"),
    LOST: ("lost", "closed lost", "проиграна", "проиграно", "проигран", "проигрыш", "отказ"),
    "": ("open", "active", "in progress", "открыта", "активна", "в работе"),
}
_OUTCOMES: Final = {word: outcome for outcome, words in _WORDS.items() for word in words}
_MOST_SAID: Final = 12
"""So many names are told to somebody who wrote one that there is not."""


def outcome_of(word: str | None) -> str | None:
    """Give the outcome that a word means, None for an open deal or no word.

    :raises InvalidError: for a word that means none.
    """
    if word is None:
        return None
    found = _OUTCOMES.get(normalised(word))
    if found is None:
        message = _(
            "“%(word)s” says neither that the deal is won nor lost: name it in the mapping.",
            word=word,
        )
        raise InvalidError(message, {"outcome": message})
    return found or None


class Pipelines:
    """The pipelines with their stages, as they were at the beginning of a batch."""

    def __init__(self, session: Session) -> None:
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
            raise _unknown("pipeline", name, [one.name for one in self._all])
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
        percent = _PERCENT.fullmatch(wanted)
        for stage in found.stages:
            if percent and stage.percent == int(percent[1]):
                return stage
        stages = [f"{one.name} ({one.percent} %)" for one in found.stages]
        raise _unknown("stage", name, stages)

    def beginning(self, pipeline: str | None, outcome: str | None) -> Stage:
        """Give where a deal stands of which a file tells no stage: a won one came to the end."""
        stages = self._of(pipeline, None).stages
        if not stages:
            message = _("The pipeline has no stages.")
            raise InvalidError(message, {"pipeline_id": message})
        return stages[-1] if outcome == WON else stages[0]


class Reasons:
    """The reasons for which deals are lost, by name.

    :param create: whether a reason is added that there is not.
    """

    def __init__(self, session: Session, *, create: bool) -> None:
        rows = session.execute(sa.select(CloseReason.id, CloseReason.name, CloseReason.system))
        self._by_name: dict[str, int] = {}
        self._not_stated: int | None = None
        self._create = create
        for row in rows:
            self._by_name[normalised(row.name)] = row.id
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
            raise _unknown("reason", name, self._by_name)
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


def _unknown(kind: str, name: str, known: Collection[str] | Iterable[str]) -> InvalidError:
    told = list(known)
    more = ", …" if len(told) > _MOST_SAID else ""
    values: dict[str, Any] = {"name": name, "known": ", ".join(told[:_MOST_SAID]) + more}
    messages = {
        "pipeline": _("There is no pipeline “%(name)s”, only: %(known)s.", **values),
        "stage": _("There is no stage “%(name)s”, only: %(known)s.", **values),
        "reason": _("There is no reason “%(name)s”, only: %(known)s.", **values),
    }
    return InvalidError(messages[kind], {f"{kind}_id": messages[kind]})
