"""All pages of activities: the one blueprint, once every room has added its own to it."""

from salesman_calendar import (
    agenda_views,
    choosing_views,
    climbing_views,
    grid_views,
    invitation_views,
    kind_views,
)
from salesman_calendar.views import blueprint

__all__ = [
    "agenda_views",
    "blueprint",
    "choosing_views",
    "climbing_views",
    "grid_views",
    "invitation_views",
    "kind_views",
]
