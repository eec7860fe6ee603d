"""Who would get a lead that is not there: the same decision, which changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from salesman_core.toolkit import all_keys_told, reading
from salesman_leads.distribution import queries
from salesman_leads.distribution.dealing import Dealing, as_entry
from salesman_leads.distribution.facts import Facts
from salesman_leads.distribution.ledger import Entry, entries
from salesman_leads.distribution.models import Decision


def preview(values: Mapping[str, Any]) -> Entry:
    """Say who would get a lead now, and why.

    Whoever may not learn whose client has a phone is told what the rules alone say.

    :param values: what is said of it, as the JSON API names it.
    """
    session, facts = reading(), Facts.said(values)
    known = queries.known_clients(session, [facts])[0] if all_keys_told("client") else []
    decided = Dealing(session).decide(facts, known)
    (entry,) = entries([Decision(**as_entry(decided))])
    return entry
