"""What a letter says of whom it comes from: lines of "key: value", as forms send, or a text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from salesman_leads.mailbox.authors import is_authors, is_programs
from salesman_leads.mailbox.form_lines import LONGEST_LINE, said_in_form
from salesman_leads.mailbox.letters import Received
from salesman_leads.mailbox.quoting import own_words
from salesman_leads.models import UTM
from salesman_leads.pasting import emails_in, phones_in
from salesman_leads.texts import texts

_MOST_WAYS: Final = 5
_MOST_SEARCHED: Final = 20_000
_LONGEST: Final = {
    "text": 20_000,
    "referrer": 1000,
    "page": 1000,
    "source": 100,
    "channel": 100,
    "region": 100,
    "ip": 45,
    **dict.fromkeys(UTM, 200),
}
_LONGEST_OTHER: Final = 300
_LONGEST_WAY: Final = 254

_SEVERAL: Final = frozenset({"phones", "emails", "products"})
_WHO: Final = frozenset({"name", "company", "phones", "emails"})


def lead_in(letter: Received, own_address: str) -> dict[str, Any]:
    """Give what a letter says, as the JSON API names it.

    Where it is a form that was filled in, who it names is the lead, not the program that sent it.
    Else it is whoever wrote, with the phones and addresses that stand in the text.

    :param own_address: of the mailbox, which is nobody's way to be reached.
    """
    lines = _lines(letter)
    said = said_in_form(lines)
    if said.keys().isdisjoint(_WHO):
        said |= _found(letter, lines, own_address)
    else:
        said = _with_author(said, letter, own_address)
    said["text"] = _told(letter)
    return {name: _bounded(name, value) for name, value in said.items() if value}


def _lines(letter: Received) -> Sequence[str]:
    """Give the lines of a letter; what it quotes is somebody else's."""
    own = own_words(letter.text) if letter.answers else letter.text
    return [line for line in own.splitlines() if not line.startswith(">")]


def _with_author(said: dict[str, Any], letter: Received, own_address: str) -> dict[str, Any]:
    """Give what a form says, with whoever sent it where that is a person and no program."""
    if is_authors(letter, str(said.get("name", "")), own_address):
        emails = [*said.get("emails", []), letter.address]
        return {"name": letter.name, **said, "emails": list(_differing(emails))}
    if not said.get("phones") and not said.get("emails") and letter.address:
        return {**said, "emails": [letter.address]}  # better the site's than none
    return said


def _found(letter: Received, lines: Sequence[str], own_address: str) -> dict[str, Any]:
    """Give whoever wrote, and the ways to reach somebody that stand in a text."""
    text = "\n".join(line[:LONGEST_LINE] for line in lines)[:_MOST_SEARCHED]
    phones = list(_differing(phones_in(text)))
    emails = [one for one in emails_in(text) if one.casefold() != own_address.casefold()]
    if is_programs(letter) and (phones or emails):
        return {"phones": phones, "emails": list(_differing(emails))}
    if letter.address and letter.address.casefold() != own_address.casefold():
        emails.insert(0, letter.address)
    return {"name": letter.name, "emails": list(_differing(emails)), "phones": phones}


def _differing(ways: list[str]) -> Iterator[str]:
    seen: set[str] = set()
    for way in ways:
        if way.casefold() not in seen:
            seen.add(way.casefold())
            yield way


def _told(letter: Received) -> str:
    """Give what they want: the subject, the text, and what came along."""
    parts = [letter.subject, letter.text]
    if letter.attached:
        names = ", ".join(letter.attached)
        parts.append(texts.gettext("Attached to the letter, not kept here: %(names)s", names=names))
    return "\n\n".join(part for part in parts if part)


def _bounded(name: str, value: Any) -> Any:
    if name in _SEVERAL:
        return [one[:_LONGEST_WAY] for one in value[:_MOST_WAYS]]
    return str(value)[: _LONGEST.get(name, _LONGEST_OTHER)]
