"""Where figures come from: the sources that this and other plugins give by the same hook."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

import sqlalchemy as sa
import structlog

from salesman_core.toolkit import InvalidError, contributions, normalised
from salesman_hookspecs import Text
from salesman_plans.hookspecs import salesman_plans_sources
from salesman_plans.models import EVERYTHING, METRICS
from salesman_plans.texts import texts

_ = texts.lazy

log = structlog.get_logger(__name__)

_USUAL_ORDER: Final = 100
DEAL: Final = "deal"
LONGEST_ITEM: Final = 60


@dataclass(frozen=True, slots=True, eq=False)
class Items:
    """What plans of units may be about beside everything, as categories and products.

    An item has a key, as ``category:5``: plans keep it and ask nothing of it.

    :param find: gives the keys and titles of what fits a text, the usual choice for an empty one;
        nothing that whoever acts may not see.
    :param titles: gives the titles of some keys, of whatever else names nothing.
    :param entries: gives a ``Select`` as the source's, of one item.
    """

    find: Callable[[str], Sequence[tuple[str, Text]]]
    titles: Callable[[Sequence[str]], Mapping[str, Text]]
    entries: Callable[[str], sa.Select[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A source of figures, as a plugin's mapping says it.

    :param basis: the accounting basis whose figures it gives, as ``issued``. Several sources may
        give figures of one basis: the first that gives a metric counts.
    :param metrics: which ones: ``turnover``, ``margin``, ``units``, ``deals``.
    :param kind: of the records that it counts, as ``deal``.
    :param permission: what one must hold to see them; how far it reaches says whose figures one
        may ask for.
    :param entries: gives a ``Select`` of what counts, as far as whoever acts may see it
        (``toolkit.visible``), with the columns ``day`` (of the company), ``owner_id``,
        ``record_id``, and one for each metric: money of the type ``toolkit.Money``, units of the
        type ``toolkit.Thousandths``, deals a whole number. Money in another currency than the
        company's has its ``rate`` (``toolkit.Rate``) and is null in the company's; ``lacking``
        tells entries whose worth nobody knows. Both columns may be left out. Entries of another
        kind than deals may have a ``deal_id``, of the deal to which they belong or null: by it
        bases of deals and theirs are compared.
    :param address: gives the address of the list that shows exactly the entries of some days:
        gets ``from``, ``to``, and where it is about somebody ``owner_id`` or ``team_id``, as texts;
        ``item`` where it is about one. An empty one where there is no such list.
    :param title: what people call the basis; whoever only adds a metric leaves it out.
    :param method: how it is counted, in a sentence or two.
    :param order: bases stand in this order.
    :param items: what its units can be told of one by one, where they can.
    """

    basis: str
    metrics: tuple[str, ...]
    kind: str
    permission: str
    entries: Callable[[], sa.Select[Any]]
    address: Callable[[Mapping[str, str]], str]
    title: Text | None = None
    method: Text = ""
    order: int = _USUAL_ORDER
    items: Items | None = None

    @classmethod
    def told(cls, values: Mapping[str, Any]) -> Source:
        """Give the source that a mapping describes.

        :raises ValueError: where it says something else than a source.
        """
        known = {one.name for one in fields(cls)}
        if unknown := sorted(set(values) - known):
            message = f"a source has no {', '.join(unknown)}"
            raise ValueError(message)
        if wrong := sorted(set(values.get("metrics", ())) - set(METRICS)):
            message = f"there is no metric {', '.join(wrong)}"
            raise ValueError(message)
        given = {**values, "metrics": tuple(values.get("metrics", ()))}
        if given.get("items") is not None:
            given["items"] = Items(**given["items"])
        return cls(**given)

    def column_of(self, kind: str) -> str:
        """Give the column of its entries that refers to records of a kind; empty if none does."""
        if kind == self.kind:
            return "record_id"
        named = kind == DEAL and "deal_id" in self.entries().selected_columns
        return "deal_id" if named else ""

    def counted(self, item: str = EVERYTHING) -> sa.Select[Any]:
        """Give the query of what counts: of everything, or of one item."""
        return (
            self.entries() if item == EVERYTHING or self.items is None else self.items.entries(item)
        )


