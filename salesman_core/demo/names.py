"""Made-up people, companies and telephone numbers, each of them only once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Final

from salesman_core.demo.words import City, Words
from salesman_core.records.custom.keys import in_latin

DOMAIN: Final = "example"
"""The top-level domain of the demo's companies: nobody can have it (RFC 2606, section 2)."""

_IN_ADDRESSES: Final = str.maketrans({" ": "-"} | dict.fromkeys(".'", ""))


def latin(text: str) -> str:
    """Give *text* as an address can hold it."""
    return in_latin(text).translate(_IN_ADDRESSES)


@dataclass(frozen=True, slots=True)
class FullName:
    """A person's name.

    :param full: in the order that the language has.
    """

    full: str
    first: str
    last: str

    @property
    def login(self) -> str:
        """What may stand before the ``@``."""
        return f"{latin(self.first)[0]}.{latin(self.last)}"


@dataclass(frozen=True, slots=True)
class CompanyName:
    """A client's name, and where letters to it go.

    :param login: what stands before the ``@``.
    """

    full: str
    domain: str
    login: str = "info"


class NameGiver:
    """Gives names and numbers.

    :param random: where chance comes from.
    """

    def __init__(self, random: Random, words: Words) -> None:
        self._random, self._words = random, words
        self._given: set[str] = set()
        self._cities = [city for cities in words.cities.values() for city in cities]

    def _new(self, make: Callable[[], str]) -> str:
        found = make()
        while found in self._given:
            found = make()
        self._given.add(found)
        return found

    def person(self) -> FullName:
        """Give the name of a person; two may bear the same one, as in life."""
        names = self._random.choice((self._words.men, self._words.women))
        first, middle = self._random.choice(names.first), self._random.choice(names.middle)
        last = self._random.choice(self._words.surnames) + names.ending
        full = self._words.full_name.format(first=first, middle=middle, last=last)
        return FullName(full, first, last)

    def company(self) -> CompanyName:
        """Give the name of a company."""
        brand = self._new(lambda: "".join(map(self._random.choice, self._words.brands)))
        forms, shares = zip(*self._words.legal_forms, strict=True)
        (form,) = self._random.choices(forms, shares)
        return CompanyName(form.format(brand), f"{latin(brand)}.{DOMAIN}")

    def sole_trader(self) -> CompanyName:
        """Give the name of somebody who trades under their own."""
        person = self.person()
        domain = self._new(lambda: f"{latin(person.last)}-{self._digits('##')}.{DOMAIN}")
        return CompanyName(self._words.sole_trader.format(person.full), domain)

    def private_person(self) -> CompanyName:
        """Give the name of somebody who buys for themselves."""
        person = self.person()
        login = self._new(lambda: f"{person.login}{self._digits('##')}")
        return CompanyName(person.full, f"post.{DOMAIN}", login)

    def address(self, city: City) -> str:
        return self._words.address.format(
            city=city.name,
            street=self._random.choice(self._words.streets),
            number=self._random.randint(1, 148),
        )

    def landline(self, city: City) -> str:
        return self._telephone(lambda: city.code + self._words.telephones.landline)

    def mobile(self) -> str:
        def pattern() -> str:
            code = self._random.choice(self._cities).code
            return self._random.choice(self._words.telephones.mobiles).replace("c", code)

        return self._telephone(pattern)

    def _telephone(self, pattern: Callable[[], str]) -> str:
        digits = iter(self._new(lambda: self._digits(pattern())))
        notation = self._random.choice(self._words.telephones.notations)
        return "".join(next(digits) if sign == "#" else sign for sign in notation)

    def _digits(self, pattern: str) -> str:
        return "".join(str(self._random.randrange(10)) if sign == "#" else sign for sign in pattern)
