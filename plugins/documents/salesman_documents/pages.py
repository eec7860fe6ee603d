"""All pages and operations of documents: importing it gives the blueprints what is in them."""

from salesman_documents import setting_views
from salesman_documents.api import api
from salesman_documents.approval import api as approval_api
from salesman_documents.approval import route_views
from salesman_documents.approval import views as approval_views
from salesman_documents.views import blueprint

__all__ = ["api", "approval_api", "approval_views", "blueprint", "route_views", "setting_views"]
