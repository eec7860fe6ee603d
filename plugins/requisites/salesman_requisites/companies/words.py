"""How the history of an own company is told."""

from __future__ import annotations

from typing import Final

from salesman_core.toolkit import FieldWords
from salesman_requisites.texts import texts

_ = texts.lazy

LABELS: Final = {
    "country": _("Country"),
    "form": _("Legal form"),
    "name": _("Full name"),
    "short_name": _("Short name"),
    "code": _("Code for numbers of papers"),
    "inn": _("INN"),
    "kpp": _("KPP"),
    "ogrn": _("OGRN"),
    "vat_number": _("Tax number"),
    "registration": _("Registration"),
    "legal_address": _("Legal address"),
    "postal_address": _("Postal address"),
    "phone": _("Phone"),
    "email": _("Email"),
}
OF_ACCOUNT: Final = {
    "bic": _("BIK, or BIC (SWIFT) abroad"),
    "bank": _("Bank"),
    "account": _("Account, or IBAN"),
    "correspondent": _("Correspondent account"),
    "currency": _("Currency"),
}
OF_SIGNER: Final = {
    "name": _("Name"),
    "name_genitive": _("Name in the genitive"),
    "feminine": _("A woman"),
    "post": _("Post"),
    "post_genitive": _("Post in the genitive"),
    "ground": _("Acts on the ground of"),
    "ground_genitive": _("Ground in the genitive"),
}
USES: Final = {
    "logo": _("Logo"),
    "stamp": _("Stamp"),
    "signature": _("Signature"),
}

FIELDS: Final = {
    **{name: FieldWords(title) for name, title in LABELS.items()},
    **{name: FieldWords(title) for name, title in USES.items()},
    "main": FieldWords(_("Offered first")),
    "active": FieldWords(_("In use")),
    "account": FieldWords(_("Bank account")),
    "main_account": FieldWords(_("Main bank account")),
    "signer": FieldWords(_("Signer")),
    "main_signer": FieldWords(_("Main signer")),
}
ACTIONS: Final = {
    "archived": _("archived"),
    "taken_back": _("taken back into use"),
}
