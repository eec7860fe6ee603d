"""A letter of a campaign as it goes to the mail server."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from itertools import pairwise
from typing import Any, Self

from salesman_core.toolkit import AnyRow, company
from salesman_mailing.campaigns.drawing import Drawn, Trail
from salesman_mailing.campaigns.marks import mark_of
from salesman_mailing.campaigns.wire import mailbox, words, written
from salesman_mailing.leaving import links

_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Sender:
    """Who a campaign comes from.

    :param address: also that of the envelope, to which a letter goes that cannot be delivered.
    """

    name: str
    address: str
    reply_to: str
    group_id: int

    @classmethod
    def of(cls, campaign: AnyRow | Any, address: str) -> Self:
        """Give the sender of a campaign."""
        name = campaign.sender_name or company().name or "SalesMan"
        return cls(name, address, campaign.reply_to, campaign.group_id)

    @property
    def host(self) -> str:
        """The domain that it comes from."""
        return self.address.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class Trial:
    """Somebody to whom a letter is shown or sent on trial, as the sender knows people."""

    id: int
    address: str
    name: str
    client: str = ""
    owner: str = ""
    is_person: bool = True


def leave_url(row: AnyRow | Any, sender: Sender) -> str:
    """Give the link by which whoever gets a letter unsubscribes."""
    return links.leave_url(row.address, sender.group_id, str(row.id))


def values_of(row: AnyRow | Any, sender: Sender, link: str) -> dict[str, str]:
    """Give what the places of a letter say to one person.

    :param row: with ``address``, ``name``, ``client``, ``owner`` and ``is_person``.
    :param link: by which they unsubscribe.
    """
    name = row.name if row.is_person else ""
    return {
        "name": name,
        "first_name": first_name(name),
        "client": row.client or "",
        "email": row.address,
        "owner": row.owner or "",
        "company": company().name or sender.name,
        "unsubscribe": link,
    }


def first_name(name: str) -> str:
    """Give the first name of a person: in «Петрова Анна Сергеевна», that before the patronymic."""
    words = name.split()
    for before, word in pairwise(words):
        if word.casefold().endswith(("вич", "вна", "ична", "кызы", "оглы")):
            return before
    return words[0] if words else ""


def letter_to(
    row: AnyRow | Any,
    drawn: Drawn,
    sender: Sender,
    moment: datetime,
    trail: Trail | None = None,
) -> bytes:
    """Give the letter to one person as it goes out: the same Message-ID however often it is made.

    RFC 8058 lets mail programs offer a button that unsubscribes, where both heads stand.

    :param trail: by what we learn that it was read; a letter on trial has none.
    """
    link = leave_url(row, sender)
    letter = drawn.for_values(values_of(row, sender, link), trail)
    mark = f"<{mark_of(row.id, sender.host)}>"
    heads = {
        "From": mailbox(sender.name, sender.address),
        "To": mailbox(row.name[:_LONGEST_NAME] if row.is_person else "", row.address),
        "Subject": words(letter.subject, "Subject"),
        "Date": format_datetime(moment),
        "Message-ID": mark,
        "X-Letter": mark,  # some services give letters another Message-ID
        "Precedence": "bulk",  # no out-of-office answers, please
        "List-Unsubscribe": f"<{link}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    if sender.reply_to:
        heads["Reply-To"] = sender.reply_to
    return written(heads, letter.plain, letter.html)
