"""Filling a template in: the parts of a .docx that hold tags, compiled once and written anew.

The tags are those of docxtpl, which turns the XML of Word into a Jinja template: ``{%tr for … %}``
takes the row of a table, ``{%p if … %}`` the paragraph, and tags whose letters Word has put into
several runs are put together again. What is compiled is kept: a document costs the filling and the
packing, and nothing else.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from docxtpl import DocxTemplate
from jinja2 import Template
from lxml import etree

from salesman_documents.docx.dangers import INSTRUCTIONS, WATCHED, Judge
from salesman_documents.docx.drawing import Drawings
from salesman_documents.docx.sandbox import TemplateEnvironment

WITH_TEXT: Final = re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml")
MOST_WRITTEN: Final = 30 * 1024 * 1024
"""Characters that a part may have once it is filled in."""

_WATCHED: Final = tuple(f"{{*}}{name}" for name in WATCHED)
_TAG: Final = re.compile(r"\{(?:<[^>]*>)*[{%#]")
_BREAKS: Final = re.compile("[\n\t\a\f]")


class TooMuchError(Exception):
    """A filled in document grew larger than it may."""


class BrokenDocumentError(Exception):
    """What was filled in is no proper document: a tag begins in one place and ends in another."""


@dataclass
class Prepared:
    """A template as it is kept.

    :param parts: the contents of the parts that are not filled in, by name.
    :param compiled: the templates of those that are, by name.
    :param order: the names of all parts.
    """

    order: list[str]
    parts: dict[str, bytes]
    compiled: dict[str, Template] = field(default_factory=dict)


def xml_of(content: bytes) -> str:
    """Give the XML of a part as text, whatever it is encoded in."""
    return str(etree.tostring(parsed(content), encoding="unicode"))


def parsed(content: bytes) -> Any:
    """Give the tree of a part; nothing is fetched and no entity is resolved."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.fromstring(content, parser)


def with_tags(content: bytes) -> str | None:
    """Give a part as a Jinja template, each paragraph on a line of its own; None without tags."""
    xml = xml_of(content)
    if not _TAG.search(xml):
        return None
    patched: str = DocxTemplate("").patch_xml(xml)
    return re.sub(r"<w:p([ >])", r"\n<w:p\1", patched.replace("\n", " "))


def prepare(content: bytes, environment: TemplateEnvironment) -> Prepared:
    """Read a template and compile it.

    :raises ForbiddenTagError: for what templates may not say.
    :raises jinja2.TemplateSyntaxError: for what cannot be read.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = [one for one in archive.namelist() if not one.endswith("/")]
        parts = {name: archive.read(name) for name in names}
    prepared = Prepared(names, parts)
    for name in names:
        source = with_tags(parts[name]) if WITH_TEXT.fullmatch(name) else None
        if source is not None:
            prepared.compiled[name] = environment.from_string(environment.read(source))
    return prepared


def fill(prepared: Prepared, values: Mapping[str, Any]) -> bytes:
    """Give the document that a template and values make.

    :raises TooMuchError: where it grows larger than it may.
    :raises BrokenDocumentError: where the tags tear the document apart.
    :raises DangerError: where they make of it what no document may be.
    """
    drawings = Drawings(prepared.parts)
    written: dict[str, bytes] = {}
    for name, template in prepared.compiled.items():
        with drawings.of_part(name):
            written[name] = _filled(template, values)
    return _packed(prepared, written | drawings.parts())


def _filled(template: Template, values: Mapping[str, Any]) -> bytes:
    pieces: list[str] = []
    size = 0
    for piece in template.generate(values):
        size += len(piece)
        if size > MOST_WRITTEN:
            raise TooMuchError
        pieces.append(piece)
    xml = "".join(pieces).replace("\n<w:p ", "<w:p ").replace("\n<w:p>", "<w:p>")
    for typed, meant in (("{_{", "{{"), ("}_}", "}}"), ("{_%", "{%"), ("%_}", "%}")):
        xml = xml.replace(typed, meant)
    if _BREAKS.search(xml):
        xml = DocxTemplate("").resolve_listing(xml)
    return _proper(xml)


def _proper(xml: str) -> bytes:
    content = xml.encode()
    try:
        tree = parsed(content)
    except etree.XMLSyntaxError as error:
        raise BrokenDocumentError from error
    _judge(tree)
    return b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + content


def _judge(tree: Any) -> None:
    """Judge what was filled in as what is uploaded: tags may have made other elements of it."""
    judge = Judge()
    for element in tree.iter(*_WATCHED):
        name = etree.QName(element).localname
        judge.element(name, {etree.QName(key).localname: value for key, value in element.items()})
        if name in INSTRUCTIONS:
            judge.instruction("".join(element.itertext()))
    judge.finish()


def _packed(prepared: Prepared, written: Mapping[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        for name in dict.fromkeys([*prepared.order, *written]):
            part = written.get(name, prepared.parts.get(name, b""))
            archive.writestr(zipfile.ZipInfo(name), part, zipfile.ZIP_DEFLATED)
    return content.getvalue()
