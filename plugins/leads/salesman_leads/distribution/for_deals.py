"""Who gets by the rules what becomes a deal without having been a lead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from salesman_core.toolkit import handing_on
from salesman_leads.distribution.dealing import Dealing
from salesman_leads.distribution.facts import Facts
from salesman_leads.distribution.models import NO_ACCESS


class DealingOut(Dealing):
    """Deals to those alone who can work on clients and deals as well."""

    def _hindrance(self, user_id: int, *, nobodys: bool = False) -> str:
        if not handing_on.can_have(user_id):
            return NO_ACCESS
        return super()._hindrance(user_id, nobodys=nobodys)


def owner_by_rules(session: Session, told: Mapping[str, Any]) -> int | None:
    """Give who gets it by the first rule that fits; None for nobody, and for whoever comes first.

    In a session that writes it is their turn, and others who deal wait until the commit.

    :param told: of what it came of, as the JSON API names it of a lead.
    """
    dealing = DealingOut(session)
    decided = dealing.by_rules(Facts.said(told))
    dealing.remember()
    return decided.owner_id
