"""What own companies can be listed by."""

from __future__ import annotations

from typing import Final

from salesman_core.toolkit import FieldKind, ListField, ListSpec
from salesman_requisites.companies.models import KIND, OwnCompany
from salesman_requisites.texts import texts

_ = texts.lazy

COMPANIES: Final = ListSpec(
    kind=KIND,
    id=OwnCompany.id,
    default_sort="short_name",
    fields=(
        ListField("short_name", _("Short name"), OwnCompany.short_name, FieldKind.TEXT),
        ListField("code", _("Code"), OwnCompany.code, FieldKind.TEXT),
        ListField("inn", _("INN"), OwnCompany.inn, FieldKind.TEXT, sortable=False),
        ListField(
            "vat_number", _("Tax number"), OwnCompany.vat_number, FieldKind.TEXT, sortable=False
        ),
        ListField("active", _("In use"), OwnCompany.active, FieldKind.FLAG, sortable=False),
        ListField("created_at", _("Entered"), OwnCompany.created_at, FieldKind.MOMENT),
        ListField("updated_at", _("Changed"), OwnCompany.updated_at, FieldKind.MOMENT),
    ),
)
