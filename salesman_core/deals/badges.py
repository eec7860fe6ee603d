"""What plugins say of deals at the foot of their cards on the board."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from salesman_core.plugins.host import current_host
from salesman_core.web.assets import icon
from salesman_core.web.foreign import followable, foreign_text
from salesman_hookspecs import BoardBadge
from salesman_hookspecs.web import salesman_board_badges

MOST: Final = 3
"""So many badges of a plugin stand on a card; a card is to be read at a glance."""

LONGEST: Final = 120
"""Characters of a badge that are shown."""

TONES: Final = {
    "plain": "text-secondary",
    "good": "judged-good",
    "behind": "judged-behind",
    "late": "judged-late",
}


@dataclass(frozen=True, slots=True)
class DrawnBadge:
    """A badge as the board draws it, judged: nothing of it can break the page any more."""

    text: str
    icon: Markup
    colour: str
    url: str | None


def badges_of(deal_ids: Sequence[int]) -> Mapping[int, Sequence[DrawnBadge]]:
    """Give the badges of some deals: each plugin is asked once, and they stand in that order.

    A plugin that fails is passed over, and so is what it says of other deals.
    """
    found: dict[int, list[DrawnBadge]] = defaultdict(list)
    if not deal_ids:
        return found
    host, place = current_host(), salesman_board_badges.__name__
    for given in host.call(salesman_board_badges, deal_ids=deal_ids):
        drawn = host.guarded(given.owner, place, lambda one=given: _drawn(one.value, deal_ids))  # type: ignore[misc]
        for deal_id, badges in (drawn or {}).items():
            found[deal_id] += badges
    return found


def _drawn(given: Iterable[BoardBadge], asked: Sequence[int]) -> dict[int, list[DrawnBadge]]:
    drawn: dict[int, list[DrawnBadge]] = defaultdict(list)
    known = set(asked)
    for one in given:
        if one.deal_id in known and len(drawn[one.deal_id]) < MOST:
            drawn[one.deal_id].append(_draw(one))
    return drawn


def _draw(badge: BoardBadge) -> DrawnBadge:
    return DrawnBadge(
        text=foreign_text(badge.text)[:LONGEST],
        icon=icon(badge.icon, size=16) if badge.icon else Markup(),
        colour=TONES[badge.tone],
        url=None if badge.url is None else followable(badge.url),
    )
