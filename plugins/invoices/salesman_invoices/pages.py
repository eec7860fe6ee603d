"""All pages and operations of the plugin: importing it gives the blueprints what is in them."""

from salesman_invoices.acts import api as acts_api
from salesman_invoices.acts import views as acts_views
from salesman_invoices.api import api
from salesman_invoices.papers import api as papers_api
from salesman_invoices.papers import views as papers_views
from salesman_invoices.payments import api as payments_api
from salesman_invoices.payments import views as payments_views
from salesman_invoices.schedule import api as schedule_api
from salesman_invoices.schedule import views as schedule_views
from salesman_invoices.sending import api as sending_api
from salesman_invoices.sending import settings_views
from salesman_invoices.sending import views as sending_views
from salesman_invoices.views import blueprint

__all__ = [
    "acts_api",
    "acts_views",
    "api",
    "blueprint",
    "papers_api",
    "papers_views",
    "payments_api",
    "payments_views",
    "schedule_api",
    "schedule_views",
    "sending_api",
    "sending_views",
    "settings_views",
]
