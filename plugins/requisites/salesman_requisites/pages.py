"""All pages and operations of requisites: the one blueprint of each, once every room has added."""

from salesman_requisites.companies import part_views, picture_api
from salesman_requisites.companies.views import blueprint
from salesman_requisites.numbering import views
from salesman_requisites.numbering.api import api

__all__ = ["api", "blueprint", "part_views", "picture_api", "views"]
