"""The links by which people unsubscribe: sealed, so that none is forged and none names an address.

They hold for good: a letter may be read years later. A link works for whoever has it, as the law
and RFC 8058 want it, and it does nothing but unsubscribe its one address, or take just that back.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from salesman_core.toolkit import BrokenSealError, MissingError, link_to, sealed, unsealed
from salesman_mailing.texts import texts

_ = texts.lazy

_PURPOSE: Final = "mailing.leave"
LONGEST_LETTER: Final = 60
_LONGEST: Final = 1000


@dataclass(frozen=True, slots=True)
class Leaving:
    """Who would leave what.

    :param address: as addresses are compared.
    :param group_id: the group with which the letter came, or None.
    :param letter: what the sender calls the letter; it is kept as a proof.
    """

    address: str
    group_id: int | None
    letter: str = ""


def leave_url(address: str, group_id: int | None, letter: str = "") -> str:
    """Give the link for the header ``List-Unsubscribe`` and for the foot of a letter.

    With the header ``List-Unsubscribe-Post: List-Unsubscribe=One-Click`` beside it, mail programs
    offer a button (RFC 8058); whoever follows the link comes to a page, and that alone changes
    nothing.
    """
    told = json.dumps([address, group_id, letter[:LONGEST_LETTER]], separators=(",", ":"))
    return link_to(f"/mailing/leave/{sealed(told, _PURPOSE)}")  # jobs know no request


def read_link(proof: str) -> Leaving:
    """Give what a link says.

    :raises MissingError: for one that was not made here.
    """
    try:
        address, group_id, letter = json.loads(unsealed(proof[:_LONGEST], _PURPOSE))
    except (BrokenSealError, ValueError, TypeError) as error:
        message = _("This link is not whole. Open it from the letter once more.")
        raise MissingError(message) from error
    return Leaving(address, group_id, letter)
