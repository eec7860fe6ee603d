"""All pages of mailing: the one blueprint, once every room has added its own to it."""

from salesman_mailing.groups import views as group_views
from salesman_mailing.leaving import views as leaving_views
from salesman_mailing.views import blueprint

__all__ = ["blueprint", "group_views", "leaving_views"]
