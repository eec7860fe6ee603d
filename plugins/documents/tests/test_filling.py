"""Filling templates in: what templates may say, and what none of them may do."""

from __future__ import annotations

import io
import time
import zipfile
from typing import Any, Final

import pytest
from salesman_documents.docx.checking import check_docx
from salesman_documents.docx.process import Filler, FillingError
from salesman_documents.docx.values import Picture
from salesman_documents.testing import docx_of, raw_docx
from salesman_requisites.testing import png

CALLS: Final = ("forbidden_call", "Templates call nothing")
NO_NUMBER: Final = ("forbidden_number", "calculates with what is no number")
DRAWS_IN: Final = ("forbidden_import", "draws in another file")
MACRO: Final = ("forbidden_macro", "defines a macro")
TOO_LARGE: Final = ("memory", "grew larger than it may")
DEEP: Final = ("forbidden_depth", "too many loops or brackets")


def _reaches(name: str) -> tuple[str, str]:
    return "forbidden_attribute", f"reaches for what is no value of a document: {name}."


HOSTILE: Final[dict[str, tuple[str, str, str]]] = {
    "cycler": ("{{ cycler.__init__.__globals__.os.popen('id').read() }}", *CALLS),
    "lipsum": ("{{ lipsum.__globals__['os'].system('id') }}", *CALLS),
    "namespace": ("{% set n = namespace(x=1) %}{{ n.__class__ }}", *CALLS),
    "joiner": ("{{ joiner.__init__ }}", *_reaches("__init__")),
    "a class": ("{{ client.__class__ }}", *_reaches("__class__")),
    "a class by brackets": (
        "{{ client['__class__'] }}",
        "unknown",
        "says what there is not: __class__.",
    ),
    "a class by the filter attr": (
        "{{ client | attr('__class__') }}",
        "unknown_filter",
        "no filter “attr”",
    ),
    "subclasses of a text": ("{{ ''.__class__.__mro__[1].__subclasses__() }}", *CALLS),
    "a method of a text": ("{{ client.name.upper() }}", *CALLS),
    "format of a text": ("{{ '{0.__class__}'.format(client) }}", *CALLS),
    "format_map": ("{{ 'x'.format_map(client) }}", *CALLS),
    "percent": ("{{ '%s' % client }}", *NO_NUMBER),
    "self": (
        "{{ self._TemplateReference__context }}",
        *_reaches("_TemplateReference__context"),
    ),
    "the context": ("{{ _context }}", *_reaches("_context")),
    "range": ("{% for x in range(10**9) %}x{% endfor %}", *CALLS),
    "a power": ("{{ 9**9**9**9 }}", "forbidden_power", "calculates a power"),
    "a long text": ("{{ 'x' * 999999999 }}", *NO_NUMBER),
    "a large product": ("{{ 99999999999999 * 99999999999999 * 99999999999999 }}", *NO_NUMBER),
    "an import": ("{% import 'os' as os %}", *DRAWS_IN),
    "an include": ("{% include '/etc/passwd' %}", *DRAWS_IN),
    "extends": ("{% extends 'base' %}", *DRAWS_IN),
    "a macro": ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", *MACRO),
    "a call block": ("{% call x() %}{% endcall %}", *MACRO),
    "a recursive loop": (
        "{% for x in lines recursive %}{{ loop(lines) }}{% endfor %}",
        "forbidden_recursion",
        "loop of the template calls itself",
    ),
    "a method of a list": ("{{ lines.append(1) }}", *CALLS),
    "deep brackets": ("{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}", *DEEP),
    "loops in loops": ("{% for a in lines %}" * 6 + "{% endfor %}" * 6, *DEEP),
    "dict": ("{{ dict(a=1) }}", *CALLS),
    "debug": ("{% debug %}", "unknown_tag", "no tag “debug”"),
    "do": ("{% do lines.clear() %}", "unknown_tag", "no tag “do”"),
    "an unknown tag": ("{% exec 'x' %}", "unknown_tag", "no tag “exec”"),
    "half a tag": ("{{ client.name", "syntax", "look at its brackets"),
    "a width for ever": (
        "{{ 'x' | center(9999999999) }}",
        "unknown_filter",
        "no filter “center”",
    ),
    "the filter map": (
        "{{ lines | map(attribute='__class__') | list }}",
        "unknown_filter",
        "no filter “map”",
    ),
}
"""Templates, each with the word for why it is refused, and what is told of it."""
REACHING: Final[dict[str, tuple[bytes, str]]] = {
    "what is raw": (
        docx_of(
            "{% raw %}{{ </w:t></w:r><w:fldSimple w:instr='DDEAUTO c:\\x'/><w:r><w:t> }}"
            "{% endraw %}"
        ),
        "may not say: raw.",
    ),
    "a field whose half is taken out": (
        raw_docx(
            "<w:p>"
            "<w:r><w:fldChar w:fldCharType='begin'/></w:r>"
            "<w:r><w:t>{%r if 1 == 2 %}</w:t></w:r>"
            "<w:r><w:instrText>PAGE </w:instrText></w:r>"
            "<w:r><w:t>{%r endif %}</w:t></w:r>"
            "<w:r><w:instrText>DDEAUTO cmd</w:instrText></w:r>"
            "<w:r><w:fldChar w:fldCharType='end'/></w:r>"
            "</w:p>"
        ),
        "would reach outside, which none may: DDEAUTO cmd.",
    ),
}
"""Templates that hold nothing dangerous themselves, and would make something of it."""
ESCAPED: Final = docx_of(
    "{{ [('x' | qr)] | join | replace('wp:docPr', 'w:fldSimple') "
    "| replace(' name=', ' w:instr=') | replace('Picture 10001', 'DDEAUTO cmd') }}"
)
"""The XML of a picture, made that of a field: what filters give is text again, and escaped."""
BOMBS: Final[dict[str, tuple[str, str, str]]] = {
    "a text that doubles": (
        "{% set a = 'xxxxxxxxxxxxxxxx' %}" + "{% set a = a ~ a ~ a ~ a %}" * 40,
        *TOO_LARGE,
    ),
    "a long output": (
        "{% for a in many %}" * 3 + "{{ text }}" + "{% endfor %}" * 3,
        *TOO_LARGE,
    ),
    "silent loops": (
        "{% for a in many %}" * 4 + "{% endfor %}" * 4,
        "time",
        "longer than it may: the template loops too much",
    ),
    "replacing": (
        "{{ text | replace('x', text) | replace('x', text) | replace('x', text) }}",
        *TOO_LARGE,
    ),
}


