"""What the rules against junk are, and how often the like of a lead came lately."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import company, normalised, reach
from salesman_leads.junk.models import ONLY, JunkRules
from salesman_leads.models import Lead, LeadEmail, LeadPhone

SHORT: Final = 20
"""Texts of fewer characters are often the same by chance: “Please call me”."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules that hold; see :class:`~salesman_leads.junk.models.JunkRules`.

    These here do as long as nobody has changed any.
    """

    phrases: str = ""
    least_seconds: int = 3
    most_sent: int = 20
    sent_minutes: int = 10
    most_repeats: int = 3
    repeat_hours: int = 24
    version: int = 0

    def found_in(self, texts: Sequence[str]) -> str:
        """Give the first phrase that one of the texts holds, however it is written; "" for none."""
        whole = normalised("\n".join(texts))
        phrases = (line.strip() for line in self.phrases.splitlines())
        return next((one for one in phrases if one and normalised(one) in whole), "")


def junk_rules(session: Session) -> Rules:
    """Give the rules that hold."""
    columns = [getattr(JunkRules, one.name) for one in fields(Rules)]
    row = session.execute(sa.select(*columns).where(JunkRules.id == ONLY)).one_or_none()
    return Rules() if row is None else Rules(*row)


@dataclass(frozen=True, slots=True)
class Earlier:
    """How often the like of a lead came since some moment, counted no further than asked.

    :param texts: with the same text.
    :param ways: with one of its phones or emails.
    :param both: with both.
    """

    texts: int
    ways: int
    both: int


def came_earlier(
    session: Session, values: Mapping[str, Any], since: datetime, most: int
) -> Earlier:
    """Count the leads since *since* that are like this one.

    It judges what comes from outside and shows nothing of it, so it looks at all leads.

    :param most: where counting ends.
    """
    text = str(values.get("text") or "").strip()
    same_text = Lead.text == text if len(text) >= SHORT else sa.false()
    same_way = _same_way(values)

    def counted(condition: sa.ColumnElement[bool]) -> int:
        found = sa.select(Lead.id).where(Lead.created_at >= since, condition).limit(most)
        return session.scalar(sa.select(sa.func.count()).select_from(found.subquery())) or 0

    same = Lead.text == text if text else sa.false()
    return Earlier(counted(same_text), counted(same_way), counted(sa.and_(same, same_way)))


def _same_way(values: Mapping[str, Any]) -> sa.ColumnElement[bool]:
    phones, emails = ways_of(values)
    return sa.or_(
        *(
            Lead.id.in_(sa.select(model.lead_id).where(model.normalised.in_(keys)))
            for model, keys in ((LeadPhone, phones), (LeadEmail, emails))
            if keys
        ),
        sa.false(),
    )


def ways_of(values: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Give what the phones and the emails of a lead mean, as far as they validate."""
    region = company().region
    phones = [reach.phone(one, region).normalised for one in values.get("phones", ())]
    emails = [reach.email(one).normalised for one in values.get("emails", ())]
    return [one for one in phones if one], [one for one in emails if one]
