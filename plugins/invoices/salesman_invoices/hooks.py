"""What invoices contribute to the core: read from top to bottom, it is the plugin's contents."""

from __future__ import annotations

from collections.abc import Iterable

from salesman_hookspecs import Permission, PresetGrant, hookimpl
from salesman_invoices import models, permissions
from salesman_invoices.texts import texts

_ = texts.lazy

__all__ = ["models"]


@hookimpl
def salesman_permissions() -> Iterable[Permission]:
    """Give what may be done with invoices and payments."""
    return permissions.PERMISSIONS


@hookimpl
def salesman_preset_grants() -> Iterable[PresetGrant]:
    """Give what each preset role may do with them."""
    return permissions.GRANTS
