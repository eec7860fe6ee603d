"""What the requisites of a client must be like, each by itself and all of them together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final

from marshmallow import ValidationError

from salesman_core.toolkit import InvalidError, Text
from salesman_hookspecs import Text as Words
from salesman_requisites import numbers
from salesman_requisites.banking import NUMBERS as OF_BANK
from salesman_requisites.banking import is_russian, judged_account
from salesman_requisites.home import home_country
from salesman_requisites.identity import NUMBERS, RUSSIA, RUSSIAN, judged_identity
from salesman_requisites.numbers import NumberError
from salesman_requisites.texts import texts

_ = texts.lazy

Values = Mapping[str, Any]

_LONGEST_TYPED: Final = 60
"""So many signs are read of a number: people put spaces between its parts."""


class Number(Text):
    """A number that is kept without the spaces and dashes of whoever typed it.

    :param judge: gives it as it is kept.
    """

    def __init__(self, judge: Callable[[str], str], **options: Any) -> None:
        super().__init__(_LONGEST_TYPED, **options)
        self._judge = judge

    def _deserialize(self, value: Any, *args: Any, **options: Any) -> str:
        typed = super()._deserialize(value, *args, **options)
        try:
            return self._judge(typed)
        except NumberError as error:
            raise ValidationError([error.reason]) from error


def bank_code(typed: str) -> str:
    """Judge the БИК of a bank of Russia, or the BIC of any other."""
    return numbers.bik(typed) if is_russian(typed) else numbers.bic(typed)


def compact(typed: str) -> str:
    """Give a number that only another one beside it can judge, at most as long as it is kept."""
    number = numbers.compact(typed)
    if len(number) > 34:  # noqa: PLR2004  # the longest IBAN, ISO 13616
        raise NumberError(_("An account has at most 34 digits and letters."))
    return number


def check(values: Values) -> Mapping[str, Words]:
    """Give what does not go together: numbers of another country, an account of another bank."""
    return {**_about_identity(values), **_about_bank(values)}


def _about_identity(values: Values) -> dict[str, Words]:
    country = country_of(values)
    if country != RUSSIA:
        foreign = _("A firm of another country has none: leave it empty, or change the country.")
        wrong: dict[str, Words] = {name: foreign for name in RUSSIAN if values[name]}
    elif values["vat_number"] and not values["country"]:
        wrong = {"vat_number": _("Say of which country it is.")}
    elif values["vat_number"]:
        wrong = {"vat_number": _("A firm of Russia has an INN instead.")}
    else:
        wrong = {}
    return wrong or _refused(lambda: judged_identity(country, _texts(values, NUMBERS)))


def country_of(values: Values) -> str:
    """Give the country of a firm: that which is said, else that of its numbers, else our own."""
    if values.get("country"):
        return str(values["country"])
    return RUSSIA if any(values.get(name) for name in RUSSIAN) else home_country()


def _about_bank(values: Values) -> dict[str, Words]:
    """Judge the account by its bank, as soon as both are known: people learn them bit by bit."""
    if not values["bic"]:
        needed = _("Give the BIK of the bank, or its BIC abroad.")
        told = [name for name in ("account", "correspondent") if values[name]]
        return {"bic": needed} if told else {}
    wrong = _refused(lambda: judged_account(_texts(values, OF_BANK)))
    return wrong if values["account"] else {k: v for k, v in wrong.items() if k != "account"}


def _refused(judge: Callable[[], object]) -> dict[str, Words]:
    try:
        judge()
    except InvalidError as error:
        return dict(error.fields)
    return {}


def _texts(values: Values, names: tuple[str, ...]) -> dict[str, str]:
    return {name: values[name] or "" for name in names}


def follows(values: Values) -> dict[str, str]:
    """Give the key by which doubles are found."""
    return {"tax_key": tax_key(values)}


def tax_key(values: Values) -> str:
    """Give what two clients that are one firm share, empty where nothing of the sort is known.

    Branches of one firm have one ИНН; each has a КПП of its own. A number of the European Union is
    the same with the letters of its country and without.
    """
    if values.get("inn"):
        return f"{values['inn']}/{values.get('kpp') or ''}"
    number = values.get("vat_number")
    if not number:
        return ""
    country = country_of(values)
    with suppress(NumberError):
        number = numbers.vat_number(number, country)
    return f"{country}/{number}"
