"""All pages of the conveyor: the one blueprint, once every room has added its own to it."""

from salesman_conveyor import line_views, panel_views, station_views
from salesman_conveyor.views import blueprint

__all__ = ["blueprint", "line_views", "panel_views", "station_views"]
