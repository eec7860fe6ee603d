"""What a mailing service is to us, whichever it is: an adapter speaks its language.

Whoever writes one imports these names from :mod:`salesman_mailing.toolkit`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from salesman_hookspecs import Text

LONGEST_VALUE: Final = 500
LONGEST_FIELD: Final = 64
"""Characters of what a field holds, and of its name."""


class ServiceError(Exception):
    """A service refused what was asked of it, or did not answer.

    :param words: what is wrong and what can be done, for people. It holds no secret.
    :param again_in: seconds after which the same may succeed; None where asking again is no use.
        Each further failure in a row doubles it.
    """

    def __init__(self, words: Text, *, again_in: float | None = None) -> None:
        super().__init__(str(words))
        self.words = words
        self.again_in = again_in


class NotReadyError(Exception):
    """What was asked for is still being made by the service.

    :param ticket: by which the adapter finds it again; at most 200 characters.
    :param again_in: seconds after which to ask.
    """

    def __init__(self, ticket: str, again_in: float) -> None:
        super().__init__(ticket)
        self.ticket = ticket
        self.again_in = again_in


class Standing(StrEnum):
    """How it stands with somebody at the service."""

    MAY = "may"
    """May be written to, as far as the service knows."""
    LEFT = "left"
    """Unsubscribed from this list."""
    REFUSED = "refused"
    """Unsubscribed from all of them, or called a letter spam."""
    BAD = "bad"
    """There is no such address."""


@dataclass(frozen=True, slots=True)
class ServiceList:
    """A list of the service.

    :param id: as the service calls it, at most 64 characters.
    """

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class ServiceContact:
    """Somebody whom the service knows.

    :param in_list: whether the list has them, and has not let them go.
    :param confirmed: whether they said themselves, to the service, that they want its letters.
    """

    address: str
    in_list: bool
    standing: Standing = Standing.MAY
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class OutgoingContact:
    """Somebody whom the list is to have.

    :param fields: what letters may say: ``name``, ``first_name`` and ``client``; empty where
        nothing is known.
    :param tags: those of the client, in their order.
    :param others: what goes to fields that the service has beside these, by its own names for them;
        an empty text where nothing is known. The same names for all of a link.
    """

    address: str
    fields: Mapping[str, str] = field(default_factory=dict)
    tags: Sequence[str] = ()
    others: Mapping[str, str] = field(default_factory=dict)


class MailingService(Protocol):
    """A connection to a service, made for one piece of work.

    Every method raises :class:`ServiceError` where the service does not do it.
    """

    most_at_once: int
    """So many contacts go out by one call at most."""

    def lists(self) -> Sequence[ServiceList]:
        """Give the lists that there are."""
        ...

    def make_list(self, title: str) -> ServiceList:
        """Make a list."""
        ...

    def fields(self) -> Sequence[str]:
        """Give the names of the fields that a contact may have beside the usual ones.

        Not among them is what :meth:`put` fills by itself. A name has 64 characters at most.
        """
        ...

    def make_field(self, name: str) -> str:
        """Make a field that holds texts; give what it is called.

        :param name: as it should be called: Latin letters, digits and underscores.
        """
        ...

    def contacts(self, list_id: str, ticket: str) -> Iterable[ServiceContact]:
        """Give everybody in a list, and whoever else of the account refused or cannot be reached.

        :param ticket: empty at first, then as :class:`NotReadyError` has it.
        :raises NotReadyError: where the service takes its time.
        """
        ...

    def put(self, list_id: str, contacts: Sequence[OutgoingContact]) -> Mapping[str, str]:
        """Let a list have some contacts, or change what it holds of them.

        It does no harm to do it twice, and subscribes nobody again who unsubscribed there.

        :returns: the addresses that the service did not take, with its words.
        """
        ...

    def take_out(self, list_id: str, addresses: Sequence[str]) -> Mapping[str, str]:
        """Take some out of a list; they may be put into it again.

        :returns: as :meth:`put`.
        """
        ...

    def unsubscribe(self, list_id: str, addresses: Sequence[str]) -> Mapping[str, str]:
        """Tell the service of some that they do not want the letters of a list any more.

        :returns: as :meth:`put`.
        """
        ...


class What(StrEnum):
    """What happened at a service."""

    DELIVERED = "delivered"
    """A letter came in where it was to."""
    SUBSCRIBED = "subscribed"
    LEFT = "left"
    REFUSED = "refused"
    COMPLAINED = "complained"
    BAD = "bad"
    """A letter came back: there is no such address."""
    SOFT = "soft"
    """A letter came back for another reason."""
    OPENED = "opened"
    CLICKED = "clicked"


READERS: Final = frozenset({What.OPENED, What.CLICKED})
"""What readers do, of whom a company has to want to know."""


@dataclass(frozen=True, slots=True)
class ServiceEvent:
    """Something that happened at a service, as it told us.

    :param key: by which it is known again, at most 64 characters: what comes twice counts once.
    :param at: UTC.
    :param list_ids: of which lists somebody spoke; all that are linked where it is left out.
    :param campaign: what the service calls the mailing, at most 64 characters.
    """

    key: str
    what: What
    address: str
    at: datetime
    list_ids: Sequence[str] = ()
    campaign: str = ""
    words: str = ""
