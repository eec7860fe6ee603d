"""What stands before the amounts of deals: it also says whether VAT is in them."""

from __future__ import annotations

from typing import Final

from babel.support import LazyProxy
from flask import has_app_context

from salesman_core.i18n import texts
from salesman_core.services.company import company

_ = texts.lazy

_TITLES: Final = {
    "": _("Amount"),
    "with": _("Amount with VAT"),
    "without": _("Amount without VAT"),
}


def _title() -> str:
    """Give it; what is written at start, as the description of the JSON API, is no company's."""
    return str(_TITLES[company().vat if has_app_context() else ""])


AMOUNT: Final = LazyProxy(_title, enable_cache=False)
"""The title of amounts, as the company means them when somebody reads it."""
