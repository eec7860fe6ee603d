"""Custom fields of deals; their amounts are in the deal's currency."""

from __future__ import annotations

from typing import Final

from salesman_core.deals.models import Deal, DealWord
from salesman_core.i18n import texts
from salesman_core.records.custom.kinds import Customised, customised

_ = texts.lazy

DEAL: Final = customised(
    Customised("deal", _("Deals"), Deal, DealWord, "deals", currency="currency")
)
