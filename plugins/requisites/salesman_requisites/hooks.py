"""What requisites contribute to the core: read from top to bottom, it is the plugin's contents."""

from __future__ import annotations

from collections.abc import Iterable

from salesman_hookspecs import (
    DuplicateKey,
    Permission,
    PresetGrant,
    RecordExtension,
    hookimpl,
)
from salesman_requisites import models, permissions
from salesman_requisites.clients import extension

__all__ = ["models"]


@hookimpl
def salesman_permissions() -> Iterable[Permission]:
    """Give what may be done with own companies and numbers."""
    return permissions.PERMISSIONS


@hookimpl
def salesman_preset_grants() -> Iterable[PresetGrant]:
    """Give what each preset role may do with them."""
    return permissions.GRANTS


@hookimpl
def salesman_record_extensions() -> Iterable[RecordExtension]:
    """Keep what clients are in law."""
    return [extension.CLIENT]


@hookimpl
def salesman_duplicate_keys() -> Iterable[DuplicateKey]:
    """Take clients for one that have one tax number."""
    return [extension.TAX_KEY]
