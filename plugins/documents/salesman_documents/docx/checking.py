"""Judging a .docx before anything opens it: what is dangerous in it, and what is no document.

The file is unpacked by streaming, so that sizes are those that really come out, whatever the
headers of the archive say; XML is read by expat, which is told to refuse any DTD.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import count
from typing import IO, Final
from xml.parsers import expat

from salesman_core.toolkit import InvalidError
from salesman_documents.docx.dangers import INSTRUCTIONS, DangerError, Judge
from salesman_documents.docx.foreign import FOREIGN, without_ours
from salesman_documents.texts import texts
from salesman_hookspecs import Text

_ = texts.lazy

LARGEST: Final = 10 * 1024 * 1024
"""Bytes that a template or a document may have."""
MOST_UNPACKED: Final = 60 * 1024 * 1024
MOST_IN_PART: Final = 25 * 1024 * 1024
MOST_PARTS: Final = 500
MOST_ELEMENTS: Final = 1_000_000
"""Of XML, over all parts."""
DEEPEST: Final = 200

_NEEDED: Final = frozenset({"[Content_Types].xml", "word/document.xml"})
_SPREADSHEET: Final = "xl/workbook.xml"
_CELLS: Final = re.compile(r"xl/(sharedStrings|worksheets/[^/]+)\.xml")
MOST_TAGS: Final = 20
"""So many tags of a spreadsheet are named."""
_LONGEST_CELL: Final = 1000
"""Characters of a cell that are searched for tags."""
_MOST_CELLS: Final = 2000
"""So many cells are searched for tags."""
_OLD_FORMAT: Final = b"\xd0\xcf\x11\xe0"
_CHUNK: Final = 1 << 16
_ACTIVE: Final = re.compile(
    r"(vbaproject\.bin|vbadata\.xml)$|^word/(embeddings|activex)/|\.(bin|exe|dll|js|vbs|hta)$",
    re.IGNORECASE,
)
_ACTIVE_LINKS: Final = re.compile(
    r"/(aFChunk|oleObject|package|control|activeXControlBinary|vbaProject|subDocument|frame)$"
)
_OPAQUE: Final = (
    *(".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".emf", ".wmf", ".wdp", ".ico"),
    *(".odttf", ".ttf", ".otf", ".fntdata"),
)
"""Endings of pictures and fonts: whatever else a file holds is XML, and judged."""
_OPAQUE_LINKS: Final = ("/image", "/font", "/thumbnail", "/hdphoto")
_WEB: Final = re.compile(r"(https?:|mailto:|tel:|#)", re.IGNORECASE)
_DANGERS: Final[Mapping[str, Text]] = {
    "field": _("A field of the file reaches outside: %(name)s."),
    "long": _("A field of the file is longer than it may be."),
    "inside": _("The file holds another file inside."),
    "embedded": _("The file holds macros or embedded objects: %(name)s."),
    "outside": _("The file draws in something from outside: %(name)s."),
}


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
            if _SPREADSHEET in archive.namelist():
                raise _spreadsheet(_tags_of_cells(archive))
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
    if _SPREADSHEET in names:
        return
    for name in names:
        _check_active(name)
    if not set(names) >= _NEEDED:
        raise RefusedFileError(_("The file is damaged, or it is no .docx."))


def _check_name(part: zipfile.ZipInfo) -> None:
    name = part.orig_filename
    if part.flag_bits & 1:
        raise RefusedFileError(_("A part of the file is encrypted."))
    if name.startswith("/") or re.search(r"[\\:\x00-\x1f]", name) or ".." in name.split("/"):
        raise RefusedFileError(_("A part of the file has a name that leads out of it."))


def _check_active(name: str) -> None:
    if _ACTIVE.search(name):
        raise RefusedFileError(_("The file holds macros or embedded objects: %(name)s.", name=name))


def _check_contents(archive: zipfile.ZipFile) -> None:
    elements = count(1)
    names = archive.namelist()
    _stream(archive, ((name, _judge_of(name, elements)) for name in names))


def _tags_of_cells(archive: zipfile.ZipFile) -> list[str]:
    """Give the tags that stand in the cells of a spreadsheet, each once: at most one too many."""
    elements, cells, tags = count(1), count(1), dict[str, None]()
    names = [name for name in archive.namelist() if _CELLS.fullmatch(name)]
    _stream(archive, ((name, _Cells(name, elements, cells, tags)) for name in names))
    return list(tags)


def _spreadsheet(tags: list[str]) -> RefusedFileError:
    if not tags:
        return RefusedFileError(_("This is a spreadsheet. Templates are documents in .docx."))
    named = ", ".join([*tags[:MOST_TAGS], *(["…"] if len(tags) > MOST_TAGS else [])])
    return RefusedFileError(
        _("This is a spreadsheet. Templates are documents in .docx. It says: %(tags)s", tags=named)
    )


def _stream(
    archive: zipfile.ZipFile, judged: Iterable[tuple[str, Callable[[bytes], None]]]
) -> None:
    """Unpack parts chunk by chunk, each for what judges it, as long as they are not too large."""
    left = MOST_UNPACKED
    for name, judge in judged:
        size = 0
        with archive.open(name) as stream:
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
                left -= len(chunk)
                if left < 0 or size > MOST_IN_PART:
                    raise _bomb()
                judge(chunk)
        judge(b"")


def _bomb() -> RefusedFileError:
    return RefusedFileError(_("The file unpacks to more than it may: it looks like a zip bomb."))


def _judge_of(name: str, elements: Iterator[int]) -> Callable[[bytes], None]:
    """Give what judges a part by its chunks; the empty one is the end."""
    if name.endswith("/") or name.lower().endswith(_OPAQUE):
        return lambda _chunk: None
    return _Xml(name, elements)


class _Xml:
    """Reads a part of XML and refuses what is dangerous in it.

    :param elements: counts those of all parts.
    """

    def __init__(self, name: str, elements: Iterator[int]) -> None:
        self._name, self._elements = name, elements
        self._drawing = name.lower().endswith(".svg")
        self._depth = 0
        self._judge = Judge()
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._refuse_dtd
        self._parser.EntityDeclHandler = self._refuse_dtd
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end

    def __call__(self, chunk: bytes) -> None:
        try:
            self._parser.Parse(chunk, not chunk)
            if not chunk:
                self._judge.finish()
        except expat.ExpatError as error:
            message = _("The part %(name)s of the file is no proper XML.", name=self._name)
            raise RefusedFileError(message) from error
        except DangerError as danger:
            said = str(_DANGERS[danger.what]) % {"name": danger.name[:100]}
            raise RefusedFileError(said) from danger

    def _refuse_dtd(self, *_declared: object) -> None:
        message = _("The part %(name)s of the file declares entities or a DTD.", name=self._name)
        raise RefusedFileError(message)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise RefusedFileError(_("The file is nested too deeply."))
        if next(self._elements) > MOST_ELEMENTS:
            raise _bomb()
        local = tag.rpartition(" ")[2]
        named = {name.rpartition(" ")[2]: value for name, value in attributes.items()}
        self._judge.element(local, named)
        if local in INSTRUCTIONS:
            self._parser.CharacterDataHandler = self._judge.instruction
        elif local == "Relationship":
            _check_link(named)
        elif local in {"Default", "Override"}:
            _check_type(named)
        elif self._drawing and not named.get("href", "#").startswith(("#", "data:image/")):
            raise DangerError("outside", named["href"])

    def _end(self, tag: str) -> None:
        self._depth -= 1
        if tag.rpartition(" ")[2] in INSTRUCTIONS:
            self._parser.CharacterDataHandler = None


class _Cells(_Xml):
    """Reads a part of a spreadsheet with the same care, and keeps the tags that stand in its cells.

    :param cells: counts those of all parts.
    :param tags: where they are kept.
    """

    def __init__(
        self, name: str, elements: Iterator[int], cells: Iterator[int], tags: dict[str, None]
    ) -> None:
        super().__init__(name, elements)
        self._cells, self._tags, self._cell = cells, tags, ""

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        super()._start(tag, attributes)
        if tag.rpartition(" ")[2] == "t":
            self._parser.CharacterDataHandler = self._read

    def _end(self, tag: str) -> None:
        super()._end(tag)
        match tag.rpartition(" ")[2]:
            case "t":
                self._parser.CharacterDataHandler = None
            case "si" | "is":
                if next(self._cells) <= _MOST_CELLS:
                    self._keep_tags()
                self._cell = ""

    def _read(self, text: str) -> None:
        self._cell += text[: _LONGEST_CELL - len(self._cell)]

    def _keep_tags(self) -> None:
        ours, rest = without_ours(self._cell)
        for one in [*ours, *FOREIGN.findall(rest)]:
            if len(self._tags) <= MOST_TAGS:
                self._tags[one[:100]] = None


def _check_link(link: dict[str, str]) -> None:
    kind, target = link.get("Type", ""), link.get("Target", "")
    if _ACTIVE_LINKS.search(kind):
        raise DangerError("embedded", target)
    if kind.endswith("/hyperlink"):
        if not _WEB.match(target.strip()):
            message = _("A link of the file leads neither into the web nor to an address of mail.")
            raise RefusedFileError(message)
        return
    outside = re.match(r"\s*([a-zA-Z][a-zA-Z0-9+.-]*:|\\\\|//)", target)
    if link.get("TargetMode", "").lower() == "external" or outside:
        raise DangerError("outside", target)
    if target.lower().endswith(_OPAQUE) and not kind.endswith(_OPAQUE_LINKS):
        raise RefusedFileError(_("The file is damaged, or it is no .docx."))


def _check_type(type_: dict[str, str]) -> None:
    declared = type_.get("ContentType", "")
    if "macroEnabled" in declared or "vbaProject" in declared:
        raise RefusedFileError(_("The file holds macros. Save it as a plain .docx."))


def read_docx(name: str, stream: IO[bytes]) -> tuple[str, bytes]:
    """Give the name and the bytes of an uploaded .docx that may be opened.

    :param name: as it was called; where it does not end so, ``.docx`` is added.
    :raises RefusedFileError: for what is no document, or a dangerous one.
    """
    content = stream.read(LARGEST + 1)
    if not content:
        raise RefusedFileError(_("Choose a file."))
    check_docx(content)
    return name if name.lower().endswith(".docx") else f"{name[:190]}.docx", content
