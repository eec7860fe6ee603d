"""Small pictures of kept pictures, so that a page with many of them stays light.

Each is made when it is first looked at, from the header on within bounds, and kept in
``data_dir/previews``; one that is lost is made anew. What comes of it is always a picture of ours,
whatever else the bytes of the original might mean to a browser.
"""

from __future__ import annotations

import os
import struct
import tempfile
import threading
from enum import StrEnum
from pathlib import Path
from typing import Final

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


def _made(picture: Image.Image, place: Path, longest: int) -> Path | None:
    if picture.width * picture.height > MOST_PIXELS:
        return None
    picture.draft("RGB", (longest, longest))  # a JPEG is read no finer than needed
    upright = ImageOps.exif_transpose(picture)
    upright.thumbnail((longest, longest))
    place.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=place.parent, prefix="incoming-")
    incoming = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as target:
            upright.convert("RGBA" if upright.has_transparency_data else "RGB").save(
                target, "WEBP", quality=80
            )
        incoming.replace(place)
    finally:
        incoming.unlink(missing_ok=True)
    return place


def _place(hash_: str, size: Size) -> Path:
    core: CoreSettings = current_app.config["SALESMAN"]
    return core.data_dir / "previews" / hash_[:2] / f"{hash_}-{size}.webp"
