"""What other plugins may use of inquiries, and what inquiries ask of others where these are active.

The protocols of others name only what is asked: nothing of theirs is imported.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session


class Inquiries(Protocol):
    """The service of inquiries: ``service("inquiries")`` of the core's toolkit gives it.

    Each method judges whether whoever acts may do it, and joins the transaction of its caller.
    """

    def channel(self, *, call: bool) -> int | None:
        """Give the first channel that is offered and counts as a call, or does not."""
        ...

    def note(self, values: Mapping[str, Any]) -> int:
        """Note an inquiry; give its id.

        :param values: as the JSON API names them: ``channel_id`` and who it was.
        :raises InvalidError: by field.
        """
        ...

    def note_call(
        self,
        values: Mapping[str, Any],
        result: str,
        *,
        reached: bool,
        interest: bool,
        lead_id: int | None = None,
    ) -> int | None:
        """Note a call that is over, with the first result that counts the same; give its id.

        :param values: as of :meth:`note`, without the channel: it is the first that is a call.
        :param result: what it is called elsewhere: a result that is called alike comes first.
        :param reached: whether somebody was spoken to.
        :param interest: whether an interest was found.
        :param lead_id: the lead that this interest is.
        :returns: None where no channel counts as a call, and for whoever may note nothing.
        """
        ...

    def take_back(self, inquiry_id: int) -> None:
        """Put a call that whoever acts noted by mistake into the bin; if it is gone, do nothing."""
        ...


class Leads(Protocol):
    """What is asked of leads."""

    def take_in(self, values: Mapping[str, Any]) -> int:
        """Take a lead in; give its id."""
        ...

    def converted(self) -> sa.Select[Any]:
        """Give the query of the ids of the leads that became clients."""
        ...

    def owner_for(self, session: Session, told: Mapping[str, Any]) -> int | None:
        """Give who gets by their rules what becomes a deal without being a lead."""
        ...


class Calendar(Protocol):
    """What is asked of the calendar."""

    def kind(self, base: str, owner_id: int | None = None) -> int | None:
        """Give the kind that is a ``call`` or ``task``; None for whoever may plan none of it."""
        ...

    def plan(self, values: Mapping[str, Any]) -> int:
        """Plan an activity; give its id."""
        ...

    def change(self, activity_id: int, values: Mapping[str, Any]) -> bool:
        """Change an activity."""
        ...

    def is_open(self, activity_id: int) -> bool:
        """Tell whether an activity is to be done yet."""
        ...

    def drop(self, activity_id: int) -> None:
        """Put an activity into the bin."""
        ...

    def restore(self, activity_id: int) -> bool:
        """Take an activity out of the bin, where it lies there."""
        ...


class Catalogue(Protocol):
    """What is asked of the catalogue."""

    def named(self, session: Session, names: Collection[str]) -> Mapping[str, Mapping[str, Any]]:
        """Give the product that each of some names stands for, with ``id`` and ``address``."""
        ...

    def suggestions(self) -> str:
        """Give the address at which a field finds products while somebody types."""
        ...

    def add_asked(self, deal_id: int, products: Sequence[Mapping[str, Any]]) -> bool:
        """Add what of some products can be lines of a deal; give whether anything was."""
        ...


@dataclass(frozen=True, slots=True)
class InquiryForm:
    """The form in which somebody notes an inquiry, for the slot ``inquiries.form.side``.

    :param client_id: the client that was found, or None as long as nobody is.
    :param contact_id: the person there, or None.
    """

    client_id: int | None = None
    contact_id: int | None = None

    @property
    def slot_key(self) -> str:
        """What names it to a panel that comes after the page."""
        return f"{self.client_id or ''}-{self.contact_id or ''}"
