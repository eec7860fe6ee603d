"""What plugins offer one another: a service of each, for as long as it is active."""

from __future__ import annotations

from typing import Any

from salesman_core.plugins.host import current_host
from salesman_hookspecs.work import salesman_service


def service(plugin_id: str) -> Any:
    """Give the service of another plugin, or None where that is not active.

    Whoever asks says by a ``Protocol`` of their own what they use of it::

        calendar: Planner | None = service("calendar")

    Ask each time: the switch of a plugin may be turned between two requests.
    """
    offered = current_host().contributions(salesman_service)
    return next((one.value for one in offered if one.owner == plugin_id), None)
