"""A letter drawn: Markdown as a responsive letter in HTML, with plain text beside it.

Who writes it needs no HTML. A paragraph that is nothing but a link becomes a button, one that is
nothing but a picture a picture as wide as the letter; what stands below the last ``---`` is its
foot. The layout that mail programs agree on, with what Outlook wants of its own, is made by MJML.

A campaign is drawn once. Its places stay open, and each letter fills them: with values that were
escaped for where they stand, so nothing that a client is called can become part of the layout. Its
links stay open, too, because those of a letter whose reader is followed lead through us.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import takewhile
from typing import Final
from urllib.parse import quote

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import escape
from mjml import mjml2html

from salesman_mailing.campaigns.places import VARIABLES, Place, filled, pieces

LONGEST_SUBJECT: Final = 200
LONGEST_PREHEADER: Final = 200
LONGEST_TEXT: Final = 50_000
LONGEST_TARGET: Final = 2000
"""What is longer stays as it is, whether readers are followed or not."""

_ACCENT: Final = "#066fd1"
_INK, _PALE, _GROUND = "#1f2937", "#6b7280", "#f3f4f6"
_FONT: Final = "-apple-system, 'Segoe UI', Arial, sans-serif"
_HEADINGS: Final = {"h1": 26, "h2": 21, "h3": 18}
_LINK_SCHEMES: Final = re.compile(r"(https?|mailto|tel):", re.IGNORECASE)
_PAGES: Final = re.compile(r"https?://", re.IGNORECASE)
_SAYS_ADDRESS: Final = re.compile(r"\s*(\S*://|www\.)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wording:
    """What a letter says, as it was written.

    :param preheader: what lists of mail programs show beside the subject.
    :param text: Markdown with places.
    """

    subject: str
    preheader: str
    text: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it goes to one person."""

    subject: str
    html: str
    plain: str


@dataclass(frozen=True, slots=True)
class Trail:
    """By what we learn that one person's letter was read.

    :param links: where its links lead first, by where they lead in the end.
    :param picture: the address of one that nobody sees.
    """

    links: Mapping[str, str]
    picture: str


@dataclass(frozen=True, slots=True)
class _Open:
    """A place in what was drawn."""

    place: Place
    in_link: bool = False

    def as_html(self, values: Mapping[str, str], trail: Trail | None) -> str:
        del trail
        value = self.place.value(values)
        if self.in_link and not is_link(self.place):
            value = quote(value, safe="")
        return str(escape(value))

    def as_text(self, values: Mapping[str, str]) -> str:
        value = self.place.value(values)
        return quote(value, safe="") if self.in_link and not is_link(self.place) else value


@dataclass(frozen=True, slots=True)
class _Link:
    """The address of a link that says the same in everybody's letter."""

    target: str

    def as_html(self, values: Mapping[str, str], trail: Trail | None) -> str:
        del values
        return str(escape(trail.links.get(self.target, self.target) if trail else self.target))

    def as_text(self, values: Mapping[str, str]) -> str:
        """Give where it leads in the end: plain text is read, not clicked."""
        del values
        return self.target


_Piece = str | _Open | _Link


class Drawn:
    """The letter of a campaign, drawn once for all who get it."""

    def __init__(self, wording: Wording, language: str) -> None:
        """Draw it.

        :param language: of the letter, for programs that read it aloud.
        """
        self._subject = wording.subject
        text, places = marked(wording.text)
        preheader, more = marked(wording.preheader, len(places))
        self._marked: list[Place | _Link] = [*places, *more]
        tokens = _MARKDOWN.parse(text)
        self._mark_links(tokens)
        blocks = list(_blocks(tokens))
        self._html = list(self._open(_page(blocks, preheader, language)))
        self._plain = list(self._open("\n\n".join(one.plain for one in blocks).strip() + "\n"))

    @property
    def targets(self) -> Sequence[str]:
        """Where the links lead that may be followed: each address once, in the letter's order."""
        found = (one.target for one in self._marked if isinstance(one, _Link))
        return list(dict.fromkeys(found))

    def for_values(self, values: Mapping[str, str], trail: Trail | None = None) -> Letter:
        """Give the letter to one person.

        :param trail: for whoever is followed; else links lead where they say.
        """
        pieces = (one if isinstance(one, str) else one.as_html(values, trail) for one in self._html)
        html = "".join(pieces)
        return Letter(
            " ".join(filled(self._subject, values).split())[:LONGEST_SUBJECT],
            _with_picture(html, trail.picture) if trail else html,
            "".join(one if isinstance(one, str) else one.as_text(values) for one in self._plain),
        )

    def _mark_links(self, tokens: Sequence[Token]) -> None:
        """Put marks in place of addresses that say the same in everybody's letter."""
        for link, words in _links(tokens):
            target = str(link.attrGet("href") or "")
            if _may_be_followed(target, words):
                link.attrSet("href", f"qzplace{len(self._marked)}zq")
                self._marked.append(_Link(target))

    def _open(self, drawn: str) -> Iterator[_Piece]:
        end = 0
        for found in MARK.finditer(drawn):
            yield drawn[end : found.start()]
            one = self._marked[int(found[2])]
            yield one if isinstance(one, _Link) else _Open(one, in_link=bool(found[1]))
            end = found.end()
        yield drawn[end:]


