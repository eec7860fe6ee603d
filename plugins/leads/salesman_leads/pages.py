"""All pages and operations of leads: importing it gives their blueprints what stands in them."""

from salesman_leads import qualify_views, result_views
from salesman_leads.api import api
from salesman_leads.channels import api as channels_api
from salesman_leads.channels import report_views as channel_report_views
from salesman_leads.channels import views as channel_views
from salesman_leads.distribution import api as distribution_api
from salesman_leads.distribution import views as distribution_views
from salesman_leads.forms import public_views
from salesman_leads.forms import views as form_views
from salesman_leads.junk import views as junk_views
from salesman_leads.mailbox import views as mailbox_views
from salesman_leads.queue import api as queue_api
from salesman_leads.queue import result_views as call_result_views
from salesman_leads.queue import views as queue_views
from salesman_leads.views import blueprint

__all__ = [
    "api",
    "blueprint",
    "call_result_views",
    "channel_report_views",
    "channel_views",
    "channels_api",
    "distribution_api",
    "distribution_views",
    "form_views",
    "junk_views",
    "mailbox_views",
    "public_views",
    "qualify_views",
    "queue_api",
    "queue_views",
    "result_views",
]
