"""Logos, stamps and signatures: drawn anew, within bounds, and nothing else that they carried."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import IO

import pytest
from flask import Flask
from PIL import Image, PngImagePlugin
from salesman_requisites.companies import queries
from salesman_requisites.companies.parts import SIGNERS
from salesman_requisites.companies.pictures import (
    LARGEST,
    LONGEST,
    keep_picture,
    one_picture,
    remove_picture,
)
from salesman_requisites.testing import SIGNER, hidden, own_company, png
from salesman_requisites.toolkit import company_pictures

from salesman_core.errors import InvalidError, MissingError
from salesman_core.testing.people import Browser
from salesman_core.toolkit import reading


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def test_picture_keeps_what_is_transparent_and_nothing_else_it_carried(
    app: Flask, company_id: int
) -> None:
    carried = PngImagePlugin.PngInfo()
    carried.add_text("Comment", "<script>alert(1)</script>")
    source = io.BytesIO()
    with Image.open(png()) as uploaded:
        uploaded.save(source, "PNG", pnginfo=carried)
    source.seek(0)

    kept = one_picture(reading(), company_id, keep_picture(company_id, "stamp", source))

    assert b"script" in source.getvalue()
    assert b"script" not in kept
    picture: Image.Image = opened(kept)
    assert (picture.format, picture.mode, picture.size) == ("PNG", "RGBA", (40, 20))
    dots = (picture.getpixel((0, 0)), picture.getpixel((39, 0)))
    assert dots == ((20, 40, 160, 255), (0, 0, 0, 0))


def test_large_picture_is_made_smaller(app: Flask, company_id: int) -> None:
    source = io.BytesIO()
    Image.new("RGB", (3000, 1500), "white").save(source, "JPEG")
    source.seek(0)

    kept = one_picture(reading(), company_id, keep_picture(company_id, "logo", source))

    assert opened(kept).size == (LONGEST, LONGEST // 2)


def bomb() -> IO[bytes]:
    """A PNG of some kilobytes that would unfold to a hundred million dots."""
    content = io.BytesIO()
    Image.new("1", (10_000, 10_000)).save(content, "PNG")
    content.seek(0)
    return content


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (io.BytesIO, "Choose a picture."),
        (lambda: io.BytesIO(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "no picture that can"),
        (lambda: io.BytesIO(b"\x89PNG\r\n\x1a\n broken"), "no picture that can"),
        (lambda: io.BytesIO(b"%PDF-1.4"), "no picture that can"),
        (lambda: io.BytesIO(b"x" * (LARGEST + 1)), "at most 5 MB"),
        (bomb, "no picture that can"),
    ],
)
def test_what_is_no_picture_is_refused_at_its_field(
    app: Flask, company_id: int, source: Callable[[], IO[bytes]], message: str
) -> None:
    with pytest.raises(InvalidError, match=message) as refused:
        keep_picture(company_id, "stamp", source())

    assert list(refused.value.fields) == ["file"]
    assert queries.pictures(reading(), [company_id]) == {}


def test_another_stamp_takes_the_place_of_the_first(app: Flask, company_id: int) -> None:
    first = keep_picture(company_id, "stamp", png())
    second = keep_picture(company_id, "stamp", png(60, 60))

    assert first == second
    assert opened(company_pictures(reading(), company_id)["stamp"]).size == (60, 60)


def test_signature_is_its_signers_and_given_only_for_them(app: Flask, company_id: int) -> None:
    signer = SIGNERS.add(company_id, SIGNER)
    other = SIGNERS.add(company_id, SIGNER)
    keep_picture(company_id, "logo", png())
    keep_picture(company_id, "signature", png(), signer_id=signer)

    session = reading()
    assert set(company_pictures(session, company_id)) == {"logo"}
    assert set(company_pictures(session, company_id, signer_id=signer)) == {"logo", "signature"}
    assert set(company_pictures(session, company_id, signer_id=other)) == {"logo"}


def test_picture_has_its_place_or_is_refused(app: Flask, company_id: int) -> None:
    signer = SIGNERS.add(own_company(name="Other"), SIGNER)

    for use, signer_id in (("signature", None), ("signature", signer), ("stamp", signer)):
        with pytest.raises(MissingError):
            keep_picture(company_id, use, png(), signer_id=signer_id)


def test_picture_that_was_removed_is_gone(app: Flask, company_id: int) -> None:
    picture = keep_picture(company_id, "stamp", png())

    remove_picture(company_id, picture)

    assert company_pictures(reading(), company_id) == {}
    with pytest.raises(MissingError):
        remove_picture(company_id, picture)


def test_stamp_is_uploaded_on_its_page_and_shown_to_administrators_alone(
    browser_for: Callable[[str], Browser], company_id: int
) -> None:
    browser = browser_for("administrator")
    token = hidden(browser.get(f"/requisites/{company_id}/stamp").text, "csrf_token")
    sent = {"csrf_token": token, "file": (png(), "stamp.png")}

    kept = browser.post(f"/requisites/{company_id}/stamp", data=sent, follow_redirects=True)
    (row,) = queries.pictures(reading(), [company_id])[company_id]
    address = f"/requisites/{company_id}/pictures/{row.id}"

    assert address in kept.text
    shown = browser.get(address)
    assert (shown.status_code, shown.mimetype) == (200, "image/png")
    assert browser_for("lawyer").get(address).status_code == 403
    assert "there is one" in browser_for("lawyer").get(f"/requisites/{company_id}").text
