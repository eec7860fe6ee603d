"""Whether two names may be those of one client, in whatever letters they are written.

A name is compared by how its words sound in Latin letters, so that «Ромашка» and "Romashka" are
alike; what only says what kind of company it is counts for nothing.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import ratio

from salesman_core.db import normalised

ALIKE: Final = 0.8
"""From this likeness on two names are said to be alike."""

_ALPHABET: Final = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
_IN_LATIN: Final = "a b v g d e zh z i y k l m n o p r s t u f kh ts ch sh sch - y - e yu ya"
LATIN: Final = str.maketrans(
    {letter: latin.strip("-") for letter, latin in zip(_ALPHABET, _IN_LATIN.split(), strict=True)}
)
"""How Cyrillic letters are commonly written in Latin ones."""

_PAIRS: Final = "shch sch zh kh ts ch sh yu ju ya ja yo ye ck ph"
_PAIRS_READ: Final = "щ щ ж х ц ч ш ю ю я я е е к ф"
_SINGLE: Final = "abcdefghijklmnopqrstuvwxyz"
_SINGLE_READ: Final = "абкдефгхийклмнопкрстуввкйз"
CYRILLIC: Final = (
    *zip(_PAIRS.split(), _PAIRS_READ.split(), strict=True),
    *zip(_SINGLE, _SINGLE_READ, strict=True),
)
"""How Latin letters are read in Cyrillic ones, the longest first."""

_PHRASES: Final = re.compile(
    r"\b(?:обществ\w+ с ограниченной ответственностью|(?:публичн\w+ |закрыт\w+ |открыт\w+ )?"
    r"акционерн\w+ обществ\w+|индивидуальн\w+ предпринимател\w+|limited liability company)\b"
)
_FORMS: Final = """
ооо оао зао пао нао ао ип пк нко ано тоо чп чуп одо фгуп гуп муп мбу гбу фгбу кфх пбоюл
ooo oao zao pao ao ip llc llp lp ltd limited inc incorporated corp corporation co plc pte pty
gmbh mbh ag kg ohg ug gbr sa sas sarl srl spa bv nv oy oyj ab as aps sro doo
"""
_LEGAL_FORMS: Final = frozenset(_FORMS.split())
_FILLERS: Final = """
тд торговый дом торговая компания группа группы компаний гк фирма холдинг корпорация предприятие
нпо нпп пкф нпф и the company group holding firm trading house and und
"""
_GENERIC: Final = frozenset(_FILLERS.split())
"""Words that one person writes and another leaves out."""

_WORD: Final = re.compile(r"[^\W_]+")
_DIGITS: Final = re.compile(r"\d+|\D+")
_FEMININE: Final = ("ova", "eva", "ina", "aia", "andra", "ia")

_SOUNDS: Final = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"shch|sch|sh", "S"),
        (r"tch", "C"),
        (r"ch(?=[bdfgklmnprstvz])", "h"),
        (r"ch", "C"),
        (r"zh", "z"),
        (r"kh", "h"),
        (r"ph", "f"),
        (r"th", "t"),
        (r"ck|qu|q", "k"),
        (r"ts|tz|c(?=[eiy])", "s"),
        (r"c", "k"),
        (r"x", "ks"),
        (r"w", "v"),
        (r"iya|ya|ja|ia", "a"),
        (r"yu|ju|iu", "u"),
        (r"yo|ye|je", "e"),
        (r"[yj]", "i"),
        (r"(.)\1+", r"\1"),
    )
)
_UNSTRESSED: Final = str.maketrans("oe", "ai")
_SILENT: Final = 5
"""From so many letters on an ``e`` at the end is not heard: "service"."""

_SLIPS_FROM: Final = 5
"""Words of fewer letters are the same only where they sound the same."""
_EXCHANGE_FROM: Final = 9
"""In words of fewer letters another letter makes another word: «Магнит», «Магнат»."""
_TWO_SLIPS_FROM: Final = 10
_JOINED: Final = 93
"""What :func:`rapidfuzz.fuzz.ratio` gives for one word and its two halves, at least."""
_FULL: Final = 2
"""With so many words a person is named without the patronymic."""
_PATRONYMIC: Final = ("iC", "vna", "Cna")


@dataclass(frozen=True, slots=True)
class Name:
    """A name taken apart.

    :param words: how the words sound that tell it from others, in order.
    :param generic: those of them that others may leave out.
    :param numbers: the numbers in it: "North-1" is not "North-2".
    """

    words: tuple[str, ...]
    generic: frozenset[str]
    numbers: tuple[str, ...]


def telling_words(name: str) -> list[str]:
    """Give the words of a name without its legal form, normalised; all where nothing else stays."""
    text = _PHRASES.sub(" ", normalised(name))
    words = _WORD.findall(text) or _WORD.findall(normalised(name))
    return [word for word in words if word not in _LEGAL_FORMS] or words


def rare_words(name: str) -> list[str]:
    """Give those of the words of a name by which it is worth looking for others."""
    words = telling_words(name)
    return [word for word in words if word not in _GENERIC and not word.isdigit()] or words


def readings(word: str) -> list[str]:
    """Give a normalised word as it is, and in the letters of the other alphabet."""
    latin = word.translate(LATIN)
    if latin != word:
        return [word, latin]
    other = word
    for letters, read in CYRILLIC:
        other = other.replace(letters, read)
    return [word, other] if other != word else [word]


@functools.lru_cache(maxsize=4096)
def sound(word: str) -> str:
    """Give how a word sounds, in Latin letters, whichever it is written in."""
    latin = unicodedata.normalize("NFKD", word.translate(LATIN))
    latin = "".join(letter for letter in latin if not unicodedata.combining(letter))
    for pattern, heard in _SOUNDS:
        latin = pattern.sub(heard, latin)
    return latin.removesuffix("e") if len(latin) >= _SILENT else latin


@functools.lru_cache(maxsize=4096)
def taken_apart(name: str) -> Name:
    """Give what a name is made of."""
    words, numbers, generic = [], [], set()
    for word in telling_words(name):
        for part in _DIGITS.findall(word):
            if part.isdigit():
                numbers.append(part.lstrip("0"))
            else:
                words.append(sound(part))
                if word in _GENERIC:
                    generic.add(sound(part))
    return Name(tuple(words), frozenset(generic), tuple(sorted(numbers)))


def likeness(one: str, other: str) -> float:
    """Give how likely two names are those of one client, from 0 to 1; see :data:`ALIKE`."""
    first, second = taken_apart(one), taken_apart(other)
    if first.numbers != second.numbers or not (first.words and second.words):
        return 1.0 if normalised(one) == normalised(other) else 0.0
    left, right = _unmatched(first.words, second.words)
    if not left and not right:
        return _closeness(first, second)
    if _same_when_joined(first, second):
        return 0.9
    if left and right:
        return 0.0
    return 0.85 if _may_be_left_out(left or right, first, second) else 0.0


def _closeness(first: Name, second: Name) -> float:
    whole = ratio(" ".join(sorted(first.words)), " ".join(sorted(second.words))) / 100
    return ALIKE + (1 - ALIKE) * float(whole)


def _unmatched(first: Sequence[str], second: Sequence[str]) -> tuple[list[str], list[str]]:
    """Give the words on each side that have no counterpart on the other."""
    left, right = Counter(first), Counter(second)
    both = left & right
    rest, others = list((left - both).elements()), list((right - both).elements())
    unmatched = []
    for word in sorted(rest, key=len, reverse=True):
        match = next((one for one in others if _same_word(word, one)), None)
        if match is None:
            unmatched.append(word)
        else:
            others.remove(match)
    return unmatched, others


def _same_word(one: str, other: str) -> bool:
    """Tell whether two words that sound otherwise may be one word, written in haste."""
    short, long = sorted((one, other), key=len)
    if len(short) == 1:
        return long.startswith(short)
    if len(short) < _SLIPS_FROM or short[0] != long[0] or _is_feminine_of(short, long):
        return False
    if short.translate(_UNSTRESSED) == long.translate(_UNSTRESSED):
        return True
    slips = OSA.distance(short, long)
    if slips == 1 and len(short) < _EXCHANGE_FROM:
        return len(short) != len(long) or sorted(short) == sorted(long)
    return bool(slips <= (2 if len(short) >= _TWO_SLIPS_FROM else 1))


def _is_feminine_of(short: str, long: str) -> bool:
    """Tell whether two words are the names of a man and of a woman, as Petrov and Petrova."""
    return len(long) - len(short) <= 1 and long.endswith(_FEMININE) and not short.endswith("a")


def _same_when_joined(first: Name, second: Name) -> bool:
    """Tell whether one writes as one word what the other writes as two."""
    if len(first.words) == len(second.words):
        return False
    one, other = (
        "".join(telling for telling in name.words if telling not in name.generic)
        for name in (first, second)
    )
    return bool(ratio(one, other) >= _JOINED)


def _may_be_left_out(words: Sequence[str], first: Name, second: Name) -> bool:
    """Tell whether people leave such words out: a generic one, or a person's patronymic."""
    generic = first.generic | second.generic
    if all(word in generic for word in words):
        return True
    shared = min(len(first.words), len(second.words))
    return len(words) == 1 and shared == _FULL and words[0].endswith(_PATRONYMIC)
