"""What the plugin declares of clients: fields, rules, and the key by which doubles are found."""

from __future__ import annotations

from typing import Final

from babel import Locale
from flask_babel import get_locale

from salesman_core.toolkit import Choice, Text
from salesman_hookspecs import DuplicateKey, ExtensionField, RecordExtension
from salesman_requisites import numbers, permissions
from salesman_requisites.clients import rules
from salesman_requisites.clients.models import ClientRequisites
from salesman_requisites.clients.queries import tax_keys, typed_tax_keys
from salesman_requisites.countries import COUNTRIES
from salesman_requisites.home import home_country
from salesman_requisites.texts import texts

_ = texts.lazy


class CountryName:
    """What people call a country, in their language."""

    def __init__(self, code: str) -> None:
        self._code = code

    def __str__(self) -> str:
        """Give the name in the language of whoever reads."""
        return str((get_locale() or Locale("en")).territories.get(self._code, self._code))


class EmptyCountry:
    """What no country means, in the language of whoever reads."""

    def __str__(self) -> str:
        """Name the country of the main own company."""
        return texts.gettext("Empty means %(country)s.", country=CountryName(home_country()))


EMPTY_COUNTRY: Final = EmptyCountry()
_NO_COUNTRIES: Final = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
_CHOICES: Final = {code: CountryName(code) for code in ("RU", *COUNTRIES)}

FIELDS: Final = (
    ExtensionField(
        "full_name",
        _("Full legal name"),
        Text(500),
        searched=True,
        synonyms=("полное наименование", "юридическое название", "legal name", "full name"),
    ),
    ExtensionField(
        "country",
        _("Country"),
        Choice(_CHOICES),
        help=EMPTY_COUNTRY,
        synonyms=("страна", "страна регистрации", "country of registration"),
    ),
    ExtensionField(
        "inn",
        _("INN"),
        rules.Number(numbers.inn),
        searched=True,
        synonyms=("инн", "tax id", "taxpayer number"),
    ),
    ExtensionField("kpp", _("KPP"), rules.Number(numbers.kpp), synonyms=("кпп", "инн кпп")),
    ExtensionField(
        "ogrn",
        _("OGRN"),
        rules.Number(numbers.ogrn),
        searched=True,
        synonyms=("огрн", "огрнип", "ogrnip", "registration number"),
    ),
    ExtensionField(
        "vat_number",
        _("VAT number"),
        rules.Number(rules.compact),
        help=_("Of a firm of another country."),
        searched=True,
        synonyms=("номер ндс", "иностранный инн", "vat id", "vat no"),
    ),
    ExtensionField(
        "legal_address",
        _("Address in the register"),
        Text(500),
        synonyms=("адрес по егрюл", "адрес в реестре", "адрес регистрации", "address of record"),
    ),
    ExtensionField(
        "bic",
        _("BIK or BIC"),
        rules.Number(rules.bank_code),
        synonyms=("бик", "bik", "bic", "swift", "бик банка"),
    ),
    ExtensionField("bank", _("Bank"), Text(200), synonyms=("банк", "название банка", "bank name")),
    ExtensionField(
        "account",
        _("Account"),
        rules.Number(rules.compact),
        synonyms=("расчетный счет", "расчётный счёт", "р/с", "рс", "iban", "settlement account"),
    ),
    ExtensionField(
        "correspondent",
        _("Correspondent account"),
        rules.Number(rules.compact),
        synonyms=("корреспондентский счет", "корреспондентский счёт", "к/с", "кс", "корсчет"),
    ),
    ExtensionField(
        "signer",
        _("Signer"),
        Text(200),
        synonyms=("подписант", "руководитель", "директор", "signatory"),
    ),
    ExtensionField(
        "signer_post",
        _("Signer's post"),
        Text(200),
        synonyms=("должность подписанта", "должность руководителя", "signatory post"),
    ),
    ExtensionField(
        "signer_ground",
        _("Acts on the ground of"),
        Text(300),
        synonyms=("действует на основании", "основание полномочий", "ground of authority"),
    ),
)

CLIENT: Final = RecordExtension(
    "client",
    _("Requisites"),
    ClientRequisites,
    FIELDS,
    view_permission=permissions.VIEW_CLIENTS,
    edit_permission=permissions.CHANGE_CLIENTS,
    check=rules.check,
    follows=rules.follows,
)

TAX_KEY: Final = DuplicateKey(
    "tax",
    "client",
    _("the same INN and KPP"),
    tax_keys,
    typed_tax_keys,
    permission=permissions.VIEW_CLIENTS,
    joins=True,
)
