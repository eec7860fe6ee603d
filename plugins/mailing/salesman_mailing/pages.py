"""All pages of mailing: the one blueprint, once every room has added its own to it."""

from salesman_mailing.bounces import views as bounce_views
from salesman_mailing.campaigns import views as campaign_views
from salesman_mailing.consent import views as consent_views
from salesman_mailing.groups import member_views
from salesman_mailing.groups import views as group_views
from salesman_mailing.leaving import views as leaving_views
from salesman_mailing.readers import views as reader_views
from salesman_mailing.services import views as service_views
from salesman_mailing.views import blueprint

__all__ = [
    "blueprint",
    "bounce_views",
    "campaign_views",
    "consent_views",
    "group_views",
    "leaving_views",
    "member_views",
    "reader_views",
    "service_views",
]
