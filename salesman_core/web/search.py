"""The search box: asks every kind of record that can be found."""

from __future__ import annotations

from dataclasses import dataclass
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
from salesman_core.web.templating import render
from salesman_core.web.toasts import is_htmx
from salesman_hookspecs import SearchHit, SearchSource
from salesman_hookspecs.data import salesman_search_sources

_IN_BOX: Final = 5
_ON_PAGE: Final = 50
_LONGEST: Final = 200

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


@blueprint.get("/search")
@signed_in
def index() -> ResponseReturnValue:
    """Show what was found: as a list under the box for htmx, else as a page.

    Enter after typing a number or an address that only one record has leads straight to it.
    """
    words = request.args.get("q", "").strip()[:_LONGEST]
    if is_htmx():
        return render("core/search/box.html", words=words, groups=found(words, _IN_BOX))
    groups = found(words, _ON_PAGE)
    if len(groups) == 1 and len(groups[0].hits) == 1:
        return go_to(groups[0].hits[0].url)
    return render("core/search/page.html", words=words, groups=groups)


def found(words: str, limit: int) -> list[Found]:
    """Give what each source found, the best group first.

    :param limit: so many hits of each source at most.
    """
    if not words:
        return []
    person = current_person()
    asked = [
        _asked(one, words, limit)
        for one in current_host().contributions(salesman_search_sources)
        if person.may(one.value.permission)
    ]
    groups = [group for group in asked if group is not None]
    return sorted(groups, key=lambda group: -group.best)


def _asked(one: Contribution[SearchSource], words: str, limit: int) -> Found | None:
    source, person = one.value, current_person()

    def ask() -> Found | None:
        given = list(source.find(words, person, limit))[:limit]
        hits = sorted((_judged(hit) for hit in given), key=lambda hit: -hit.score)
        if not hits:
            return None
        title = foreign_text(source.title)
        return Found(title, icon(source.icon), tuple(hits), len(hits) == limit)

    return current_host().guarded(one.owner, f"salesman_search_sources/{source.id}", ask)


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
