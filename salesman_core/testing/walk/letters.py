"""The letters that were written, and what each of their readers may know."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from salesman_core.access.models import User
from salesman_core.db import reading
from salesman_core.services.models import KeptLetter
from salesman_core.testing.walk.canaries import COMMON
from salesman_core.testing.walk.world import World


@dataclass(frozen=True)
class Letter:
    """A letter that was put in the post, with all that goes out of it.

    :param reader: the role of whoever it goes to, or ``a stranger to the house``.
    :param allowed: the words that its reader may know.
    """

    subject: str
    content: bytes
    reader: str
    allowed: frozenset[str]


class Post:
    """The log of outgoing mail, from which every letter is made that leaves the house."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._walkers = {one.id: one for one in world.walkers if one.id is not None}
        self._read_to = 0

    def open(self, *, lasting: bool = False) -> Iterator[Letter]:
        """Give the letters since the last lasting look; not those of people who do not walk."""
        letters = reading().execute(
            sa.select(KeptLetter, User.id)
            .outerjoin(User, User.email == KeptLetter.to)
            .where(KeptLetter.id > self._read_to, KeptLetter.message_id.not_like(f"{COMMON}%"))
            .order_by(KeptLetter.id)
            .execution_options(populate_existing=True)
        )
        for letter, user_id in letters:
            self._read_to = letter.id if lasting else self._read_to
            whole = f"{letter.subject}\n{letter.text}\n{letter.reply_to}\n{letter.sealed}"
            if (reader := self._reader(letter.to, user_id)) is not None:
                yield Letter(letter.subject, whole.encode(), *reader)

    def _reader(self, address: str, user_id: int | None) -> tuple[str, frozenset[str]] | None:
        if user_id is None:
            return "a stranger to the house", self._of_outsider(address)
        walker = self._walkers.get(user_id)
        return None if walker is None else (walker.role, self._world.allowed[walker])

    def _of_outsider(self, address: str) -> frozenset[str]:
        """Give what somebody outside may know: what stands in their own set of records."""
        by_text = self._world.canaries.by_text
        own = {by_text[key].through[0].set for key in self._world.canaries.in_(address.encode())}
        return frozenset(key for key, one in by_text.items() if one.through[0].set in own)
