"""Small pictures of kept pictures, so that a page with many of them stays light.

Each is made when it is first looked at, from the header on within bounds, and kept in
``data_dir/previews``; one that is lost is made anew. What comes of it is always a picture of ours,
whatever else the bytes of the original might mean to a browser. :func:`redrawn` does the same for
a picture that is to be kept itself, as a logo.
"""

from __future__ import annotations

import io
import os
import struct
import tempfile
import threading
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO, Final

import structlog
from flask import current_app
from PIL import Image, ImageOps

from salesman_core.config import CoreSettings
from salesman_core.services.files import stored_file

MOST_PIXELS: Final = 40_000_000
"""So many may a picture unfold to: 160 MB of memory while it is made small."""

_FORMATS: Final = ("PNG", "JPEG", "GIF", "WEBP")
_UNREADABLE: Final = (
    OSError,
    ValueError,
    SyntaxError,  # which Pillow raises for broken PNG
    EOFError,
    OverflowError,
    struct.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)
_one_at_a_time: Final = threading.Lock()
_log = structlog.get_logger(__name__)


class Size(StrEnum):
    """How large a preview is."""

    SMALL = "small"
    LARGE = "large"

    @property
    def pixels(self) -> int:
        """The longer side, at most."""
        return {Size.SMALL: 160, Size.LARGE: 1600}[self]


def preview(hash_: str, size: Size) -> Path | None:
    """Give where the preview of a kept picture lies.

    :returns: None where it cannot be read, or would unfold to more than :data:`MOST_PIXELS`.
    :raises MissingError: where its content is not in the store.
    """
    original, place = stored_file(hash_), _place(hash_, size)
    if place.is_file():
        return place
    with _one_at_a_time:  # memory, not speed, is what many at once would cost
        try:
            with Image.open(original, formats=_FORMATS) as picture:
                return _made(picture, place, size.pixels)
        except _UNREADABLE as error:
            _log.info("no_preview", hash=hash_, reason=type(error).__name__)
            return None


@dataclass(frozen=True, slots=True)
class Redrawn:
    """A picture that was drawn anew.

    :param content: a PNG.
    :param width: in pixels, as :attr:`height`.
    """

    content: bytes
    width: int
    height: int


def redrawn(original: IO[bytes], longest: int) -> Redrawn | None:
    """Draw an uploaded picture anew, upright, with its transparency and nothing else it carried.

    :param original: a PNG, JPEG, GIF or WebP; whoever calls bounds its bytes.
    :param longest: so many pixels may its longer side have; a larger one is made smaller.
    :returns: None where it cannot be read, or would unfold to more than :data:`MOST_PIXELS`.
    """
    with _one_at_a_time:
        try:
            with Image.open(original, formats=_FORMATS) as picture:
                small = _small(picture, longest)
                return None if small is None else _as_png(small)
        except _UNREADABLE as error:
            _log.info("not_redrawn", reason=type(error).__name__)
            return None


def _as_png(picture: Image.Image) -> Redrawn:
    content = io.BytesIO()
    picture.info.clear()  # profiles and texts of the original
    picture.save(content, "PNG", optimize=True)
    return Redrawn(content.getvalue(), picture.width, picture.height)


def _small(picture: Image.Image, longest: int) -> Image.Image | None:
    """Give a picture upright and no larger than needed; None for one that unfolds to too much."""
    if picture.width * picture.height > MOST_PIXELS:
        return None
    picture.draft("RGB", (longest, longest))  # a JPEG is read no finer than needed
    upright = ImageOps.exif_transpose(picture)
    upright.thumbnail((longest, longest))
    return upright.convert("RGBA" if upright.has_transparency_data else "RGB")


def _made(picture: Image.Image, place: Path, longest: int) -> Path | None:
    small = _small(picture, longest)
    if small is None:
        return None
    place.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=place.parent, prefix="incoming-")
    incoming = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as target:
            small.save(target, "WEBP", quality=80)
        incoming.replace(place)
    finally:
        incoming.unlink(missing_ok=True)
    return place


def _place(hash_: str, size: Size) -> Path:
    core: CoreSettings = current_app.config["SALESMAN"]
    return core.data_dir / "previews" / hash_[:2] / f"{hash_}-{size}.webp"