def _text(filler: Filler, template: str, values: dict[str, Any], language: str = "ru") -> str:
    return "\n".join(filler.text(filler.fill(docx_of(template), values, language)))


@pytest.mark.parametrize("named", HOSTILE)
def test_no_template_reaches_anything_but_its_values(
    filler: Filler, values: dict[str, Any], named: str
) -> None:
    template, what, told = HOSTILE[named]

    with pytest.raises(FillingError) as refused:
        filler.fill(docx_of(template), values, "ru")

    assert refused.value.what == what
    assert told in str(refused.value)


@pytest.mark.parametrize("named", REACHING)
def test_no_template_makes_what_an_upload_may_not_hold(
    filler: Filler, values: dict[str, Any], named: str
) -> None:
    template, told = REACHING[named]
    check_docx(template)

    with pytest.raises(FillingError) as refused:
        filler.fill(template, values, "ru")

    assert told in str(refused.value)


def test_a_picture_is_not_made_a_field(filler: Filler, values: dict[str, Any]) -> None:
    made = filler.fill(ESCAPED, values, "ru")

    check_docx(made)
    assert b"<w:fldSimple" not in zipfile.ZipFile(io.BytesIO(made)).read("word/document.xml")


@pytest.mark.parametrize("named", BOMBS)
def test_no_template_takes_more_than_its_share(
    filler: Filler, values: dict[str, Any], named: str
) -> None:
    template, what, told = BOMBS[named]
    begun = time.monotonic()

    with pytest.raises(FillingError) as refused:
        filler.fill(docx_of(template), values | {"many": [1] * 500, "text": "x" * 5000}, "ru")

    assert time.monotonic() - begun < 40  # of a second of the processor, on a busy machine
    assert refused.value.what == what
    assert told in str(refused.value)
    assert _text(filler, "{{ document.number }}", values) == "7"  # the next one finds it alive


