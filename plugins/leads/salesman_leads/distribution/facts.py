"""What rules ask of a lead, and whether it fulfils their conditions. It knows no database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

from salesman_core.toolkit import company, normalised, reach
from salesman_leads.distribution.models import ANY, WORKING
from salesman_leads.known import as_client, told_of
from salesman_leads.models import Lead


class Conditions(Protocol):
    """What a rule asks for: whatever is empty lets every lead through."""

    sources: Any
    products: Any
    regions: Any
    languages: Any
    hours: Any


class Way(Protocol):
    """A phone or email."""

    @property
    def normalised(self) -> str | None:
        """What it means, None where it does not validate."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a lead says of itself, in the form in which it is compared.

    :param keys: its phones and emails, as far as they validate.
    :param client: the fields of the client that they would be.
    """

    source: str = ""
    region: str = ""
    language: str = ""
    products: Sequence[str] = ()
    keys: Sequence[str] = ()
    client: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, lead: Lead) -> Self:
        """Read a lead."""
        return cls(
            source=normalised(lead.source),
            region=normalised(lead.region),
            language=normalised(lead.language),
            products=tuple(normalised(one.name) for one in lead.products),
            keys=_keys([*lead.phones], [*lead.emails]),
            client=as_client(told_of(lead)),
        )

    @classmethod
    def said(cls, values: Mapping[str, Any]) -> Self:
        """Read what is said of a lead that is not there, as the JSON API names it."""
        region = company().region
        phones = [reach.phone(one, region) for one in values.get("phones", ())]
        emails = [reach.email(one) for one in values.get("emails", ())]
        return cls(
            source=normalised(values.get("source", "")),
            region=normalised(values.get("region", "")),
            language=normalised(values.get("language", "")),
            products=tuple(map(normalised, values.get("products", ()))),
            keys=_keys(phones, emails),
            client=as_client(values),
        )

    def fulfil(self, rule: Conditions, *, working: bool) -> bool:
        """Tell whether a rule holds for the lead.

        A product is meant where its name contains what the rule says, because people write
        “boiler” and “boiler KX-300”; a language by its whole parts: ``pt`` means ``pt-BR`` too, and
        ``p`` means neither.

        :param working: whether it is working time.
        """
        in_time = rule.hours == ANY or working == (rule.hours == WORKING)
        return (
            in_time
            and _fits(rule.sources, lambda asked: asked == self.source)
            and _fits(rule.regions, lambda asked: asked == self.region)
            and _fits(rule.languages, self._speaks)
            and _fits(rule.products, lambda asked: any(asked in one for one in self.products))
        )

    def _speaks(self, asked: str) -> bool:
        """Tell whether a tag is meant by another one (RFC 4647, section 3.3.1)."""
        parts, wanted = (one.replace("_", "-").split("-") for one in (self.language, asked))
        return parts[: len(wanted)] == wanted


def _keys(*ways: Sequence[Way]) -> Sequence[str]:
    return tuple(way.normalised for some in ways for way in some if way.normalised)


def _fits(asked: Iterable[str], fits: Callable[[str], bool]) -> bool:
    words = [normalised(one) for one in asked]
    return not words or any(map(fits, words))
