"""The search box: asks every kind of record that can be found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from salesman_core.access.person import current_person
from salesman_core.access.routes import signed_in
from salesman_core.plugins.dispatch import Contribution
from salesman_core.plugins.host import current_host
from salesman_core.web.addresses import go_to
from salesman_core.web.assets import icon
from salesman_core.web.foreign import followable, foreign_text
from salesman_core.web.layouts import other_layout
from salesman_core.web.templating import render
from salesman_core.web.toasts import is_htmx
from salesman_hookspecs import Person, SearchHit, SearchSource
from salesman_hookspecs.data import salesman_search_sources

_IN_BOX: Final = 5
_ON_PAGE: Final = 50
_LONGEST: Final = 200
_VERY_RECORD: Final = 0.9
"""A hit with such a score is what was meant: its number, its phone, its whole name."""

blueprint = Blueprint("search", __name__)


@dataclass(frozen=True, slots=True)
class Found:
    """The hits of one source, the best first.

    :param more: whether the source may have further ones.
    """

    title: str
    icon: Markup
    hits: tuple[SearchHit, ...]
    more: bool

    @property
    def best(self) -> float:
        """The score of its best hit, from 0 to 1."""
        return max(hit.score for hit in self.hits)


@dataclass(frozen=True, slots=True)
class Findings:
    """What a search came to: groups of hits, the best first.

    :param groups: what has all that was typed.
    :param near: what is nearly called so, asked for where little was found.
    :param words: what was looked for: what was typed, or the same keys in the other layout.
    """

    groups: Sequence[Found]
    near: Sequence[Found]
    words: str

    @property
    def only_hit(self) -> SearchHit | None:
        """The one record that was found, where there is no other."""
        every = [hit for group in self.groups for hit in group.hits]
        return every[0] if len(every) == 1 else None


@blueprint.get("/search")
@signed_in
def index() -> ResponseReturnValue:
    """Show what was found: as a list under the box for htmx, else as a page.

    Enter after typing a number or an address that only one record has leads straight to it.
    """
    typed = request.args.get("q", "").strip()[:_LONGEST]
    if is_htmx():
        return render("core/search/box.html", typed=typed, found=search(typed, _IN_BOX))
    found = search(typed, _ON_PAGE)
    if found.only_hit is not None:
        return go_to(found.only_hit.url)
    return render("core/search/page.html", typed=typed, found=found)


def search(typed: str, limit: int) -> Findings:
    """Ask each source for what was typed; where nothing is found, as in the other layout.

    Where little is found, they are asked for near names as well. Each source is called four times
    at most.

    :param limit: so many hits of each source at most.
    """
    if not typed:
        return Findings([], [], typed)
    other = other_layout(typed)
    groups, words = _ask_all(_found, typed, limit), typed
    if not groups and other and (groups := _ask_all(_found, other, limit)):
        words = other
    if _are_enough(groups):
        return Findings(groups, [], words)
    readings = [words] if groups or not other else [typed, other]
    return Findings(groups, _near(readings, groups, limit), words)


def _are_enough(groups: Sequence[Found]) -> bool:
    """Tell whether nobody needs to guess: the very record was found, or as many as are shown."""
    hits = [hit for group in groups for hit in group.hits]
    return len(hits) >= _IN_BOX or any(hit.score >= _VERY_RECORD for hit in hits)


def _near(readings: Sequence[str], groups: Sequence[Found], limit: int) -> list[Found]:
    """Give what is nearly called so and was not found anyway."""
    shown = {hit.url for group in groups for hit in group.hits}
    asked = [group for words in readings for group in _ask_all(_found_near, words, limit)]
    fresh = []
    for group in sorted(asked, key=lambda group: -group.best):
        hits = tuple(hit for hit in group.hits if hit.url not in shown)
        shown |= {hit.url for hit in hits}
        if hits:
            fresh.append(replace(group, hits=hits))
    return fresh


Ask = Callable[[SearchSource, str, Person, int], Sequence[SearchHit]]


def _found(source: SearchSource, words: str, person: Person, limit: int) -> Sequence[SearchHit]:
    return source.find(words, person, limit)


def _found_near(
    source: SearchSource, words: str, person: Person, limit: int
) -> Sequence[SearchHit]:
    return [] if source.near is None else source.near(words, person, limit)


def _ask_all(ask: Ask, words: str, limit: int) -> list[Found]:
    """Give what each source found, the best group first."""
    person = current_person()
    asked = [
        _asked(one, ask, words, limit)
        for one in current_host().contributions(salesman_search_sources)
        if person.may(one.value.permission)
    ]
    groups = [group for group in asked if group is not None]
    return sorted(groups, key=lambda group: -group.best)


def _asked(one: Contribution[SearchSource], ask: Ask, words: str, limit: int) -> Found | None:
    source, person = one.value, current_person()

    def answer() -> Found | None:
        given = list(ask(source, words, person, limit))[:limit]
        hits = sorted((_judged(hit) for hit in given), key=lambda hit: -hit.score)
        if not hits:
            return None
        title = foreign_text(source.title)
        return Found(title, icon(source.icon), tuple(hits), len(hits) == limit)

    return current_host().guarded(one.owner, f"salesman_search_sources/{source.id}", answer)


def _judged(hit: object) -> SearchHit:
    """Make a hit fit to be drawn; whatever is wrong with it is its source's failure."""
    if not isinstance(hit, SearchHit):
        message = f"gave {type(hit).__name__}, not a SearchHit"
        raise TypeError(message)
    if not 0 <= hit.score <= 1:
        message = f"gave a hit of the score {hit.score}, not from 0 to 1"
        raise ValueError(message)
    title, detail = foreign_text(hit.title), foreign_text(hit.detail)
    return SearchHit(title, followable(hit.url), detail, hit.score)
