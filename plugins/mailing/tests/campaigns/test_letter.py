"""Letters are drawn for every mail program, filled without harm, and judged before they go out."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from salesman_mailing.campaigns.drawing import LONGEST_TARGET, Drawn, Letter, Trail, Wording
from salesman_mailing.campaigns.linting import findings

FOOT = "\n\n---\n\n{{ company }} · [Unsubscribe]({{ unsubscribe }})"
KNOWN = {
    "name": "Anna",
    "company": "Firm",
    "unsubscribe": "https://crm.firm.ru/u/abc?a=1&b=2",
}


def drawn(text: str, subject: str = "Prices", preheader: str = "", **values: str) -> Letter:
    return Drawn(Wording(subject, preheader, text), "en").for_values({**KNOWN, **values})


def codes(text: str, subject: str = "Prices") -> set[str]:
    return {one.code for one in findings(Wording(subject, "", text))}


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def links(html: str) -> list[str | None]:
    tags = _Tags()
    tags.feed(html)
    return [attributes.get("href") for tag, attributes in tags.found if tag == "a"]


def test_letter_is_responsive_and_has_plain_text_beside_it() -> None:
    letter = drawn("# Hello, {{ name }}\n\nNew **prices**.\n\n- one\n- two" + FOOT)
    assert "@media" in letter.html
    assert "width=device-width" in letter.html
    assert "<strong>prices</strong>" in letter.html
    assert letter.plain == (
        "Hello, Anna\n\nNew prices.\n\n- one\n- two\n\n---\n\n"
        "Firm · Unsubscribe (https://crm.firm.ru/u/abc?a=1&b=2)\n"
    )


def test_nothing_in_it_is_fetched_from_elsewhere() -> None:
    html = drawn("Hello" + FOOT).html
    assert not re.search(r"<link|@import|src=", html)


def test_link_that_stands_alone_is_a_button_and_a_picture_fills_the_width() -> None:
    letter = drawn("[See all](https://firm.ru/prices)\n\n![A chair](https://firm.ru/chair.png)")
    assert links(letter.html) == ["https://firm.ru/prices"]
    assert 'alt="A chair"' in letter.html
    assert letter.plain == "See all:\nhttps://firm.ru/prices\n\nA chair\n"


def test_fallback_stands_where_nothing_is_known() -> None:
    letter = drawn('Dear {{ name | or("colleague") }}', "For {{ name | или('you') }}", name=" ")
    assert (letter.subject, letter.plain) == ("For you", "Dear colleague\n")


@pytest.mark.parametrize("quotes", ['"%s"', "'%s'", "«%s»", "“%s”"])
def test_quotation_marks_of_any_kind_are_taken(quotes: str) -> None:
    said = quotes % "colleague"
    assert drawn(f"Dear {{{{ name|or({said}) }}}}", name="").plain == "Dear colleague\n"


def test_values_stay_values() -> None:
    hostile = '<script>{{ company }}</script> "&<a href=https://evil.example>'
    letter = drawn("Dear {{ name }}" + FOOT, subject="{{ name }}\n", name=hostile)
    assert "<script" not in letter.html
    assert links(letter.html) == [KNOWN["unsubscribe"]]
    assert letter.subject == hostile


def test_value_in_a_link_is_quoted() -> None:
    letter = drawn("Look [here](https://firm.ru/?who={{ name }})", name='a&b="c"/../')
    assert links(letter.html) == ["https://firm.ru/?who=a%26b%3D%22c%22%2F..%2F"]


@pytest.mark.parametrize(
    "target", ["javascript:alert(1)", "data:text/html,x", "/clients", "//evil.example"]
)
def test_links_lead_to_whole_addresses_alone(target: str) -> None:
    html = drawn(f"Look [here]({target}) now", name="javascript:alert(1)").html
    assert not [one for one in links(html) if one]


def test_value_is_no_address_of_a_link() -> None:
    html = drawn("Look [here]({{ name }}) now", name="javascript:alert(1)").html
    assert links(html) == ["javascript%3Aalert%281%29"]


def test_html_of_the_writer_is_text() -> None:
    html = drawn("<b onclick=x>Now</b> <mj-raw><script>x</script></mj-raw>").html
    assert "<b" not in html.partition("<body")[2].replace("<blockquote", "")
    assert "<script" not in html


@settings(deadline=None, max_examples=40)
@given(st.text(max_size=60), st.text(max_size=20))
def test_whatever_is_written_can_be_drawn(text: str, name: str) -> None:
    letter = drawn(text + " {{ name }}", subject=text, preheader=text, name=name)
    assert "<script" not in letter.html
    assert "\n" not in letter.subject


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{{ nmae }}", "unknown"),
        ("Dear {{ name }}", "no_fallback"),
        ("{{ name + 1 }}", "broken_place"),
        ("{{ name", "broken_place"),
        ("[here](http://)", "dead_link"),
        ("[here](#)", "dead_link"),
        ("[here]()", "dead_link"),
        ("[here](https://https://firm.ru)", "dead_link"),
        ("[here](http://localhost/x)", "dead_link"),
        ("[here](www.firm.ru)", "dead_link"),
        ("[here]({{ company }})", "dead_link"),
        ("[here](https://{{ company }}.ru/)", "dead_link"),
        ("![x](http://firm.ru/a.png)", "dead_picture"),
        ("![](https://firm.ru/a.png)", "no_words"),
    ],
)
def test_linter_finds_what_is_wrong(text: str, code: str) -> None:
    assert codes(text + FOOT) == {code}


@pytest.mark.parametrize(
    "text",
    [
        'Dear {{ name | or("colleague") }}, write to [us](mailto:us@firm.ru)',
        "[here](https://firm.ru/a?b={{ email }}#c) or call [us](tel:+74951234567)",
        "![A chair](https://firm.ru/a.png)",
    ],
)
def test_linter_is_silent_about_what_is_right(text: str) -> None:
    assert codes(text + FOOT) == set()


def test_letter_needs_a_subject_words_and_a_way_out() -> None:
    assert codes("", "") == {"no_subject", "no_text", "no_unsubscribe"}


def test_linter_says_what_was_meant_and_where() -> None:
    found = findings(Wording("Prices", "", "Hello\n\nDear {{ nmae }}" + FOOT))
    assert [(one.line, one.words) for one in found] == [(3, "There is no nmae. Did you mean name?")]


def followed(text: str) -> tuple[list[str], str]:
    """Give where links lead that may be followed, and the letter of whoever is."""
    letter = Drawn(Wording("Subject", "", text), "en")
    ways = {one: f"https://crm.ru/to/{n}?a&b" for n, one in enumerate(letter.targets)}
    trail = Trail(ways, "https://crm.ru/seen/1.gif?a&b")
    return list(letter.targets), letter.for_values(KNOWN, trail).html


def test_each_link_of_everybody_is_followed_wherever_it_stands() -> None:
    targets, html = followed(
        "[Button](https://a.ru)\n\nSee [it](https://b.ru/?q=1&r=2), [again](https://a.ru)\n\n"
        "- [listed](https://xn--e1afmkfd.xn--p1ai/)\n\n[![Picture](https://c.ru/a.png)](https://d.ru)"
    )
    assert targets == [
        *("https://a.ru", "https://b.ru/?q=1&r=2"),
        *("https://xn--e1afmkfd.xn--p1ai/", "https://d.ru"),
    ]
    led = re.findall(r'href="https://crm.ru/to/(\d)\?a&amp;b"', html)
    assert led == ["0", "1", "0", "2", "3"]
    assert 'src="https://c.ru/a.png"' in html
    assert 'src="https://crm.ru/seen/1.gif?a&amp;b"' in html.partition("</body>")[0]


@pytest.mark.parametrize(
    "link",
    [
        "[mail](mailto:a@b.ru)",
        "[call](tel:+79161234567)",
        "[of yours](https://a.ru/?who={{ name }})",
        "[leave]({{ unsubscribe }})",
        "<https://a.ru/>",
        "[www.a.ru](https://a.ru)",
        "[ https://a.ru/x ](https://a.ru)",
        f"[long](https://a.ru/{'x' * LONGEST_TARGET})",
        "[script](javascript:alert)",
    ],
)
def test_link_that_says_something_of_its_own_is_not_followed(link: str) -> None:
    targets, html = followed(f"Look {link} there")
    assert (targets, "crm.ru/to/" in html) == ([], False)