@dataclass(frozen=True, slots=True)
class AccountingBasis:
    """By what a company may count, with the sources that give its figures.

    :param id: as ``won``.
    :param title: what people call it.
    :param method: how it is counted.
    """

    id: str
    title: Text
    method: Text
    sources: tuple[Source, ...]

    @property
    def metrics(self) -> tuple[str, ...]:
        """What some source gives of it, in the usual order."""
        given = {metric for source in self.sources for metric in source.metrics}
        return tuple(one for one in METRICS if one in given)

    @property
    def permissions(self) -> frozenset[str]:
        """What one must hold to see all of its figures."""
        return frozenset(source.permission for source in self.sources)

    def counts(self, metric: str, item: str = EVERYTHING) -> bool:
        """Tell whether some source gives a metric of it, of everything or of one item."""
        return any(
            metric in source.metrics and (item == EVERYTHING or source.items is not None)
            for source in self.sources
        )

    def source_of(self, metric: str, item: str = EVERYTHING) -> Source:
        """Give the source of a metric, of everything or of one item.

        :raises InvalidError: where none gives it, in words.
        """
        for source in self.sources:
            if metric in source.metrics and (item == EVERYTHING or source.items is not None):
                return source
        message = _(
            "Nothing here counts this on the basis “%(basis)s”: that takes a plugin which knows"
            " it, as the catalogue of goods knows units.",
            basis=self.title,
        )
        raise InvalidError(message, {"metric": message})


def bases() -> dict[str, AccountingBasis]:
    """Give the bases of which there are figures now, by id and in their order."""
    found: dict[str, list[Source]] = {}
    for source in sorted(_sources(), key=lambda one: one.order):
        found.setdefault(source.basis, []).append(source)
    return {id_: _basis(id_, sources) for id_, sources in found.items()}


def _basis(id_: str, sources: Sequence[Source]) -> AccountingBasis:
    titled = next((one for one in sources if one.title is not None), sources[0])
    return AccountingBasis(
        id_, id_ if titled.title is None else titled.title, titled.method, tuple(sources)
    )


def basis_named(id_: str) -> AccountingBasis:
    """Give a basis.

    :raises InvalidError: where there is none of this name, with those that there are.
    """
    known = bases()
    if id_ not in known:
        message = _("There is no basis “%(id)s”, only: %(known)s.", id=id_, known=", ".join(known))
        raise InvalidError(message, {"basis": message})
    return known[id_]


def _items() -> list[Items]:
    """Give what the sources can tell units of, each once, however many sources share it."""
    found: dict[Any, Items] = {}
    for source in _sources():
        if source.items is not None:
            found.setdefault(source.items.find, source.items)
    return list(found.values())


def found_items(typed: str) -> dict[str, Text]:
    """Give the titles of the items that fit a text, by key; the usual choice for an empty one."""
    return {key: title for one in _items() for key, title in one.find(typed)}


def item_titles(keys: Iterable[str]) -> dict[str, Text]:
    """Give the titles of items, by key; what is not there, or may not be seen, is left out."""
    wanted = sorted({one for one in keys if one != EVERYTHING})
    if not wanted:
        return {}
    return {key: title for one in _items() for key, title in one.titles(wanted).items()}


def item_named(text: str) -> str:
    """Give the key of an item by its title or its key.

    :raises InvalidError: where nothing is called so, or several things are.
    """
    found = {**found_items(text), **found_items(""), **item_titles([text])}
    named = [key for key, title in found.items() if normalised(str(title)) == normalised(text)] or [
        key for key in found if key == text
    ]
    if len(named) == 1:
        return named[0]
    message = _("“%(name)s” is the title of several: give one of %(keys)s.", name=text,
                keys=", ".join(named[:10]))  # fmt: skip
    if not named:
        message = _("No category or product of the catalogue is called “%(name)s”.", name=text)
    raise InvalidError(message, {"item": message})


def _sources() -> list[Source]:
    """Give the sources of all plugins; what is none is logged, and stops no other."""
    found = []
    for one in contributions(salesman_plans_sources):
        try:
            found.append(Source.told(one.value))
        except (TypeError, ValueError) as error:
            log.warning("mistaken_source", plugin=one.owner, complaint=str(error))
    return found
