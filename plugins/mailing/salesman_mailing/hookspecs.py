"""What mailing asks of other plugins."""

# A specification is a signature with its documentation; it has no body to judge.
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from salesman_hookspecs import Phase, Policy, hookspec


@hookspec(policy=Policy.COLLECT, phase=Phase.BOOT, since="0.1")
def salesman_mailing_services() -> Iterable[Mapping[str, Any]]:
    """Give the mailing services to which groups can be linked, as UniSender.

    Asked once at start. A service is a mapping; ``salesman_mailing.services.known`` says which.
    ``connect`` gives what speaks with the service, a ``MailingService`` of
    ``salesman_mailing.toolkit``.

    Example::

        @hookimpl(optionalhook=True)
        def salesman_mailing_services():
            return [{
                "id": "pigeons", "title": "Pigeons", "connect": connect, "setup": "pigeons.setup",
            }]
    """
