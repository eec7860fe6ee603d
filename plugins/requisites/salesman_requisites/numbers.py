"""Numbers by which firms and their banks are known, judged by their check digits.

Each function takes what somebody typed and gives the number as it is kept: without the spaces and
dashes that people put between its parts. What cannot be such a number raises :class:`NumberError`
with the reason in words. Nothing typed is no number: whoever calls leaves it out.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, Protocol

from stdnum import bic as swift
from stdnum import exceptions, get_cc_module
from stdnum import iban as international
from stdnum.eu import vat as of_the_union
from stdnum.ru import inn as taxpayer

from salesman_hookspecs import Text
from salesman_requisites.texts import texts

_ = texts.lazy

_DASHES: Final = re.compile(r"[-\u2010-\u2015\u2212]")
_KPP: Final = re.compile(r"[0-9]{4}[0-9A-Z]{2}[0-9]{3}")
_BIK: Final = re.compile(r"0[0124][0-9]{7}")
_FOREIGN: Final = re.compile(r"[0-9A-Z./]{4,20}")
_WEIGHTS: Final = (7, 1, 3)

INN_OF_A_FIRM: Final = 10
INN_OF_A_PERSON: Final = 12
OGRN: Final = 13
OGRNIP: Final = 15
ACCOUNT: Final = 20
BIN: Final = 12

_AT_THE_CENTRAL_BANK: Final = ("301", "40102")
"""How accounts begin that banks (301) and the treasury (40102) hold with the Bank of Russia."""
_OF_THE_TREASURY: Final = "0"
"""How accounts begin that the treasury keeps for the state: their key is another one."""
_BRANCHES_OF_THE_CENTRAL_BANK: Final = ("000", "001", "002")
"""How the BIK of those ends who are no bank of their own."""

_MISTYPED: Final = _(
    "The check digit does not fit the others: compare it with the paper digit by digit."
)


class NumberError(ValueError):
    """What was typed cannot be the number that it should be."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason)
        self.reason = reason


class _Judge(Protocol):
    """What python-stdnum has for each kind of number."""

    def validate(self, number: str, /) -> str:
        """Give it as it is kept."""


def compact(typed: str) -> str:
    """Give what was typed in capitals, without spaces and dashes."""
    joined = "".join(unicodedata.normalize("NFKC", typed).split())
    return _DASHES.sub("", joined).upper()


def inn(typed: str) -> str:
    """Judge an ИНН: ten digits of a firm, twelve of a person."""
    number = _digits(typed, _("An INN has digits only."))
    if len(number) not in {INN_OF_A_FIRM, INN_OF_A_PERSON}:
        raise NumberError(
            _(
                "An INN has 10 digits for a firm and 12 for a person, this one has %(count)s.",
                count=len(number),
            )
        )
    if not set(number) - {"0"}:  # its check digits fit
        raise NumberError(_("An INN is not made of noughts."))
    return _judged(taxpayer, number)


def kpp(typed: str) -> str:
    """Judge a КПП: four digits of the tax office, two of the reason, three of the turn."""
    number = compact(typed)
    if not _KPP.fullmatch(number):
        raise NumberError(_("A KPP has 9 digits, as 770101001."))
    return number


def ogrn(typed: str) -> str:
    """Judge an ОГРН of a firm (13 digits) or an ОГРНИП of an entrepreneur (15).

    Our own rule: that of python-stdnum refuses an ОГРНИП whose remainder has two digits, and the
    regions that were added lately. The check digit is the last one of the remainder of all before
    it by 11, and by 13 for entrepreneurs.
    """
    number = _digits(typed, _("An OGRN has digits only."))
    if len(number) not in {OGRN, OGRNIP}:
        raise NumberError(
            _(
                "An OGRN has 13 digits, that of an entrepreneur 15, this one has %(count)s.",
                count=len(number),
            )
        )
    begins = "15" if len(number) == OGRN else "3"
    if number[0] not in begins:
        message = _(
            "An OGRN begins with 1 or 5, that of an entrepreneur with 3: is this the number of an"
            " entry in the register?"
        )
        raise NumberError(message)
    divisor = len(number) - 2
    if int(number[:-1]) % divisor % 10 != int(number[-1]):
        raise NumberError(_MISTYPED)
    return number


def bik(typed: str) -> str:
    """Judge a БИК, by which banks of Russia are known."""
    number = compact(typed)
    if not _BIK.fullmatch(number):
        raise NumberError(_("A BIK has 9 digits and begins with 04, that of the treasury with 0."))
    return number


def settlement_account(typed: str, bank: str) -> str:
    """Judge an account with a Russian bank.

    :param bank: the БИК of the bank, judged.
    """
    number = _account_digits(typed)
    if number.startswith(_AT_THE_CENTRAL_BANK):
        message = _("This is the account of a bank: it belongs into the field beside.")
        raise NumberError(message)
    if number.startswith(_OF_THE_TREASURY):
        return number
    branch = bank.endswith(_BRANCHES_OF_THE_CENTRAL_BANK)
    return _fitting(number, _branch_of(bank) if branch else bank[-3:])


