"""What owns the amount of a deal: lines of a plugin, and then nobody changes it by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from salesman_core.deals.models import Deal
from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.plugins.dispatch import Contribution
from salesman_core.plugins.host import PluginHost, current_host
from salesman_hookspecs import AmountSource, Text
from salesman_hookspecs.data import salesman_amount_source

_ = texts.lazy

OWNED: Final = ("amount", "cost", "currency")
"""What a source owns together: an amount in another currency is another amount."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an amount comes from, as pages tell it.

    :param url: the page on which it is changed, or None where the plugin cannot say.
    """

    title: Text
    url: str | None


def sources() -> Mapping[str, Contribution[AmountSource]]:
    """Give the sources of active plugins by name."""
    return current_host().derived(_by_name)


def _by_name(host: PluginHost) -> Mapping[str, Contribution[AmountSource]]:
    return {one.value.name: one for one in host.contributions(salesman_amount_source)}


class SourceTitles(Mapping[str, Text]):
    """What people read for the names of the sources that there are when somebody reads them."""

    def __getitem__(self, name: str) -> Text:
        """Give the title of a source."""
        return sources()[name].value.title

    def __iter__(self) -> Iterator[str]:
        """Give the names."""
        return iter(sources())

    def __len__(self) -> int:
        """Give how many there are."""
        return len(sources())


def owner_of(row: Any) -> str | None:
    """Give the source that owns the amount of a deal; one whose plugin is away owns nothing."""
    name: str | None = row.amount_source
    return name if name in sources() else None


def origin_of(row: Any) -> Origin | None:
    """Give where the amount of a deal comes from, or None where it is changed by hand."""
    name = owner_of(row)
    if name is None:
        return None
    source = sources()[name]
    url = current_host().guarded(source.owner, name, lambda: source.value.url(row.id))
    return Origin(source.value.title, url)


def by_hand(deal: Deal, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give what a change by hand comes to: where the source is away, the amount is nobody's again.

    :raises InvalidError: by field, where a source owns what is to be changed.
    """
    changed = [name for name in OWNED if name in wanted and wanted[name] != getattr(deal, name)]
    if deal.amount_source is None or not changed:
        return wanted
    owner = owner_of(deal)
    if owner is None:
        return {**wanted, "amount_source": None}
    title = sources()[owner].value.title
    message = _("This comes from “%(source)s”: change it there.", source=title)
    raise InvalidError(message, dict.fromkeys(changed, message))
