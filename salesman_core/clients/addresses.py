"""Where a client is: any number of addresses, each with a label in the company's own words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from salesman_core.clients.models import Client, ClientAddress
from salesman_core.db import normalised
from salesman_core.i18n import texts
from salesman_core.records.changes import Planned
from salesman_core.records.listing import one_by_one, pieces
from salesman_hookspecs import Text

_ = texts.lazy

LONGEST_LABEL: Final = 60
LONGEST_ADDRESS: Final = 500
MOST_ADDRESSES: Final = 20
USUAL_LABELS: Final[Mapping[str, Text]] = {
    "legal_address": _("Legal"),
    "postal_address": _("Postal"),
    "delivery_address": _("Delivery"),
}
"""What is offered for a label, by the column of a file that holds such addresses."""

_BETWEEN: Final = re.compile(r"[;|\n]+")
"""What stands between addresses; a comma stands inside of them."""

Address = Mapping[str, str]
"""An address as the JSON API names it: ``label``, which may be empty, and ``text``."""


def address_in_words(address: Address) -> str:
    """Give an address on one line, as people read it."""
    return f"{address['label']}: {address['text']}" if address["label"] else address["text"]


def addresses_in_files(addresses: Iterable[Address]) -> str:
    """Give addresses as one cell of a file, which :func:`addresses_of_row` reads."""
    return one_by_one(
        f"{one['label']}: {one['text']}" if one["label"] or ":" in one["text"] else one["text"]
        for one in addresses
    )


def addresses_of_row(row: Mapping[str, Any]) -> list[dict[str, str]]:
    """Give the addresses that a row of a file tells of, in each of the columns that hold some."""
    found = [_labelled(part) for part in _parts(row.get("addresses", ""))]
    if "address" in row:
        found.append({"label": "", "text": row["address"]})
    for name, label in USUAL_LABELS.items():
        if name in row:
            found.append({"label": str(label), "text": row[name]})
    return found


def _parts(cell: str) -> Iterator[str]:
    for piece in pieces(cell):
        parts = [piece.text] if piece.quoted else _BETWEEN.split(piece.text)
        yield from (part.strip(" ,") for part in parts if part.strip(" ,"))


def _labelled(part: str) -> dict[str, str]:
    label, colon, text = part.partition(":")
    if not colon or len(label) > LONGEST_LABEL or not text.strip():
        return {"label": "", "text": part}
    return {"label": label.strip(), "text": text.strip()}


def addresses_of(client: Client) -> list[dict[str, str]]:
    """Give what a loaded client has."""
    return [{"label": one.label, "text": one.text} for one in client.addresses]


def joined_addresses(several: Iterable[Sequence[Address]]) -> list[Address]:
    """Give the addresses of several clients without those that an earlier one has already."""
    joined: dict[str, Address] = {}
    for one in (address for addresses in several for address in addresses):
        joined.setdefault(normalised(one["text"]), one)
    return list(joined.values())


def grown_addresses(held: Sequence[Address], told: Sequence[Address]) -> list[Address]:
    """Give what a client has after a file told of some: nothing is taken away.

    An address takes the place of one with the same label that the file does not name; else it
    comes last.
    """
    known = {normalised(one["text"]) for one in told}
    grown = list(held)
    free = [place for place, one in enumerate(held) if normalised(one["text"]) not in known]
    there = {normalised(one["text"]) for one in held}
    for one in told:
        if normalised(one["text"]) in there:
            continue
        there.add(normalised(one["text"]))
        place = next((each for each in free if held[each]["label"] == one["label"]), None)
        if place is None:
            grown.append(one)
        else:
            grown[place] = one
            free.remove(place)
    return grown


def plan_addresses(client: Client, wanted: Sequence[Address]) -> Iterator[Planned]:
    """Plan to give a client these addresses and no others."""
    after = [
        {"label": " ".join(one["label"].split()), "text": one["text"].strip()}
        for one in wanted
        if one["text"].strip()
    ]
    before = addresses_of(client)
    if before != after:
        yield Planned("addresses", before, after, lambda: _set(client, after))


def _set(client: Client, wanted: Sequence[Address]) -> None:
    client.addresses = [
        ClientAddress(
            label=one["label"], text=one["text"], search_text=one["text"], position=position
        )
        for position, one in enumerate(wanted)
    ]
