"""Records that others tell of, as far as whoever reads may see them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import url_for
from sqlalchemy.orm import Session

from salesman_core.access.records import known_type, visible
from salesman_hookspecs import Text

Told = tuple[str, int]
"""The kind and id of a record."""


@dataclass(frozen=True, slots=True)
class SeenRecord:
    """A record that the person sees.

    :param name: what people call it.
    :param card: the endpoint of its card, which takes ``record_id``.
    :param kind_title: what people call one of its kind, as “Lead”.
    """

    id: int
    name: str
    card: str
    kind_title: Text

    @property
    def url(self) -> str:
        """Where it is shown."""
        return url_for(self.card, record_id=self.id)


def seen_records(session: Session, told: Iterable[Told]) -> Mapping[Told, SeenRecord]:
    """Give those of some records that the person sees: one statement a kind, not a record.

    Kinds that nobody knows any more, because their plugin is gone, are left out.
    """
    asked: dict[str, set[int]] = {}
    for kind, id_ in told:
        asked.setdefault(kind, set()).add(id_)
    return {(kind, one.id): one for kind, ids in asked.items() for one in _seen(session, kind, ids)}


def _seen(session: Session, kind: str, ids: Iterable[int]) -> Iterable[SeenRecord]:
    type_ = known_type(kind)
    if type_ is None:
        return
    label: Any = getattr(type_.model, type_.label)
    there = sa.select(type_.model.id, label.label("name"))
    for row in session.execute(there.where(type_.model.id.in_(ids), visible(kind))):
        yield SeenRecord(row.id, str(row.name or ""), type_.card_endpoint, type_.title)
