"""Judging a .docx before anything opens it: what is dangerous in it, and what is no document.

The file is unpacked by streaming, so that sizes are those that really come out, whatever the
headers of the archive say; XML is read by expat, which is told to refuse any DTD.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable
from typing import Final
from xml.parsers import expat

from salesman_core.toolkit import InvalidError
from salesman_documents.texts import texts
from salesman_hookspecs import Text

_ = texts.lazy

LARGEST: Final = 10 * 1024 * 1024
"""Bytes that a template or a document may have."""
MOST_UNPACKED: Final = 60 * 1024 * 1024
MOST_IN_PART: Final = 25 * 1024 * 1024
MOST_PARTS: Final = 500
DEEPEST: Final = 200

_NEEDED: Final = frozenset({"[Content_Types].xml", "word/document.xml"})
_OLD_FORMAT: Final = b"\xd0\xcf\x11\xe0"
_CHUNK: Final = 1 << 16
_ACTIVE: Final = re.compile(
    r"(vbaproject\.bin|vbadata\.xml)$|^word/(embeddings|activex)/|\.(bin|exe|dll|js|vbs|hta)$",
    re.IGNORECASE,
)
_ACTIVE_LINKS: Final = re.compile(
    r"/(aFChunk|oleObject|package|control|activeXControlBinary|vbaProject|subDocument|frame)$"
)
_REACHING_FIELDS: Final = re.compile(
    r"^\s*(DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|INCLUDE|IMPORT|LINK|DATABASE|RD|MACROBUTTON)\b",
    re.IGNORECASE,
)


class RefusedFileError(InvalidError):
    """A file is no .docx, or holds what no document of ours may hold; its message says what."""

    def __init__(self, message: Text) -> None:
        super().__init__(message, {"file": message})


def check_docx(content: bytes) -> None:
    """Judge a .docx that somebody uploaded.

    :raises RefusedFileError: with the reason, where it is no document or a dangerous one.
    """
    if len(content) > LARGEST:
        raise RefusedFileError(_("The file is larger than %(most)s MB.", most=LARGEST // 1024**2))
    if content.startswith(_OLD_FORMAT):
        raise RefusedFileError(
            _("This is an old .doc, or a document behind a password. Save it as a plain .docx.")
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_names(archive.infolist())
            _check_contents(archive)
    except RefusedFileError:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
        raise RefusedFileError(_("The file is damaged, or it is no .docx.")) from error


def _check_names(parts: list[zipfile.ZipInfo]) -> None:
    names = [part.filename for part in parts]
    if len(names) > MOST_PARTS:
        raise RefusedFileError(_("The file has more than %(most)s parts.", most=MOST_PARTS))
    if len(set(names)) != len(names):
        raise RefusedFileError(_("The file holds a part of one name twice."))
    for part in parts:
        _check_name(part)
    if "xl/workbook.xml" in names:
        raise RefusedFileError(_("This is a spreadsheet. Templates are documents in .docx."))
    if not set(names) >= _NEEDED:
        raise RefusedFileError(_("The file is damaged, or it is no .docx."))


def _check_name(part: zipfile.ZipInfo) -> None:
    name = part.orig_filename
    if part.flag_bits & 1:
        raise RefusedFileError(_("A part of the file is encrypted."))
    if name.startswith("/") or re.search(r"[\\:\x00-\x1f]", name) or ".." in name.split("/"):
        raise RefusedFileError(_("A part of the file has a name that leads out of it."))
    if _ACTIVE.search(name):
        raise RefusedFileError(_("The file holds macros or embedded objects: %(name)s.", name=name))


def _check_contents(archive: zipfile.ZipFile) -> None:
    left = MOST_UNPACKED
    for part in archive.infolist():
        judge = _judge_of(part.filename)
        size = 0
        with archive.open(part) as stream:
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
                left -= len(chunk)
                if left < 0 or size > MOST_IN_PART:
                    raise RefusedFileError(
                        _("The file unpacks to more than it may: it looks like a zip bomb.")
                    )
                judge(chunk)
        judge(b"")


def _judge_of(name: str) -> Callable[[bytes], None]:
    """Give what judges a part by its chunks; the empty one is the end."""
    if name.lower().endswith((".xml", ".rels", ".vml")):
        return _Xml(name)
    return lambda _chunk: None


class _Xml:
    """Reads a part of XML and refuses what is dangerous in it."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._depth = 0
        self._in_field = False
        self._field = ""
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartDoctypeDeclHandler = self._refuse_dtd
        self._parser.EntityDeclHandler = self._refuse_dtd
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text

    def __call__(self, chunk: bytes) -> None:
        try:
            self._parser.Parse(chunk, not chunk)
        except expat.ExpatError as error:
            message = _("The part %(name)s of the file is no proper XML.", name=self._name)
            raise RefusedFileError(message) from error

    def _refuse_dtd(self, *_declared: object) -> None:
        message = _("The part %(name)s of the file declares entities or a DTD.", name=self._name)
        raise RefusedFileError(message)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise RefusedFileError(_("The file is nested too deeply."))
        local = tag.rpartition(" ")[2]
        named = {name.rpartition(" ")[2]: value for name, value in attributes.items()}
        match local:
            case "Relationship":
                self._check_link(named)
            case "Default" | "Override":
                self._check_type(named)
            case "instrText":
                self._in_field = True
            case "fldSimple":
                self._check_field(named.get("instr", ""))
            case "fldChar":
                self._check_field(self._field)
                self._field = ""
            case "altChunk":
                raise RefusedFileError(_("The file holds another file inside."))
            case _:
                pass

    def _end(self, tag: str) -> None:
        self._depth -= 1
        if tag.endswith(" instrText"):
            self._in_field = False
        if self._depth == 0:
            self._check_field(self._field)

    def _text(self, text: str) -> None:
        if self._in_field:
            self._field += text

    def _check_link(self, link: dict[str, str]) -> None:
        kind, target = link.get("Type", ""), link.get("Target", "")
        if _ACTIVE_LINKS.search(kind):
            message = _("The file holds macros or embedded objects: %(name)s.", name=target)
            raise RefusedFileError(message)
        if kind.endswith("/hyperlink"):
            return
        outside = re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:|\\\\|//", target)
        if link.get("TargetMode", "").lower() == "external" or outside:
            message = _("The file draws in something from outside: %(name)s.", name=target[:100])
            raise RefusedFileError(message)

    def _check_type(self, type_: dict[str, str]) -> None:
        declared = type_.get("ContentType", "")
        if "macroEnabled" in declared or "vbaProject" in declared:
            raise RefusedFileError(_("The file holds macros. Save it as a plain .docx."))

    def _check_field(self, instruction: str) -> None:
        if _REACHING_FIELDS.match(instruction) or "{" in instruction:
            raise RefusedFileError(
                _("A field of the file reaches outside: %(name)s.", name=instruction.strip()[:60])
            )
