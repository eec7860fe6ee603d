"""All pages of analytics: the one blueprint, once every room has added its own to it."""

from salesman_analytics import catalogue, report_views, view_acts, views_api
from salesman_analytics.api import api
from salesman_analytics.calibrating import views as calibrating_views
from salesman_analytics.past import api as past_api
from salesman_analytics.past import views as past_views
from salesman_analytics.views import blueprint

__all__ = [
    "api",
    "blueprint",
    "calibrating_views",
    "catalogue",
    "past_api",
    "past_views",
    "report_views",
    "view_acts",
    "views_api",
]
