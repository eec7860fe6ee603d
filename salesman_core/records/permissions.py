"""What may be done with notes, files, phones, views of lists and the audit.

Reading a note or a file goes with the record that it hangs on.
"""

from __future__ import annotations

from typing import Final

from salesman_core.records.audit import VIEW as AUDIT
from salesman_core.records.bin.service import PURGE
from salesman_core.records.contact_data import CONTACT_DATA
from salesman_core.records.custom.service import MANAGE
from salesman_core.records.files import ATTACH
from salesman_core.records.notes import WRITE
from salesman_hookspecs import Permission, PresetGrant

SHARE: Final = "core.list.share"

PERMISSIONS: Final = (
    Permission(WRITE, "Write notes on what one sees", scoped=False),
    Permission(ATTACH, "Attach files to what one sees", scoped=False),
    Permission(CONTACT_DATA, "Read phones and emails, look for them and change them", scoped=False),
    Permission(AUDIT, "See the company's audit, as far as one sees the records", scoped=False),
    Permission(SHARE, "Share views of lists and mappings of imports with everybody", scoped=False),
)
ADMINISTRATION: Final = (
    Permission(MANAGE, "Define custom fields of records", scoped=False),
    Permission(PURGE, "Delete for good what lies in the bin", scoped=False),
)

_ROLES: Final = (
    "head",
    "seller",
    "service",
    "assistant",
    "lawyer",
    "marketer",
    "telemarketer",
)
_CALLERS: Final = tuple(role for role in _ROLES if role != "lawyer")
"""A lawyer agrees contracts, and does so with colleagues."""

GRANTS: Final = (
    *(PresetGrant(role, permission) for role in _ROLES for permission in (WRITE, ATTACH)),
    *(PresetGrant(role, CONTACT_DATA) for role in _CALLERS),
    PresetGrant("head", SHARE),
)
"""Nobody but administrators sees the audit, until they let others."""