def _links(tokens: Sequence[Token]) -> Iterator[tuple[Token, str]]:
    """Give the links of a letter, each with its words."""
    for inline in tokens:
        children = inline.children or []
        for at, one in enumerate(children):
            if one.type == "link_open":
                inside = takewhile(lambda other: other.type != "link_close", children[at + 1 :])
                yield one, "".join(other.content for other in inside)


def _may_be_followed(target: str, words: str) -> bool:
    """Tell whether a link may lead through us.

    Whose words are an address leads there: another one behind it is what mail programs warn of.
    """
    is_page = _PAGES.match(target) and not MARK.search(target)
    return bool(is_page and len(target) <= LONGEST_TARGET and not _SAYS_ADDRESS.match(words))


def _with_picture(html: str, address: str) -> str:
    head, end, rest = html.rpartition("</body>")
    look = 'width="1" height="1" alt="" style="display: block; border: 0"'
    return f'{head}<img src="{escape(address)}" {look} />{end}{rest}'


# Places are marks while the text is Markdown, MJML and HTML: all of them leave letters and digits.

MARK: Final = re.compile(r"qzplace(link)?(\d{1,6})zq")

_UNWRITABLE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""What XML, which MJML is, has no way to write."""


def marked(text: str, first: int = 0) -> tuple[str, list[Place]]:
    """Put marks in place of places; what looks like a mark is written apart."""
    found: list[Place] = []
    parts: list[str] = []
    for one in pieces(_UNWRITABLE.sub(" ", text)):
        if isinstance(one, str):
            parts.append(MARK.sub(lambda mark: f"{mark[0][:3]} {mark[0][3:]}", one))
        else:
            parts.append(f"qzplace{first + len(found)}zq")
            found.append(one)
    return "".join(parts), found


def is_link(place: Place) -> bool:
    """Tell whether a place is that of an address."""
    variable = VARIABLES.get(place.name)
    return variable is not None and variable.is_link


# Markdown to blocks


@dataclass(frozen=True, slots=True)
class _Block:
    """A part of a letter: its MJML, and its plain text."""

    mjml: str
    plain: str
    is_rule: bool = False


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True, "xhtmlOut": True})
    parser.disable(["html_block", "html_inline", "code", "fence", "reference"])
    parser.enable(["strikethrough"])
    return parser


_MARKDOWN: Final = _parser()
_RENDERER: Final = RendererHTML(_MARKDOWN)


def _blocks(tokens: Sequence[Token]) -> Iterator[_Block]:
    for group in _groups(tokens):
        kind = group[0].type
        if kind == "hr":
            yield _Block('<mj-divider border-width="1px" border-color="#e5e7eb" />', "---", True)  # noqa: FBT003
        elif kind == "heading_open":
            yield _heading(group)
        elif kind == "paragraph_open" and (alone := _alone(group[1])):
            yield alone
        else:
            yield _Block(f"<mj-text>{_html(group)}</mj-text>", _plain(group))


def _groups(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """Give the tokens of each block that stands by itself."""
    group: list[Token] = []
    depth = 0
    for token in tokens:
        group.append(token)
        depth += token.nesting
        if depth == 0:
            yield group
            group = []


def _heading(group: Sequence[Token]) -> _Block:
    tag = group[0].tag if group[0].tag in _HEADINGS else "h3"
    size = _HEADINGS[tag]
    style = f"margin: 0; font-size: {size}px; line-height: 1.25"
    inner = _inline(group[1])
    words = _plain_inline(group[1])
    return _Block(f'<mj-text><{tag} style="{style}">{inner}</{tag}></mj-text>', words)


def _alone(inline: Token) -> _Block | None:
    """Give the button or picture that a paragraph is, if it is nothing else."""
    children = inline.children or []
    if len(children) == 1 and children[0].type == "image":
        source, words = _address(str(children[0].attrGet("src") or "")), children[0].content
        picture = (
            f'<mj-image src="{escape(source)}" alt="{escape(words)}" fluid-on-mobile="true" />'
        )
        return _Block(picture, words)
    if _is_one_link(children):
        target = _address(str(children[0].attrGet("href") or ""))
        words = "".join(one.content for one in children[1:-1])
        if target and words:
            button = f'<mj-button href="{escape(target)}">{escape(words)}</mj-button>'
            return _Block(button, f"{words}:\n{target}")
    return None


def _is_one_link(children: Sequence[Token]) -> bool:
    if not children or children[0].type != "link_open" or children[-1].type != "link_close":
        return False
    return all(one.type == "text" for one in children[1:-1])


def _address(said: str) -> str:
    """Give the address of a link or picture: a whole one, or a place for one; else nothing."""
    marked = MARK.sub(lambda mark: f"qzplacelink{mark[2]}zq", said)
    return marked if _LINK_SCHEMES.match(marked) or MARK.fullmatch(marked) else ""


# Blocks as HTML


def _html(group: Sequence[Token]) -> str:
    return "".join(_inline(one) if one.type == "inline" else _tag(one) for one in group)


_STYLES: Final = {
    "p": "margin: 0 0 4px",
    "ul": "margin: 0; padding-left: 24px",
    "ol": "margin: 0; padding-left: 24px",
    "blockquote": f"margin: 0; padding-left: 14px; border-left: 3px solid #d1d5db; color: {_PALE}",
}


def _tag(token: Token) -> str:
    if token.hidden:
        return ""
    if token.nesting < 0:
        return f"</{token.tag}>"
    style = f' style="{_STYLES[token.tag]}"' if token.tag in _STYLES else ""
    start = token.attrGet("start")
    number = f' start="{int(start)}"' if isinstance(start, int) else ""
    return f"<{token.tag}{number}{style}>" if token.nesting else f"<{token.tag} />"


def _inline(inline: Token) -> str:
    """Give words as HTML: links lead to whole addresses only."""
    for one in inline.children or []:
        if one.type == "link_open":
            one.attrs = {"href": _address(str(one.attrGet("href") or ""))}
        elif one.type == "image":
            source = _address(str(one.attrGet("src") or ""))
            one.attrs = {"src": source, "alt": "", "style": "max-width: 100%"}
    children = inline.children or []
    return str(_RENDERER.renderInline(children, _MARKDOWN.options, {}))


# Blocks as plain text


def _plain(group: Sequence[Token]) -> str:
    lines: list[str] = []
    lists: list[Iterator[str]] = []
    begin, quoted = "", 0
    for one in group:
        if one.type in {"bullet_list_open", "ordered_list_open"}:
            lists.append(_numbers(one))
        elif one.type in {"bullet_list_close", "ordered_list_close"}:
            lists.pop()
        elif one.type == "list_item_open":
            begin = f"{'  ' * (len(lists) - 1)}{next(lists[-1])} "
        elif one.tag == "blockquote":
            quoted += one.nesting
        elif one.type == "inline":
            said = _plain_inline(one).replace("\n", f"\n{'> ' * quoted}{' ' * len(begin)}")
            lines.append(f"{'> ' * quoted}{begin}{said}")
            begin = " " * len(begin)
    return "\n".join(lines)


def _numbers(opened: Token) -> Iterator[str]:
    if opened.type == "bullet_list_open":
        while True:
            yield "-"
    start = opened.attrGet("start")
    number = start if isinstance(start, int) else 1
    while True:
        yield f"{number}."
        number += 1


def _plain_inline(inline: Token) -> str:
    said, target = "", ""
    for one in inline.children or []:
        if one.type in {"softbreak", "hardbreak"}:
            said += "\n"
        elif one.type == "link_open":
            target = _address(str(one.attrGet("href") or ""))
        elif one.type == "link_close" and target:
            said += f" ({target})"
        else:
            said += one.content
    return said


# The page around them


def _page(blocks: Sequence[_Block], preheader: str, language: str) -> str:
    body, foot = _parted(blocks)
    made = partial(_section, "#ffffff", _INK, 16)
    below = _section(_GROUND, _PALE, 13, foot) if foot else ""
    preview = f"<mj-preview>{escape(preheader)}</mj-preview>" if preheader.strip() else ""
    styles = (
        f'<mj-all font-family="{_FONT}" />'
        f'<mj-text line-height="1.55" padding="8px 28px" />'
        f'<mj-button background-color="{_ACCENT}" border-radius="6px" font-size="16px"'
        ' inner-padding="12px 28px" padding="12px 28px" align="left" />'
        '<mj-image padding="8px 28px" /><mj-divider padding="12px 28px" />'
    )
    return mjml2html(
        f'<mjml lang="{escape(language)}"><mj-head>{preview}'
        f"<mj-attributes>{styles}</mj-attributes>"
        f"<mj-style>a {{ color: {_ACCENT}; }}</mj-style></mj-head>"
        f'<mj-body background-color="{_GROUND}" width="600px">{made(body)}{below}</mj-body></mjml>',
        fonts={},
    )


def _parted(blocks: Sequence[_Block]) -> tuple[Sequence[_Block], Sequence[_Block]]:
    """Give the letter itself, and what stands below its last rule."""
    last = max((at for at, one in enumerate(blocks) if one.is_rule), default=len(blocks))
    return blocks[:last], blocks[last + 1 :]


def _section(ground: str, ink: str, size: int, blocks: Sequence[_Block]) -> str:
    look = f'<mj-text color="{ink}" font-size="{size}px"'
    inner = "".join(one.mjml.replace("<mj-text", look, 1) for one in blocks)
    return (
        f'<mj-section background-color="{ground}" padding="16px 0"><mj-column>{inner}</mj-column>'
        "</mj-section>"
    )