@pytest.mark.parametrize(
    ("template", "language", "text"),
    [
        ("{{ client.name }}", "ru", "ООО «Ромашка»"),
        ("{{ lines[0].name }}", "ru", "Стеллаж & <полка>"),
        ("{{ deal.amount }}", "ru", "123\xa0456,78"),
        ("{{ deal.amount | money }}", "ru", "123\xa0456,78\xa0₽"),
        ("{{ deal.amount | money('USD') }}", "en", "$123,456.78"),
        ("{{ deal.amount | money }}", "en", "RUB\xa0123,456.78"),
        (
            "{{ deal.amount | words }}",
            "ru",
            "Сто двадцать три тысячи четыреста пятьдесят шесть рублей 78 копеек",
        ),
        ("{{ 5 | words('USD', 'en') }}", "ru", "Five US dollars 00 cents"),
        ("{{ document.date | date('quoted') }}", "ru", "«30» ноября 2026 г."),
        ("{{ document.date | date('long') }}", "en", "November 30, 2026"),
        ("{{ document.date }}", "ru", "30.11.2026"),
        ("{{ lines | length | plural('строка', 'строки', 'строк') }}", "ru", "строки"),
        ("{{ 1 | plural('line', 'lines') }}", "en", "line"),
        ("{{ lines | sum(attribute='amount') | money }}", "ru", "200,00\xa0₽"),
        ("{{ (deal.amount * 0.1) | money }}", "ru", "12\xa0345,68\xa0₽"),
        ("{% if client.inn %}ИНН{% else %}нет{% endif %}", "ru", "нет"),
        ("{{ 'Иванова Анна Петровна' | initials }}", "ru", "Иванова А. П."),
        (
            "{% for one in lines %}{{ loop.index }}.{{ one.quantity }} {% endfor %}",
            "ru",
            "1.2 2.2 ",
        ),
    ],
)
def test_templates_say_values_as_papers_do(
    filler: Filler, values: dict[str, Any], template: str, language: str, text: str
) -> None:
    assert _text(filler, template, values, language).replace("\u202f", "\xa0") == text


def test_a_tag_whose_letters_word_has_split_is_put_together(
    filler: Filler, values: dict[str, Any]
) -> None:
    runs = "".join(f"<w:r><w:t>{one}</w:t></w:r>" for one in ("{", "{ cli", "ent.na", "me }", "}"))

    made = filler.fill(raw_docx(f"<w:p>{runs}</w:p>"), values, "ru")

    assert filler.text(made) == ["ООО «Ромашка»"]


def test_a_row_of_a_table_comes_for_each_line(filler: Filler, values: dict[str, Any]) -> None:
    def row(text: str) -> str:
        return f"<w:tr><w:tc><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc></w:tr>"

    rows = row("{%tr for line in lines %}") + row("{{ line.amount }}") + row("{%tr endfor %}")

    made = filler.fill(raw_docx(f"<w:tbl>{rows}</w:tbl>"), values, "ru")

    assert filler.text(made) == ["100,00", "100,00"]


def test_pictures_and_codes_stand_in_the_document(filler: Filler, values: dict[str, Any]) -> None:
    stamped = values | {"own": {"stamp": Picture(png().read(), 30)}}
    template = docx_of("{{ own.stamp | width(20) }}", "{{ 'https://example.com' | qr }}")

    made = filler.fill(template, stamped, "ru")

    assert made.count(b"word/media/ours1.png") == 2  # the part and the directory of the archive
    assert made.count(b"word/media/ours2.png") == 2


def test_a_tag_that_tears_the_document_apart_is_refused(
    filler: Filler, values: dict[str, Any]
) -> None:
    torn = (
        "<w:p><w:r><w:t>{% if client.inn %}</w:t></w:r></w:p>"
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>{% endif %}</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    )

    with pytest.raises(FillingError, match="tear the document apart"):
        filler.fill(raw_docx(torn), values, "ru")
