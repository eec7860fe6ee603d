"""What a firm is in law: the numbers under which its country knows it, judged together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from salesman_core.toolkit import InvalidError
from salesman_hookspecs import Text
from salesman_requisites import numbers
from salesman_requisites.numbers import NumberError
from salesman_requisites.texts import texts

_ = texts.lazy

RUSSIA: Final = "RU"

RUSSIAN: Final = ("inn", "kpp", "ogrn")
"""The numbers that only a firm of Russia has."""
FOREIGN: Final = ("vat_number",)
"""The numbers that a firm of any other country has."""
NUMBERS: Final = (*RUSSIAN, *FOREIGN)

Judge = Callable[[str], str]


def judged_identity(country: str, typed: Mapping[str, Any]) -> dict[str, str]:
    """Judge the numbers of a firm, each by itself and all of them together.

    :param country: of the firm, as ``RU``.
    :param typed: each of :data:`NUMBERS`; an empty one is none. Those of another country are
        dropped.
    :returns: all of :data:`NUMBERS` as they are kept.
    :raises InvalidError: by field.
    """
    judges: dict[str, Judge] = {
        "inn": numbers.inn,
        "kpp": numbers.kpp,
        "ogrn": numbers.ogrn,
        "vat_number": lambda number: numbers.vat_number(number, country),
    }
    wanted = RUSSIAN if country == RUSSIA else FOREIGN
    found, wrong = read_numbers({name: judges[name] for name in wanted}, typed)
    wrong |= _not_together(found, wrong)
    if wrong:
        raise InvalidError(_("One of the numbers cannot be right."), wrong)
    return {name: found.get(name, "") for name in NUMBERS}


def read_numbers(
    judges: Mapping[str, Judge], typed: Mapping[str, Any]
) -> tuple[dict[str, str], dict[str, Text]]:
    """Judge some numbers; give them as they are kept, and what is wrong with the others.

    :param judges: judges each of them, unless nothing was typed.
    """
    found: dict[str, str] = {}
    wrong: dict[str, Text] = {}
    for name, judge in judges.items():
        given = str(typed.get(name) or "")
        try:
            found[name] = judge(given) if numbers.compact(given) else ""
        except NumberError as error:
            wrong[name] = error.reason
    return found, wrong


def _not_together(found: Mapping[str, str], wrong: Mapping[str, Text]) -> dict[str, Text]:
    """Say which numbers do not belong together: those of a firm and those of an entrepreneur."""
    inn, kpp, ogrn = (found.get(name, "") for name in RUSSIAN)
    if "inn" in wrong or not inn:
        return {}
    refused: dict[str, Text] = {}
    person = len(inn) == numbers.INN_OF_A_PERSON
    if person and kpp:
        refused["kpp"] = _("An entrepreneur, whose INN has 12 digits, has no KPP.")
    if ogrn and person != (len(ogrn) == numbers.OGRNIP):
        refused["ogrn"] = (
            _("To an INN of 12 digits belongs an OGRN of 15, that of an entrepreneur.")
            if person
            else _("To an INN of 10 digits belongs an OGRN of 13, that of a firm.")
        )
    return refused
