"""The mailing services that plugins bring, by a hook of ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

import structlog
from flask import current_app

from salesman_core.toolkit import MissingError, contributions
from salesman_hookspecs import Text
from salesman_mailing.hookspecs import salesman_mailing_services
from salesman_mailing.services.contract import MailingService
from salesman_mailing.texts import texts

_ = texts.lazy

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    """A mailing service, as a plugin's mapping says it.

    :param id: unlike that of every other: the id of the plugin, or beginning with it.
    :param title: what people call it.
    :param connect: gives what speaks with it, or None where nobody has set it up yet.
    :param setup: the endpoint of the page on which an administrator sets it up.
    """

    id: str
    title: Text
    connect: Callable[[], MailingService | None]
    setup: str

    @classmethod
    def told(cls, values: Mapping[str, Any]) -> Service:
        """Give the service that a mapping describes.

        :raises ValueError: where it says something else than a service.
        """
        if unknown := sorted(set(values) - {one.name for one in fields(cls)}):
            message = f"a mailing service has no {', '.join(unknown)}"
            raise ValueError(message)
        made = cls(**values)
        if made.setup not in current_app.view_functions:
            message = f"there is no page {made.setup}"
            raise ValueError(message)
        return made


def services() -> list[Service]:
    """Give the services of active plugins, by their ids."""
    found: list[Service] = []
    for one in contributions(salesman_mailing_services):
        try:
            found.append(Service.told(one.value))
        except (TypeError, ValueError) as error:
            log.warning("mailing.no_service", owner=one.owner, error=str(error))
    return sorted(found, key=lambda one: one.id)


def service_named(service_id: str) -> Service:
    """Give a service by its id.

    :raises MissingError: where no active plugin brings it.
    """
    found = next((one for one in services() if one.id == service_id), None)
    if found is None:
        raise MissingError(_("The plugin of this mailing service is not active."))
    return found


def titles() -> dict[str, Text]:
    """Give what the services are called."""
    return {one.id: one.title for one in services()}
