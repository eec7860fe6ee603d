"""Words that stand nowhere else, so that wherever one turns up it is known whose it is."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from salesman_core.testing.walk.company_fields import permission_of
from salesman_core.testing.walk.people import Walker

COMMON: Final = "canary"
"""What all of these words begin with: a search for it finds every record that the person reaches,
and an answer that repeats it gives nothing away."""

FIELDS: Final = {
    **{
        (kind, place): "core.client.contact_data"
        for kind in ("client", "contact")
        for place in ("phone", "email", "imported")
    },
    ("deal", "imported"): "core.client.contact_data",
    ("deal", "cost"): "core.deal.margin",
    ("deal", "margin"): "core.deal.margin",
}
"""Fields that take a permission of their own, by the kind of record that they stand in."""

_WORD: Final = re.compile(r"canary\d{5}x", re.IGNORECASE)
_PHONE: Final = re.compile(r"912(?:[^\d<>]{0,2}\d){7}")
"""However it is written: in Russia the country may be 7, 8 or left out."""
AMOUNT: Final = 9_000_000
"""What all deals are for; so what one costs and what is left of it are numbers of their own."""
_COST: Final = 7_700_000
_MONEY: Final = re.compile(r"(?<!\d)(?:7[^\d<>]?7|1[^\d<>]?2)(?:[^\d<>]?\d){5}(?!\d)")
"""However it is written: with spaces, commas or nothing between the thousands."""
_ZIP: Final = b"PK\x03\x04"
_LARGEST_ZIP: Final = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True, eq=False)
class Planted:
    """A record that was planted, and who may have to do with it.

    :param set: whose set it belongs to, for the report.
    :param permission: what one must hold to see it; None for what is its owner's alone.
    :param owner_id: the user whom it belongs to.
    :param participant_ids: users who have a part in it.
    :param by_author: whether only its author and administrators change it, whatever their scopes.
    :param author_id: that author; somebody may have written on a record that belongs to nobody.
    :param for_everything: whether administrators too reach what is its owner's alone.
    :param along: records along with which whoever sees one of them sees this one.
    """

    kind: str
    id: int
    set: str
    permission: str | None
    owner_id: int | None
    participant_ids: frozenset[int] = frozenset()
    by_author: bool = False
    author_id: int | None = None
    for_everything: bool = False
    along: tuple[Planted, ...] = ()

    def within(self, walker: Walker, permission: str | None) -> bool:
        """Tell whether a walker reaches this record with a permission (architecture 5)."""
        mine = walker.id is not None and (
            walker.id == self.owner_id or walker.id in self.participant_ids
        )
        if permission is None:
            return mine or (self.for_everything and walker.everything)
        scope = walker.scope(permission)
        ours = scope == "team" and self.owner_id in walker.team
        beside = permission == self.permission and any(one.seen_by(walker) for one in self.along)
        return scope == "all" or (scope != "none" and (mine or beside)) or ours

    def seen_by(self, walker: Walker) -> bool:
        """Tell whether a walker may see it."""
        return self.within(walker, self.permission)


@dataclass(frozen=True, slots=True)
class Canary:
    """A planted word.

    :param place: the field that it stands in.
    :param through: the records of which any lets one read it: the one that it stands in, and
        those that tell of it, as a deal tells its client's name.
    """

    text: str
    place: str
    through: tuple[Planted, ...]

    def allowed(self, walker: Walker) -> bool:
        """Tell whether a walker may read it."""
        kind = self.through[0].kind
        field = FIELDS.get((kind, self.place)) or permission_of(kind, self.place)
        if field is not None and walker.scope(field) == "none":
            return False
        return any(record.seen_by(walker) for record in self.through)

    def __str__(self) -> str:
        """Name it for the report."""
        record = self.through[0]
        return f"{self.text} ({record.kind}.{self.place} of {record.set})"


@dataclass
class Canaries:
    """All words that were planted."""

    by_text: dict[str, Canary] = field(default_factory=dict)
    _number: int = 0

    def word(self) -> str:
        """Give a new word."""
        self._number += 1
        return f"{COMMON}{self._number:05d}x"

    def phone(self) -> str:
        """Give a new telephone number that validates."""
        self._number += 1
        return f"+7912{self._number:07d}"

    def money(self) -> tuple[str, str]:
        """Give what a deal costs and what is left of it, as digits that stand nowhere else."""
        self._number += 1
        cost = _COST + self._number
        return str(cost), str(AMOUNT - cost)

    def add(self, text: str, place: str, *through: Planted) -> None:
        """Note where a word was planted."""
        self.by_text[_key(text)] = Canary(text, place, through)

    def shared(self, text: str, *further: Planted) -> None:
        """Let further records tell a word."""
        known = self.by_text[_key(text)]
        self.by_text[_key(text)] = Canary(text, known.place, (*known.through, *further))

    def in_(self, content: bytes) -> set[str]:
        """Give the planted words that stand in a content, inside a packed file too."""
        found: set[str] = set()
        for part in _parts(content):
            text = part.decode("utf-8", "replace")
            found |= {word.lower() for word in _WORD.findall(text)}
            found |= {f"7{_key(number)}" for number in _PHONE.findall(text)}
            found |= {_key(number) for number in _MONEY.findall(text)}
        return found & self.by_text.keys()

    def allowed(self, walker: Walker) -> frozenset[str]:
        """Give the words that a walker may read."""
        return frozenset(key for key, one in self.by_text.items() if one.allowed(walker))


def _key(text: str) -> str:
    found = _WORD.search(text)
    return found.group().lower() if found else re.sub(r"\D", "", text)


def _parts(content: bytes) -> Iterable[bytes]:
    if not content.startswith(_ZIP):
        return [content]
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        inside = packed.infolist()
        if sum(one.file_size for one in inside) > _LARGEST_ZIP:
            return [content]
        names = "\n".join(one.filename for one in inside).encode()
        return [names, *(packed.read(one) for one in inside)]
