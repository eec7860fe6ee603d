"""Messages as pages show them: Markdown, cleaned, with mentions marked.

What people write is hostile until it is cleaned: no HTML of theirs passes the parser, no picture is
fetched from elsewhere, and what comes out is held against a list of tags once more.
"""

from __future__ import annotations

import re
from collections.abc import Collection, MutableMapping, Sequence
from typing import Any, Final

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup, escape

_TAGS: Final = {
    "a", "blockquote", "br", "code", "del", "em", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p",
    "pre", "s", "span", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_ATTRIBUTES: Final = {"a": {"href", "title"}, "ol": {"start"}, "span": set[str]()}
_CLASSES: Final = {"span": {"mention"}}
_SCHEMES: Final = {"http", "https", "mailto"}
_SMALLER: Final = {"h1": "h4", "h2": "h5", "h3": "h6", "h4": "h6", "h5": "h6"}
_WORD: Final = re.compile(r"\w")
_EXCERPT: Final = 160
_MARKS: Final = 4
"""So many times as long as its words may Markdown be."""


def as_html(text: str, mentions: Collection[str] = ()) -> Markup:
    """Give what stands in a message as HTML that can do no harm.

    :param mentions: the names behind an ``@`` that mean somebody.
    """
    env = {"mentions": sorted(mentions, key=len, reverse=True)}
    return Markup(  # noqa: S704  # it has just been cleaned
        nh3.clean(
            _MARKDOWN.render(text, env),
            tags=_TAGS,
            attributes=_ATTRIBUTES,
            allowed_classes=_CLASSES,
            url_schemes=_SCHEMES,
            link_rel="noopener noreferrer nofollow",
        )
    )


def excerpt(text: str, most: int = _EXCERPT) -> str:
    """Give the beginning of a message on one line, without its marks and what it quotes."""
    own = [line for line in text.splitlines() if line.strip() and line.lstrip()[0] != ">"]
    beginning = "\n".join(own or text.splitlines())[: _MARKS * most]
    words = " ".join(as_html(beginning).striptags().split())
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"


def begins_mention(text: str, at: int) -> bool:
    """Tell whether an ``@`` stands where a mention may begin: not inside an address."""
    return text[at] == "@" and (at == 0 or not _WORD.match(text[at - 1]))


def ends_mention(text: str, at: int) -> bool:
    """Tell whether a name may end at a place: no letter follows."""
    return at >= len(text) or not _WORD.match(text[at])


def _mention(state: StateInline, silent: bool) -> bool:  # noqa: FBT001  # the parser's own way
    """Take a mention for one piece of text, so that nothing in the name is taken for a sign."""
    if not begins_mention(state.src, state.pos):
        return False
    for name in state.env.get("mentions", ()):
        end = state.pos + 1 + len(name)
        if state.src[state.pos + 1 : end] == name and ends_mention(state.src, end):
            if not silent:
                state.push("mention", "", 0).content = name
            state.pos = end
            return True
    return False


def _drawn(
    _renderer: RendererProtocol,
    tokens: Sequence[Token],
    index: int,
    _options: OptionsDict,
    _env: EnvType,
) -> str:
    return f'<span class="mention">@{escape(tokens[index].content)}</span>'


def _lower_headings(state: Any) -> None:
    """Let no heading of a message stand above those of the page."""
    for token in state.tokens:
        token.tag = _SMALLER.get(token.tag, token.tag)


def _parser() -> MarkdownIt:
    options: MutableMapping[str, Any] = {"html": False, "linkify": True, "breaks": True}
    parser = MarkdownIt("commonmark", {**options, "typographer": False})
    parser.enable(["table", "strikethrough", "linkify"])
    parser.disable(["image", "html_block", "html_inline", "entity"])
    parser.inline.ruler.before("text", "mention", _mention)
    parser.core.ruler.push("lower_headings", _lower_headings)
    parser.add_render_rule("mention", _drawn)
    return parser


_MARKDOWN: Final = _parser()
