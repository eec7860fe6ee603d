"""All pages and operations of the catalogue: importing it gives the blueprints what is in them."""

from salesman_catalogue import category_views, choice_views
from salesman_catalogue.api import api
from salesman_catalogue.lines import api as lines_api
from salesman_catalogue.lines import views as lines_views
from salesman_catalogue.views import blueprint

__all__ = ["api", "blueprint", "category_views", "choice_views", "lines_api", "lines_views"]
