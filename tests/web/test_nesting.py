"""What may stand inside a page."""

from __future__ import annotations

import time

import pytest

from salesman_core.web.nesting import complaint_about


@pytest.mark.parametrize(
    "html",
    [
        "plain words, 2 < 3, I <3 you",
        "<p>a &lt;b &amp; <b>x</b></p>",
        "<br><input name='a>b'><img alt='<b>' src='/x.png'>",
        "<svg viewBox='0 0 1 1'><path d='M0 0'/></svg>",
        "before <!-- <b> --> after",
    ],
)
def test_closed_html_is_accepted(html: str) -> None:
    assert complaint_about(html) is None


@pytest.mark.parametrize(
    ("html", "complaint"),
    [
        ("<div><p>text</p>", "<div> is not closed"),
        ("text</div>", "</div> closes nothing"),
        ("<i><b></i></b>", "</i> closes nothing inside <b>"),
        ("<div/>", "<div/> does not close itself in HTML"),
        ("</body>", "</body> closes nothing"),
        ("<body>x</body>", "<body> belongs to the page"),
        ("<!-- never closed", "a tag or comment is not finished"),
        ('<a href="/x>text</a>', "a tag or comment is not finished"),
        ("text <div class='x'", "a tag or comment is not finished"),
    ],
)
def test_torn_html_is_refused_with_its_fault(html: str, complaint: str) -> None:
    assert complaint_about(html) == complaint


@pytest.mark.parametrize("html", ["<a " * 80_000, '<a "' * 60_000, "<div>" * 50_000])
def test_hostile_html_is_judged_in_less_than_a_second(html: str) -> None:
    begun = time.perf_counter()

    assert complaint_about(html) is not None

    assert time.perf_counter() - begun < 1
