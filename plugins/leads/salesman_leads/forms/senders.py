"""How often a network may send a form: counted in the database, so that it holds over processes.

Of an IPv6 address its network of 64 bits counts, because a single customer of a provider has all
of that.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import SalesmanError, insert_into, now, reading, writing
from salesman_leads.forms.models import FormSender
from salesman_leads.junk.queries import junk_rules
from salesman_leads.texts import texts

KEPT: Final = timedelta(days=30)
"""For so long is known which networks sent a form."""
_OWN_BITS: Final = 64


class TooManyAnswersError(SalesmanError):
    """A network sent a form too often.

    :param wait: seconds after which the next one is taken.
    """

    status = 429

    def __init__(self, wait: int) -> None:
        minutes = ceil(wait / 60)
        super().__init__(
            texts.ngettext(
                "Too many answers have come from your network. What you wrote is still here:"
                " send it again in %(num)s minute.",
                "Too many answers have come from your network. What you wrote is still here:"
                " send it again in %(num)s minutes.",
                minutes,
            )
        )
        self.wait = wait


def note_sender(form_id: int, address: str) -> None:
    """Count an answer, in a transaction of its own: what is refused counts too.

    :raises TooManyAnswersError: where it is one too many.
    """
    rules = junk_rules(reading())
    length = rules.sent_minutes * 60
    passed = int(now().timestamp()) % length
    since = datetime.fromtimestamp(int(now().timestamp()) - passed, UTC)
    with writing() as session:
        sent = _count(session, form_id, network_of(address), since, rules.most_sent)
    if sent > rules.most_sent:
        raise TooManyAnswersError(length - passed)


def _count(session: Session, form_id: int, network: str, since: datetime, most: int) -> int:
    """Raise both counters in one statement; give how often the network has sent the form."""
    first = {"form_id": form_id, "network": network, "since": since, "sent": 1, "refused": 0}
    too_many = sa.case((FormSender.sent >= most, 1), else_=0)
    counted = (
        insert_into(session, FormSender)
        .values(first)
        .on_conflict_do_update(
            index_elements=["form_id", "network", "since"],
            set_={"sent": FormSender.sent + 1, "refused": FormSender.refused + too_many},
        )
    )
    return int(session.execute(counted.returning(FormSender.sent)).scalar_one())


def network_of(address: str) -> str:
    """Give what counts as one sender; "" for an address that cannot be read."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ip_network((found, _OWN_BITS), strict=False))
    return str(found)


def forget_senders() -> int:
    """Forget which networks sent forms more than thirty days ago; give how many rows that were."""
    with writing() as session:
        old = sa.delete(FormSender).where(FormSender.since < now() - KEPT)
        gone: Any = session.execute(old)
        return int(gone.rowcount)
