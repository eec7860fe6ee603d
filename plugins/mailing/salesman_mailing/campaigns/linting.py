"""What is wrong with a letter before anybody gets it."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from markdown_it import MarkdownIt

from salesman_mailing.campaigns.drawing import (
    LONGEST_PREHEADER,
    LONGEST_SUBJECT,
    LONGEST_TEXT,
    MARK,
    Wording,
    is_link,
    marked,
)
from salesman_mailing.campaigns.places import (
    UNSUBSCRIBE,
    VARIABLES,
    Place,
    broken_lines,
    places,
)
from salesman_mailing.texts import texts

_ = texts.lazy

_SHOWN_OF_SUBJECT: Final = 60
"""Signs of a subject that most lists of mail programs show."""
_DEAD: Final = frozenset({"example", "localhost", "test", "invalid"})
_FIELDS: Final = ("subject", "preheader", "text")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong.

    :param field: ``subject``, ``preheader`` or ``text``.
    :param line: of the text, from 1; 0 where it is about all of it.
    :param stops: whether the letter cannot go out like that.
    """

    code: str
    field: str
    line: int
    words: str
    stops: bool = True


def findings(wording: Wording) -> Sequence[Finding]:
    """Give what is wrong with a letter, the worst first."""
    found = [*_emptiness(wording), *_places(wording), *_links(wording.text)]
    return sorted(found, key=lambda one: (not one.stops, _FIELDS.index(one.field), one.line))


def _emptiness(wording: Wording) -> Iterator[Finding]:
    if not wording.subject.strip():
        yield Finding("no_subject", "subject", 0, str(_("The letter has no subject.")))
    elif len(wording.subject) > _SHOWN_OF_SUBJECT:
        most = _SHOWN_OF_SUBJECT
        words = _("Most mail programs show %(most)s signs of a subject.", most=most)
        yield Finding("long_subject", "subject", 0, str(words), stops=False)
    if not wording.text.strip():
        yield Finding("no_text", "text", 0, str(_("The letter says nothing.")))
    longest = zip(_FIELDS, (LONGEST_SUBJECT, LONGEST_PREHEADER, LONGEST_TEXT), strict=True)
    for field, most in longest:
        if len(getattr(wording, field)) > most:
            words = _("At most %(most)s characters.", most=most)
            yield Finding("too_long", field, 0, str(words))
    if all(one.name != UNSUBSCRIBE for one in places(wording.text)):
        words = _("Nobody can unsubscribe: put [Unsubscribe]({{ unsubscribe }}) at the foot.")
        yield Finding("no_unsubscribe", "text", 0, str(words))


def _places(wording: Wording) -> Iterator[Finding]:
    for field in _FIELDS:
        text = getattr(wording, field)
        for line in broken_lines(text):
            words = _("Braces that make no place: write {{ name }}.")
            yield Finding("broken_place", field, line, str(words))
        for place in places(text):
            yield from _of_place(field, place.name, place.said, place.line, place.fallback)


def _of_place(
    field: str, name: str, said: str, line: int, fallback: str | None
) -> Iterator[Finding]:
    variable = VARIABLES.get(name)
    if not name:
        words = _(
            '%(said)s is not written as places are: {{ name }} or {{ name | or("colleague") }}.',
            said=said,
        )
        yield Finding("broken_place", field, line, str(words))
    elif variable is None:
        near = difflib.get_close_matches(name, VARIABLES, 1)
        words = (
            _("There is no %(name)s. Did you mean %(near)s?", name=name, near=near[0])
            if near
            else _("There is no %(name)s.", name=name)
        )
        yield Finding("unknown", field, line, str(words))
    elif not variable.always and not (fallback or "").strip():
        words = _(
            'Say what stands there where nothing is known: {{ %(name)s | or("…") }}.', name=name
        )
        yield Finding("no_fallback", field, line, str(words), stops=False)


_PARSER: Final = MarkdownIt("commonmark", {"html": False}).disable(["code", "fence"])


def _links(text: str) -> Iterator[Finding]:
    """Look at the links and pictures of a text, block by block."""
    said, found = marked(text)
    for block in _PARSER.parse(said):
        line = block.map[0] + 1 if block.map else 0
        for one in block.children or []:
            if one.type == "link_open":
                yield from _of_link(str(one.attrGet("href") or ""), line, found)
            elif one.type == "image":
                yield from _of_picture(str(one.attrGet("src") or ""), one.content, line)


def _of_link(target: str, line: int, found: Sequence[Place]) -> Iterator[Finding]:
    place = MARK.fullmatch(target)
    if is_link(found[int(place[2])]) if place else _leads_somewhere(target):
        return
    target = MARK.sub(lambda mark: found[int(mark[2])].said, target)
    words = _("This link leads nowhere: %(target)s.", target=target[:100] or "—")
    yield Finding("dead_link", "text", line, str(words))


def _of_picture(source: str, words: str, line: int) -> Iterator[Finding]:
    if not (source.startswith("https://") and _leads_somewhere(source)):
        said = _("A picture needs an address that begins with https://: %(it)s.", it=source[:100])
        yield Finding("dead_picture", "text", line, str(said))
    if not words.strip():
        said = _("Say in words what the picture shows: many people see none.")
        yield Finding("no_words", "text", line, str(said), stops=False)


def _leads_somewhere(target: str) -> bool:
    """Tell whether a link has the form of one that leads to somebody."""
    try:
        parts = urlsplit(target)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    if parts.scheme in {"mailto", "tel"}:
        return bool(parts.path) and (parts.scheme == "tel" or "@" in parts.path)
    labels = host.split(".")
    whole = len(labels) > 1 and all(labels) and labels[-1] not in _DEAD and port != 0
    return parts.scheme in {"http", "https"} and whole and not MARK.search(host)
