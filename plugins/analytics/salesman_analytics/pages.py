"""All pages of analytics: the one blueprint, once every room has added its own to it."""

from salesman_analytics import catalogue, report_views
from salesman_analytics.views import blueprint

__all__ = ["blueprint", "catalogue", "report_views"]
