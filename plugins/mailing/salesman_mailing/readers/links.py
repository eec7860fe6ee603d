"""The addresses by which a letter tells that it was read: each holds for one letter alone.

They name a letter and a link by their numbers, under a seal, and nothing else: neither who reads
nor where it leads. So nobody can make one up, and none leads anywhere but where its letter did.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from salesman_core.toolkit import MissingError, link_to
from salesman_mailing.campaigns.drawing import Trail
from salesman_mailing.campaigns.marks import is_ours, seal_of
from salesman_mailing.texts import texts

_ = texts.lazy

_NUMBER: Final = r"([1-9]\d{0,17})"
_SEAL: Final = "([0-9a-f]{24})"
_CLICK: Final = re.compile(f"{_NUMBER}-{_NUMBER}-{_SEAL}", re.ASCII)
_OPENING: Final = re.compile(f"{_NUMBER}-{_SEAL}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Trails:
    """What the letters of a campaign hold whose readers are followed.

    :param link_ids: the links, by where they lead.
    """

    link_ids: Mapping[str, int]

    def of(self, recipient_id: int) -> Trail:
        """Give what the letter to one person holds."""
        links = {
            target: link_to(f"/mailing/to/{recipient_id}-{link_id}-{_click(recipient_id, link_id)}")
            for target, link_id in self.link_ids.items()
        }
        picture = link_to(f"/mailing/seen/{recipient_id}-{_opening(recipient_id)}.gif")
        return Trail(links, picture)


def read_click(said: str) -> tuple[int, int]:
    """Give whose letter an address names, and which link.

    :raises MissingError: for one that was not made here.
    """
    found = _CLICK.fullmatch(said)
    if found is None or not is_ours(_said_of_click(int(found[1]), int(found[2])), found[3]):
        raise _not_whole()
    return int(found[1]), int(found[2])


def read_opening(said: str) -> int:
    """Give whose letter the address of a picture names.

    :raises MissingError: for one that was not made here.
    """
    found = _OPENING.fullmatch(said)
    if found is None or not is_ours(_said_of_opening(int(found[1])), found[2]):
        raise _not_whole()
    return int(found[1])


def _not_whole() -> MissingError:
    return MissingError(_("This link is not whole. Open it from the letter once more."))


def _click(recipient_id: int, link_id: int) -> str:
    return seal_of(_said_of_click(recipient_id, link_id))


def _opening(recipient_id: int) -> str:
    return seal_of(_said_of_opening(recipient_id))


def _said_of_click(recipient_id: int, link_id: int) -> str:
    return f"link {link_id} of letter {recipient_id}"


def _said_of_opening(recipient_id: int) -> str:
    return f"picture of letter {recipient_id}"
