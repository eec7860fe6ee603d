"""Passwords: which may be chosen, how they are kept, how they are compared."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from salesman_core.db import normalised
from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_hookspecs import Text

_ = texts.lazy

SHORTEST: Final = 10
LONGEST: Final = 256
"""Hashing takes time with length, and anybody may send us a password to compare."""

_LEAST_LEFT: Final = 4
_LEAST_DIFFERENT: Final = 5
_WORD: Final = 3

_FIRST_GUESSES: Final = (
    *("1234567890", "0987654321", "qwertyuiop", "йцукенгшщз", "1qaz2wsx3edc", "1q2w3e4r5t"),
    *("asdfghjkl", "фывапролд", "zxcvbnm", "qazwsx", "qwerty", "asdfgh", "йцукен"),
    *("abcdefgh", "abcdef", "абвгдежз", "абвгд", "administrator", "admin", "админ", "root"),
    *("password", "passw0rd", "p@ssw0rd", "pass", "пароль", "parol", "gfhjkm", "welcome"),
    *("letmein", "iloveyou", "dragon", "monkey", "football", "princess", "sunshine", "superman"),
    *("master", "привет", "любовь", "солнышко", "наташа", "марина", "максим"),
    *("salesman", "company", "secret", "login", "test", "user", "demo"),
    *("987654321", "123456789", "12345678", "1234567", "123456", "12345", "54321"),
    *("4321", "1234", "123", "qwe", "йцу"),
)
"""What those who guess begin with; the keyboards of both languages among it."""

_YEAR: Final = re.compile(r"(19|20)\d\d")

_hasher = PasswordHasher()


def demand_good(password: str, *, name: str = "", email: str = "") -> None:
    """Let only those passwords pass that nobody guesses in the first thousand tries.

    Length counts, not kinds of characters (NIST SP 800-63B, section 3.1.1.2): what is left of a
    password without the commonest ones, years and the person's own names must still be something.

    :raises InvalidError: for the field ``password``.
    """
    wrong = _complaint(password, _own_words(name, email))
    if wrong is not None:
        raise InvalidError(wrong, {"password": wrong})


def _complaint(password: str, own: Iterable[str]) -> Text | None:
    if len(password) < SHORTEST:
        return _("A password has at least %(least)s characters.", least=SHORTEST)
    if len(password) > LONGEST:
        return _("A password has at most %(most)s characters.", most=LONGEST)
    folded = normalised(password)
    if len(set(folded)) < _LEAST_DIFFERENT:
        return _("This password repeats too few characters: it is guessed at once.")
    if _left_of(folded, own) < _LEAST_LEFT:
        return _("This password is made of your own name or address: choose another.")
    if _left_of(folded, _FIRST_GUESSES) < _LEAST_LEFT:
        return _("This is one of the commonest passwords: choose another.")
    return None


def _left_of(folded: str, words: Iterable[str]) -> int:
    """Give how many characters remain without *words*, years and what is no letter or digit."""
    found = [word for word in words if word in folded]
    if not found:
        return len(folded)
    for word in found:
        folded = folded.replace(word, " ")
    return len(re.sub(r"[\W_]", "", _YEAR.sub(" ", folded)))


def _own_words(name: str, email: str) -> list[str]:
    parts = re.split(r"[\W_]+", normalised(f"{name} {email}"))
    return sorted({part for part in parts if len(part) >= _WORD}, key=len, reverse=True)


def hashed(password: str) -> str:
    """Give what is kept of a password: Argon2id with a salt of its own (RFC 9106)."""
    return _hasher.hash(_canonical(password))


def matches(kept: str | None, password: str) -> bool:
    """Tell whether *password* is the one that was kept.

    It takes as long where nothing was kept, so that nobody can measure who works here.
    """
    if len(password) > LONGEST:
        return False
    try:
        _hasher.verify(kept or _nobody(), _canonical(password))
    except (VerificationError, InvalidHashError):
        return False
    return bool(kept)


def outdated(kept: str) -> bool:
    """Tell whether a password was kept with weaker parameters than today's."""
    return _hasher.check_needs_rehash(kept)


def _canonical(password: str) -> str:
    """Give the same text for the same keys on every machine: NFC (RFC 8265, section 4.2.2)."""
    return unicodedata.normalize("NFC", password)


@functools.cache
def _nobody() -> str:
    return _hasher.hash("")
