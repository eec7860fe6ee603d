"""All pages and operations of documents: importing it gives the blueprints what is in them."""

from salesman_documents import setting_views
from salesman_documents.api import api
from salesman_documents.views import blueprint

__all__ = ["api", "blueprint", "setting_views"]
