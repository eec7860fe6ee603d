"""All pages of discussions: the one blueprint, once every room has added its own to it."""

from salesman_discussions import message_views, panel_views
from salesman_discussions.views import blueprint

__all__ = ["blueprint", "message_views", "panel_views"]
