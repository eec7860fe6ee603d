"""The story of a record: what all active plugins and the core tell of it, newest first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

from markupsafe import Markup

from salesman_core.access.person import current_person
from salesman_core.access.records import record_type
from salesman_core.errors import InvalidError
from salesman_core.i18n import CORE, texts
from salesman_core.plugins.dispatch import Contribution
from salesman_core.plugins.faults import Fault
from salesman_core.plugins.host import current_host
from salesman_core.records.attached import demand_record
from salesman_core.web.assets import icon
from salesman_core.web.foreign import fit_html, followable, title_of
from salesman_hookspecs import TimelineEntry, TimelineQuery, TimelineSource
from salesman_hookspecs.data import salesman_timeline_sources

_ = texts.lazy

PAGE: Final = 20
MOST_AT_ONCE: Final = 2_000
"""A source is asked for at most so many entries, however many have the same moment."""

_END_OF_TIME: Final = datetime.max.replace(tzinfo=UTC)

Order = tuple[timedelta, str, int]
"""Where an entry stands: the newest first, then by source, then the highest id first."""


@dataclass(frozen=True, slots=True)
class Told:
    """An entry, ready to be drawn.

    :param source: the key of its source, as ``core.notes``.
    """

    source: str
    at: datetime
    text: Markup
    icon: Markup
    actor: str
    url: str | None
    id: int

    @property
    def order(self) -> Order:
        """Where it stands among all entries."""
        return (_END_OF_TIME - self.at, self.source, -self.id)


@dataclass(frozen=True, slots=True)
class Place:
    """Behind which entry a page begins."""

    at: datetime
    source: str
    id: int

    def __str__(self) -> str:
        """Give the place as an address holds it."""
        return f"{self.at.isoformat()}~{self.source}~{self.id}"

    @property
    def order(self) -> Order:
        """Where it stands among all entries."""
        return (_END_OF_TIME - self.at, self.source, -self.id)

    @classmethod
    def read(cls, text: str) -> Place:
        """Read a place from an address.

        :raises InvalidError: where it is none.
        """
        try:
            at, source, id_ = text.split("~")
            moment = datetime.fromisoformat(at)
            return cls(_in_utc(moment), source, int(id_))
        except ValueError as error:
            message = _("The story cannot be read from there on. Open the page anew.")
            raise InvalidError(message, {"after": message}) from error


@dataclass(frozen=True, slots=True)
class Outage:
    """A source that gave nothing because it failed.

    :param reference: by which an administrator finds the cause; empty where it is not even asked
        any more because it kept failing.
    """

    title: str
    reference: str


@dataclass(frozen=True, slots=True)
class Story:
    """A page of a record's story.

    :param entries: the newest first.
    :param next: where the next page begins, or None.
    """

    entries: tuple[Told, ...]
    outages: tuple[Outage, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A source by the key that the page filters by."""

    key: str
    title: str


def sources(kind: str) -> list[Asked]:
    """Give what the story of a kind of record can be filtered by, the core's first."""
    return [Asked(_key(one), _title(one)) for one in _telling_of(kind)]


def story(
    kind: str, record_id: int, *, source: str = "", after: str = "", limit: int = PAGE
) -> Story:
    """Give a page of the story of a record that the person sees.

    :param source: the key of the only source to ask; empty for all of them.
    :param after: where the page begins, as an earlier one said; empty for the newest.
    :raises MissingError: where the person does not see the record.
    """
    demand_record(kind, record_id)
    place = Place.read(after) if after else None
    entries: list[Told] = []
    outages: list[Outage] = []
    for one in _telling_of(kind):
        if source in {"", _key(one)}:
            found = _from(one, kind, record_id, place, limit)
            if isinstance(found, Outage):
                outages.append(found)
            else:
                entries += found
    entries.sort(key=lambda entry: entry.order)
    shown, rest = entries[:limit], entries[limit:]
    further = str(Place(shown[-1].at, shown[-1].source, shown[-1].id)) if rest else None
    return Story(tuple(shown), tuple(outages) if place is None else (), further)


def _telling_of(kind: str) -> list[Contribution[TimelineSource]]:
    given = current_host().contributions(salesman_timeline_sources)
    found = [one for one in given if _tells_of(one, kind)]
    return sorted(found, key=lambda one: one.owner != CORE)


def _tells_of(one: Contribution[TimelineSource], kind: str) -> bool:
    source = one.value
    if source.kinds:
        return kind in source.kinds
    if source.fits is None:
        return True
    place = f"salesman_timeline_sources/{source.id}/fits"
    judged = partial(source.fits, record_type(kind))
    return bool(current_host().dispatcher.guarded(one.owner, place, judged))


def _title(one: Contribution[TimelineSource]) -> str:
    place = f"salesman_timeline_sources/{one.value.id}"
    return title_of(one.owner, place, one.value.title, _key(one))


def _key(one: Contribution[TimelineSource]) -> str:
    return f"{one.owner}.{one.value.id}"


def _from(
    one: Contribution[TimelineSource],
    kind: str,
    record_id: int,
    place: Place | None,
    limit: int,
) -> Sequence[Told] | Outage:
    """Ask one source for one entry more than a page has; its failure concerns nobody else."""
    person, before = current_person(), place.at if place else None

    def ask(most: int) -> Sequence[TimelineEntry]:
        query = TimelineQuery(kind, record_id, person, before, most)
        return one.value.entries(query)[:most]

    def told() -> Sequence[Told]:
        return _fresh(ask, lambda entry: _judged(_key(one), entry), place, limit + 1)

    def failed(fault: Fault) -> Outage:
        return Outage(_title(one), fault.reference)

    guarded: Callable[..., Sequence[Told] | Outage | None] = current_host().dispatcher.guarded
    found = guarded(one.owner, f"salesman_timeline_sources/{one.value.id}", told, failed=failed)
    return Outage(_title(one), "") if found is None else found


def _fresh(
    ask: Callable[[int], Sequence[TimelineEntry]],
    judge: Callable[[Any], Told],
    place: Place | None,
    wanted: int,
) -> Sequence[Told]:
    """Give the entries behind *place*.

    Those of the moment at which the page before ended come once more; where they alone fill what
    was asked for, as after an import, more is asked for.
    """
    size = wanted
    while True:
        given = ask(size)
        told = [judge(entry) for entry in given]
        behind = [one for one in told if place is None or one.order > place.order]
        if len(behind) >= wanted or len(given) < size or size >= MOST_AT_ONCE:
            return behind[:wanted]
        size = min(2 * size, MOST_AT_ONCE)


def _judged(source: str, entry: object) -> Told:
    """Make an entry fit to be drawn; whatever is wrong with it is its source's failure."""
    if not isinstance(entry, TimelineEntry):
        message = f"gave {type(entry).__name__}, not a TimelineEntry"
        raise TypeError(message)
    return Told(
        source=source,
        at=_in_utc(entry.at),
        text=fit_html(entry.text) or Markup(),
        icon=icon(entry.icon),
        actor=str(entry.actor),
        url=None if entry.url is None else followable(entry.url),
        id=int(entry.id),
    )


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        message = f"{moment!r} has no time zone"
        raise ValueError(message)
    return moment.astimezone(UTC)


def newest(entries: Iterable[TimelineEntry], limit: int) -> list[TimelineEntry]:
    """Give the newest of some entries, for sources that put them together from several tables."""
    return sorted(entries, key=lambda entry: (entry.at, entry.id), reverse=True)[:limit]
