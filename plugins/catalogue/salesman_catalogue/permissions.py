"""What may be done with the catalogue, and who may by default.

The lines of a deal belong to it: who sees the deal sees them, and who may change it may change
them. What products and lines cost is behind the core's permission for costs and margins.
"""

from __future__ import annotations

from typing import Final

from salesman_hookspecs import Permission, PresetGrant, Scope

VIEW: Final = "catalogue.product.view"
CREATE: Final = "catalogue.product.create"
EDIT: Final = "catalogue.product.edit"
DELETE: Final = "catalogue.product.delete"
BULK_DELETE: Final = "catalogue.product.bulk_delete"
EXPORT: Final = "catalogue.product.export"
IMPORT: Final = "catalogue.product.import"
MANAGE_CATEGORIES: Final = "catalogue.category.manage"
MANAGE_PRICING: Final = "catalogue.pricing.manage"

COSTS: Final = "core.deal.margin"
SEE_DEAL: Final = "core.deal.view"
EDIT_DEAL: Final = "core.deal.edit"

PERMISSIONS: Final = (
    Permission(VIEW, "See products and their prices", scoped=False),
    Permission(CREATE, "Enter products", scoped=False),
    Permission(EDIT, "Change products and their prices", scoped=False),
    Permission(DELETE, "Put products into the bin", scoped=False),
    Permission(BULK_DELETE, "Put many products into the bin at once", scoped=False),
    Permission(EXPORT, "Export products", scoped=False),
    Permission(IMPORT, "Import products", scoped=False),
    Permission(MANAGE_CATEGORIES, "Change the categories of products", scoped=False),
    Permission(MANAGE_PRICING, "Change price levels and VAT rates", scoped=False),
)

_READERS: Final = ("telemarketer", "seller", "assistant", "lawyer", "service")
_MARKETING: Final = (VIEW, CREATE, EDIT, DELETE, EXPORT, IMPORT, MANAGE_CATEGORIES)

GRANTS: Final = (
    *(PresetGrant(role, VIEW, Scope.ALL) for role in _READERS),
    *(PresetGrant("marketer", permission, Scope.ALL) for permission in _MARKETING),
    *(PresetGrant("head", one.name, Scope.ALL) for one in PERMISSIONS),
)
