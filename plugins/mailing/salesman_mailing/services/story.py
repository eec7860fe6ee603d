"""What mailing services told of somebody, in the stories of clients and leads.

Whoever sees a record reads it, as with letters of campaigns (decision 114). What a service calls
its mailings is known to it alone, so letters have no subject here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.toolkit import AnyRow, InvalidError, contact_data, reading
from salesman_hookspecs import Text, TimelineEntry, TimelineQuery, TimelineSource
from salesman_mailing.campaigns.story import addresses_of, can_be_written_to
from salesman_mailing.groups.kinds import Kind, kind_named
from salesman_mailing.services.contract import What
from salesman_mailing.services.known import titles
from salesman_mailing.services.models import Happened
from salesman_mailing.texts import texts

_ = texts.lazy

_WORDS: Final[Mapping[str, tuple[Text, str]]] = {
    What.DELIVERED: (_("%(service)s: a letter came in at %(address)s"), "mail-forward"),
    What.OPENED: (_("%(service)s: a letter to %(address)s was opened"), "mail-opened"),
    What.CLICKED: (_("%(service)s: a link of a letter to %(address)s was followed"), "click"),
    What.BAD: (_("%(service)s: there is no such address as %(address)s"), "mail-off"),
    What.SOFT: (_("%(service)s: a letter to %(address)s came back"), "mail-off"),
    What.COMPLAINED: (_("%(service)s: a letter was called spam at %(address)s"), "mail-off"),
    What.REFUSED: (_("%(service)s: %(address)s wants no mailing any more"), "mail-off"),
    What.LEFT: (_("%(service)s: %(address)s unsubscribed from a list"), "mail-off"),
    What.SUBSCRIBED: (_("%(service)s: %(address)s subscribed to a list"), "mail-check"),
}
"""What is told, and its drawing."""


def entries(query: TimelineQuery) -> Sequence[TimelineEntry]:
    """Give what services told of the addresses of a record, the newest first."""
    try:
        kind = kind_named(query.kind)
    except InvalidError:
        return ()
    named = titles()
    return [_entry(row, named) for row in reading().execute(_happened(kind, query))]


def _happened(kind: Kind, query: TimelineQuery) -> sa.Select[Any]:
    addresses = sa.union(*addresses_of(kind, query.record_id))
    columns: tuple[Any, ...] = (
        Happened.id,
        Happened.service,
        Happened.what,
        Happened.address,
        Happened.at,
    )
    told = sa.select(*columns).where(Happened.address.in_(addresses))
    if query.before is not None:
        told = told.where(Happened.at <= query.before)
    return told.order_by(Happened.at.desc(), Happened.id.desc()).limit(query.limit)


def _entry(row: AnyRow, named: Mapping[str, Text]) -> TimelineEntry:
    words, drawing = _WORDS[row.what]
    service = str(named.get(row.service, row.service))
    return TimelineEntry(
        at=row.at,
        kind="letter",
        text=str(words) % {"service": service, "address": contact_data.shown(row.address)},
        icon=drawing,
        id=row.id,
    )


SOURCE: Final = TimelineSource(
    "services", _("Mailing services"), entries, kinds=(), fits=can_be_written_to
)
