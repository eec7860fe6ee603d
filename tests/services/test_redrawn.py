"""Uploaded pictures, drawn anew for whoever keeps them."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from salesman_core.toolkit import redrawn


def uploaded(kind: str, mode: str, size: tuple[int, int], **how: Any) -> io.BytesIO:
    """Give a picture as somebody would upload it."""
    content = io.BytesIO()
    Image.new(mode, size, how.pop("color", 0)).save(content, kind, **how)
    content.seek(0)
    return content


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP"])
def test_picture_keeps_that_it_is_transparent(kind: str) -> None:
    made = redrawn(uploaded(kind, "RGBA", (40, 20)), 100)

    assert made is not None
    picture = Image.open(io.BytesIO(made.content))
    assert (picture.format, picture.mode, picture.size) == ("PNG", "RGBA", (40, 20))
    assert (made.width, made.height) == (40, 20)


def test_picture_is_turned_upright_and_made_no_larger_than_wanted() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held on its side
    source = uploaded("JPEG", "RGB", (400, 200), exif=exif)

    made = redrawn(source, 100)

    assert made is not None
    assert (made.width, made.height) == (50, 100)
    assert b"Exif" in source.getvalue()
    assert b"Exif" not in made.content


@pytest.mark.parametrize("content", [b"", b"<svg/>", b"\x89PNG\r\n\x1a\n", b"%PDF-1.4"])
def test_what_is_no_picture_gives_none(content: bytes) -> None:
    assert redrawn(io.BytesIO(content), 100) is None


def test_picture_that_would_unfold_to_too_much_gives_none() -> None:
    assert redrawn(uploaded("PNG", "1", (10_000, 10_000)), 100) is None