def correspondent_account(typed: str, bank: str) -> str:
    """Judge the account that a Russian bank, or the treasury, has with the Bank of Russia.

    :param bank: the БИК of the bank, judged.
    """
    number = _account_digits(typed)
    if not number.startswith(_AT_THE_CENTRAL_BANK):
        raise NumberError(_("A correspondent account begins with 301, that of a treasury 40102."))
    if number.startswith("301") and number[-3:] != bank[-3:]:
        raise NumberError(
            _("It ends with the last three digits of its bank's BIK: %(digits)s.", digits=bank[-3:])
        )
    return _fitting(number, _branch_of(bank))


def _branch_of(bank: str) -> str:
    return f"0{bank[4:6]}"


def _account_digits(typed: str) -> str:
    number = _digits(typed, _("An account with a Russian bank has digits only."))
    if len(number) != ACCOUNT:
        raise NumberError(_("An account has 20 digits, this one has %(count)s.", count=len(number)))
    return number


def _fitting(account: str, bank: str) -> str:
    """Judge the key of an account: what it gives with three digits of its bank ends with 0."""
    weighed = (int(digit) * _WEIGHTS[place % 3] for place, digit in enumerate(f"{bank}{account}"))
    if sum(weighed) % 10:
        raise NumberError(_("The account does not belong to this BIK: one of the two is mistyped."))
    return account


def bic(typed: str) -> str:
    """Judge a BIC (SWIFT code), by which banks of the world are known: ISO 9362."""
    number = compact(typed)
    try:
        return str(swift.validate(number))
    except exceptions.ValidationError:
        raise NumberError(_("A BIC has 8 or 11 letters and digits, as DEUTDEFF500.")) from None


def is_iban(typed: str) -> bool:
    """Tell whether something begins like an IBAN: with two letters and two digits."""
    return bool(re.match(r"[A-Z]{2}[0-9]{2}", compact(typed)))


def iban(typed: str) -> str:
    """Judge an IBAN: ISO 13616."""
    return _judged(international, compact(typed))


def foreign_account(typed: str) -> str:
    """Judge an account with a bank abroad: an IBAN, or what such a bank has instead."""
    if is_iban(typed):
        return iban(typed)
    number = compact(typed)
    if not re.fullmatch(r"[0-9A-Z./]{3,34}", number):
        raise NumberError(_("An account has 3 to 34 digits and Latin letters."))
    return number


def vat_number(typed: str, country: str) -> str:
    """Judge the number under which a firm pays taxes in its country.

    Numbers of the European Union are kept with the letters of their country, as papers have them.

    :param country: as ``DE``. Where nothing is known of its numbers, only their signs are judged.
    """
    number, code = compact(typed), country.casefold()
    if code in of_the_union.MEMBER_STATES:
        prefix = "EL" if code == "gr" else country
        lettered = number if number.startswith(prefix) else f"{prefix}{number}"
        return _judged(of_the_union, lettered)
    if code == "kz":
        return _bin(number)
    known = get_cc_module(code, "vat")
    if known is not None:
        return _judged(known, number)
    if not _FOREIGN.fullmatch(number):
        raise NumberError(_("A tax number has 4 to 20 digits and Latin letters."))
    return number


def _bin(number: str) -> str:
    """Judge a БИН or ИИН of Kazakhstan, which python-stdnum does not know.

    Eleven digits by the weights 1 to 11; where eleven divides it with a remainder of ten, by 3 to
    11, 1 and 2; where that is ten again, no such number was given out.
    """
    if not re.fullmatch(r"[0-9]{12}", number):
        raise NumberError(_("A BIN or IIN of Kazakhstan has 12 digits."))
    check = _weighed(number, range(1, 12))
    if check == 10:  # noqa: PLR2004  # as above
        check = _weighed(number, (*range(3, 12), 1, 2))
    if check != int(number[-1]):
        raise NumberError(_MISTYPED)
    return number


def _weighed(number: str, weights: range | tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(number, weights, strict=False)) % 11


def _digits(typed: str, message: Text) -> str:
    number = compact(typed)
    if not (number.isascii() and number.isdigit()):
        raise NumberError(message)
    return number


def _judged(judge: _Judge, number: str) -> str:
    try:
        return judge.validate(number)
    except exceptions.InvalidChecksum:
        raise NumberError(_MISTYPED) from None
    except exceptions.InvalidLength:
        raise NumberError(_("Such a number has more or fewer signs.")) from None
    except exceptions.ValidationError:
        raise NumberError(_("Such a number is written otherwise in this country.")) from None
