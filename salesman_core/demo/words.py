"""What the generator is told in: the words of one language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

DEPARTMENT = "department"
MARKETING = "marketing"
TEAMS = ("first", "second", "third")
"""Keys of the teams; those of the sellers stand below the department."""


@dataclass(frozen=True, slots=True)
class Company:
    """The company that the demo shows.

    :param zone: the IANA time zone.
    :param region: ISO 3166, whose notation its telephone numbers are in.
    """

    name: str
    zone: str
    currency: str
    region: str


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who works there.

    :param login: what stands before ``@example.com``; for the first of each preset role, its key.
    :param team: a key of a team, or an empty string.
    :param strength: how good at selling, where 1 is usual.
    """

    login: str
    name: str
    role: str
    team: str = ""
    strength: float = 1.0


@dataclass(frozen=True, slots=True)
class City:
    """Where clients sit.

    :param code: its telephone code, three digits.
    """

    name: str
    code: str


@dataclass(frozen=True, slots=True)
class Names:
    """Names of people of one sex.

    :param middle: patronymics, or initials where the language has none.
    :param ending: what a surname takes at its end.
    """

    first: tuple[str, ...]
    middle: tuple[str, ...]
    ending: str = ""


@dataclass(frozen=True, slots=True)
class Goods:
    """A group of what is sold.

    :param occasions: what such things are wanted for.
    :param share: how many of the deals are about them, beside the others.
    :param size: how large its deals are beside the usual.
    :param margins: from and to, in percent of the amount.
    """

    names: tuple[str, ...]
    occasions: tuple[str, ...]
    share: float
    size: float
    margins: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Telephones:
    """Numbers that validate and that nobody can have; ``#`` stands for a digit.

    :param landline: what follows the city's code, seven places.
    :param mobiles: ten places each; a ``c`` at the beginning stands for the code of any city.
    :param notations: how people write the ten digits.
    """

    landline: str
    mobiles: tuple[str, ...]
    notations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Parts:
    """What participants of clients and deals do there."""

    papers: str
    contract: str
    service: str
    campaign: str
    steering: str


@dataclass(frozen=True, slots=True)
class Words:
    """A whole language.

    :param teams: names by key.
    :param legal_forms: with ``{}`` for the brand, each with its share in percent.
    :param sole_trader: with ``{}`` for the person's name.
    :param full_name: of a contact, with ``{first}``, ``{middle}`` and ``{last}``.
    :param brands: beginnings and ends of made-up company names.
    :param legal: what people call the address of a company's registration; ``delivery`` that to
        which goods are sent, ``warehouse`` what stands in the latter.
    :param address: with ``{city}``, ``{street}`` and ``{number}``.
    :param cities: of each sellers' team, by its key.
    :param bought_sources: where a marketer brought the client from.
    :param own_sources: where a seller found the client.
    :param cold_source: where a telemarketer did.
    :param deal_name: with ``{goods}`` and ``{occasion}``.
    :param unit: what amounts are rounded to, in the currency.
    :param scale: how much of the currency is as much as one rouble.
    :param rung_reasons: why a person put a client on a rung by hand.
    :param holidays: (month, day) on which nobody works.
    """

    company: Company
    teams: Mapping[str, str]
    staff: tuple[Staff, ...]
    cities: Mapping[str, tuple[City, ...]]
    men: Names
    women: Names
    surnames: tuple[str, ...]
    full_name: str
    legal_forms: tuple[tuple[str, int], ...]
    sole_trader: str
    brands: tuple[tuple[str, ...], tuple[str, ...]]
    address: str
    legal: str
    delivery: str
    warehouse: str
    streets: tuple[str, ...]
    positions: tuple[str, ...]
    telephones: Telephones
    bought_sources: tuple[str, ...]
    own_sources: tuple[str, ...]
    cold_source: str
    tags: tuple[str, ...]
    key_tag: str
    goods: tuple[Goods, ...]
    deal_name: str
    repeat_occasion: str
    parts: Parts
    unit: int
    scale: float
    rung_reasons: tuple[str, ...]
    holidays: frozenset[tuple[int, int]]
