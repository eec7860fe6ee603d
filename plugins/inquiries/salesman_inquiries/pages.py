"""All pages of inquiries: the one blueprint, once every room has added its own to it."""

from salesman_inquiries import becoming_views, choice_views, figure_views, panel_views, taking_views
from salesman_inquiries.views import blueprint

__all__ = [
    "becoming_views",
    "blueprint",
    "choice_views",
    "figure_views",
    "panel_views",
    "taking_views",
]
