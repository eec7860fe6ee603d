"""Messages as HTML: what people may write, and what hostile ones try."""

from __future__ import annotations

import time
from html.parser import HTMLParser

import pytest
from salesman_discussions.markdown import as_html, excerpt


class Found(HTMLParser):
    """The tags and attributes that a browser would find."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


def test_usual_markdown_is_drawn() -> None:
    text = "**Bold** and ~~gone~~\nnext line\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |"
    html = as_html(text)
    for part in ("<strong>Bold</strong>", "<s>gone</s>", "<br>", "<li>one</li>", "<td>1</td>"):
        assert part in html


def test_address_becomes_a_link_that_gives_nothing_away() -> None:
    html = as_html("See https://example.com/a?b=1")
    assert '<a href="https://example.com/a?b=1" rel="noopener noreferrer nofollow">' in html


def test_mention_is_marked_and_only_where_somebody_is_meant() -> None:
    html = as_html("@Anna *Petrova*, @Bert and a@Anna", ["Anna"])
    assert html.count('<span class="mention">@Anna</span>') == 1
    assert "@Bert" in html


def test_name_with_signs_is_taken_as_it_is() -> None:
    assert '<span class="mention">@&lt;b&gt;*x*</span>' in as_html("@<b>*x*", ["<b>*x*"])


def test_headings_stand_below_those_of_the_page() -> None:
    assert as_html("# Big").strip() == "<h4>Big</h4>"


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![x](https://evil.example/pixel.png)",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:x)",
        "<javascript:alert(1)>",
        '[x](https://a.example "onmouseover=alert(1)")',
        "&#106;avascript:alert(1)",
        "<svg/onload=alert(1)>",
        "<style>*{display:none}</style>",
        '<span class="shell" style="position:fixed">x</span>',
        "[x]: javascript:alert(1)\n\n[x]",
        "<iframe src=//evil.example></iframe>",
        "```html\n<script>alert(1)</script>\n```",
        '<a href="https://a.example" onclick="x()">a</a>',
        "@Anna</span><script>alert(1)</script>",
    ],
)
def test_nothing_hostile_comes_through(hostile: str) -> None:
    html = as_html(hostile, ["Anna", "Anna</span><script>alert(1)</script>"])
    found = Found()
    found.feed(html)
    assert found.tags <= {"a", "p", "pre", "code", "span"}
    for name, value in found.attributes:
        allowed = {"rel": "noopener noreferrer nofollow", "class": "mention", "title": value}
        assert value == allowed.get(name) or (name == "href" and value.startswith("https://"))


@pytest.mark.parametrize(
    "piece", ["[", "(", "*", "_", "`", "> ", "- ", "![", "](", "<", "|", "@", "~~", "**a ", "[a]("]
)
def test_long_nonsense_is_drawn_in_time(piece: str) -> None:
    began = time.process_time()
    as_html((piece * 20_000)[:20_000], ["Anna"])
    assert time.process_time() - began < 10


def test_excerpt_leaves_out_what_is_quoted() -> None:
    assert excerpt("> They ask\n\nWe   say\nno") == "We say no"
    assert excerpt("> They ask\n\n> for more") == "They ask for more"
    assert excerpt("See **5 < 6**\nat [the card](/deals/5)") == "See 5 < 6 at the card"
    assert excerpt("x" * 200, 10) == "xxxxxxxxx…"
