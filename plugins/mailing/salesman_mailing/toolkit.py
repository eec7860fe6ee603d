"""What other plugins may use of mailing.

``service("mailing")`` of the core's toolkit gives :class:`Mailing`. The other names are for plugins
that bring a mailing service by the hook ``salesman_mailing_services``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Protocol

from salesman_mailing.services.contract import (
    MailingService,
    NotReadyError,
    OutgoingContact,
    ServiceContact,
    ServiceError,
    ServiceEvent,
    ServiceList,
    Standing,
    What,
)
from salesman_mailing.services.taking import take_in_events

__all__ = [
    "Mailing",
    "MailingService",
    "NotReadyError",
    "OutgoingContact",
    "ServiceContact",
    "ServiceError",
    "ServiceEvent",
    "ServiceList",
    "Standing",
    "What",
    "take_in_events",
]


class Mailing(Protocol):
    """The service ``mailing``. It judges who may, and joins the transaction of whoever calls."""

    def note(  # what was said, by whom, of what, and how that is known
        self,
        addresses: Collection[str],
        state: str,
        *,
        purpose_id: int | None = None,
        source: str = "form",
        reason: str = "",
        details: Mapping[str, Any] | None = None,
    ) -> int:
        """Note what the owners of some addresses said; give for how many that changes something.

        :param addresses: as somebody typed them; what is no address is left out.
        :param state: ``given`` or ``refused``.
        :param purpose_id: what they spoke of; None for all mailing.
        :param source: ``form``, ``page``, ``letter``, ``import``, ``service`` or ``hand``.
        :param details: what proves it: ``form``, ``form_version``, ``ip``, ``url``, …
        """
        ...

    def purposes(self) -> Mapping[int, str]:
        """Give what people are written to for, as far as it is offered."""
        ...
