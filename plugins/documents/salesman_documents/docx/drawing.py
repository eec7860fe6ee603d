"""Pictures in a document: the drawing where it stands, its bytes, and what joins the two."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from markupsafe import Markup

_EMU: Final = 36_000
"""English metric units in a millimetre."""
_USUAL: Final = 40.0
_WIDEST: Final = 180.0
_IMAGE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
_LINKS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_PNG: Final = b"\x89PNG\r\n\x1a\n"
MOST: Final = 200

_current: Final[ContextVar[Drawings]] = ContextVar("drawings")


class Drawings:
    """The pictures of one document."""

    def __init__(self, parts: Mapping[str, bytes]) -> None:
        self._parts = parts
        self._part = ""
        self._media: dict[bytes, str] = {}
        self._links: dict[str, dict[str, str]] = {}
        self._count = 0

    @contextmanager
    def of_part(self, name: str) -> Iterator[None]:
        """Let the pictures that are drawn meanwhile stand in a part."""
        self._part = name
        before = _current.set(self)
        try:
            yield
        finally:
            _current.reset(before)

    def html_of(self, picture: Any) -> Markup:
        """Give the drawing of a picture; nothing for none."""
        if not picture.content.startswith(_PNG):
            return Markup()
        self._count += 1
        if self._count > MOST:
            return Markup()
        name = self._media.setdefault(picture.content, f"ours{len(self._media) + 1}.png")
        links = self._links.setdefault(self._part, {})
        link = links.setdefault(name, f"rIdOurs{len(links) + 1}")
        wide, high = struct.unpack(">II", picture.content[16:24])
        millimetres = min(picture.width or _USUAL, _WIDEST)
        return _drawing(link, 10_000 + self._count, millimetres, millimetres * high / max(wide, 1))

    def parts(self) -> dict[str, bytes]:
        """Give the parts that the pictures make or change, by name."""
        if not self._media:
            return {}
        made = {f"word/media/{name}": content for content, name in self._media.items()}
        for part, links in self._links.items():
            name = re.sub(r"([^/]+)$", r"_rels/\1.rels", part)
            made[name] = _with_links(self._parts.get(name, b""), links)
        types = "[Content_Types].xml"
        made[types] = _with_png(self._parts[types])
        return made


def drawn(picture: Any) -> Markup:
    """Give the drawing of a picture in the document that is being filled in."""
    return _current.get().html_of(picture)


def _with_links(held: bytes, links: Mapping[str, str]) -> bytes:
    added = "".join(
        f'<Relationship Id="{link}" Type="{_IMAGE}" Target="media/{name}"/>'
        for name, link in links.items()
    )
    if not held:
        return f'<Relationships xmlns="{_LINKS}">{added}</Relationships>'.encode()
    if b"</Relationships>" not in held:  # an empty one closes itself
        return re.sub(rb"<Relationships([^>]*)/>", rb"<Relationships\1>", held) + (
            added.encode() + b"</Relationships>"
        )
    return held.replace(b"</Relationships>", added.encode() + b"</Relationships>")


def _with_png(types: bytes) -> bytes:
    if re.search(rb'Extension="png"', types, re.IGNORECASE):
        return types
    png = b'<Default Extension="png" ContentType="image/png"/>'
    return re.sub(rb"(<Types[^>]*>)", rb"\1" + png, types, count=1)


def _drawing(link: str, id_: int, wide: float, high: float) -> Markup:
    """Give a drawing in a run of its own, behind that in which the tag stands."""
    x, y = round(wide * _EMU), round(high * _EMU)
    main = "http://schemas.openxmlformats.org/drawingml/2006/main"
    picture = "http://schemas.openxmlformats.org/drawingml/2006/picture"
    place = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    return Markup(  # noqa: S704  # all of it is ours
        '</w:t></w:r><w:r><w:drawing><wp:inline xmlns:wp="' + place + '">'
        f'<wp:extent cx="{x}" cy="{y}"/><wp:docPr id="{id_}" name="Picture {id_}"/>'
        f'<a:graphic xmlns:a="{main}"><a:graphicData uri="{picture}">'
        f'<pic:pic xmlns:pic="{picture}"><pic:nvPicPr><pic:cNvPr id="{id_}" name=""/>'
        f'<pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip xmlns:r="{relations}" '
        f'r:embed="{link}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr>'
        f'<a:xfrm><a:off x="0" y="0"/><a:ext cx="{x}" cy="{y}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData>'
        '</a:graphic></wp:inline></w:drawing></w:r><w:r><w:t xml:space="preserve">'
    )
