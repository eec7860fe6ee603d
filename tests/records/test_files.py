"""Files on clients and deals: kept once, harmless, and only for those who see the record."""

from __future__ import annotations

import io
import re
import struct
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from zlib import crc32

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from salesman_core.app import MAX_REQUEST
from salesman_core.db import reading, writing
from salesman_core.errors import ForbiddenError, InvalidError, MissingError
from salesman_core.records import files
from salesman_core.services.files import TooLargeError, harmless_name, media_type, store
from salesman_core.services.models import StoredFile
from salesman_core.testing.people import Make
from tests.records.turns import elsewhere, wait_for_its_turn

BrowserFor = Callable[[str], FlaskClient]

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
PDF = b"%PDF-1.7\n%%EOF"
HTML = b"<html><script>alert(document.cookie)</script></html>"


def attach(kind: str, record_id: int, name: str, content: bytes) -> int:
    return files.attach(kind, record_id, name, io.BytesIO(content))


def names(kind: str, record_id: int) -> list[str]:
    return [row.name for row in files.files_of(reading(), kind, record_id)]


def kept(folder: Path) -> list[Path]:
    return [path for path in (folder / "data" / "files").rglob("*") if path.is_file()]


@pytest.mark.parametrize("kind", ["client", "deal"])
def test_file_stands_on_its_record_with_its_content(make: Make, kind: str) -> None:
    record_id = getattr(make, kind)()
    file_id = attach(kind, record_id, "offer.txt", b"250 000")
    assert names(kind, record_id) == ["offer.txt"]
    assert files.download(file_id).path.read_bytes() == b"250 000"


@pytest.mark.databases("sqlite", "postgresql")
def test_content_that_two_attach_at_once_is_kept_once(app: Flask, make: Make) -> None:
    client, deal = make.client(), make.deal()
    with ThreadPoolExecutor() as threads:
        with writing():
            attach("client", client, "a.txt", b"the same")
            second = threads.submit(
                elsewhere(app, lambda: attach("deal", deal, "b.txt", b"the same"))
            )
            wait_for_its_turn(second)
        second.result(30)
    reading().rollback()
    assert (names("client", client), names("deal", deal)) == (["a.txt"], ["b.txt"])
    assert reading().scalar(sa.select(sa.func.count(StoredFile.id))) == 1


def test_same_content_is_kept_once(make: Make, tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        attach("client", make.client(), name, b"the same")
    assert len(kept(tmp_path)) == 1
    assert reading().scalar(sa.select(sa.func.count(StoredFile.id))) == 1


def test_too_large_file_is_refused_and_leaves_nothing(app: Flask, tmp_path: Path) -> None:
    with pytest.raises(TooLargeError):
        store(io.BytesIO(b"x" * 101), largest=100)
    assert kept(tmp_path) == []


def test_empty_file_is_refused(make: Make) -> None:
    with pytest.raises(InvalidError, match="empty"):
        attach("client", make.client(), "empty.txt", b"")


def test_strangers_bytes_are_not_even_written(make: Make, tmp_path: Path) -> None:
    client = make.client()
    with make.acting(make.user("seller")), pytest.raises(MissingError):
        attach("client", client, "x.txt", b"x")
    assert kept(tmp_path) == []


def test_file_of_a_record_that_one_does_not_see_is_missing(
    make: Make, browser_for: BrowserFor
) -> None:
    file_id = attach("client", make.client(), "secret.txt", b"secret")
    assert fetched(browser_for("seller"), f"/records/files/{file_id}/secret.txt").status_code == 404
    assert fetched(browser_for("head"), f"/records/files/{file_id}/secret.txt").data == b"secret"


def fetched(browser: FlaskClient, address: str, **headers: str) -> TestResponse:
    """Fetch and close, as a server does once the browser has it all."""
    return browser.get(address, headers=headers, buffered=True)


def download(make: Make, browser: FlaskClient, name: str, content: bytes) -> TestResponse:
    file_id = attach("client", make.client(), name, content)
    return fetched(browser, f"/records/files/{file_id}/{name}")


def test_page_that_was_uploaded_is_only_saved_and_runs_nothing(
    make: Make, browser_for: BrowserFor
) -> None:
    answer = download(make, browser_for("head"), "page.html", HTML)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(("name", "content"), [("photo.png", PNG), ("offer.pdf", PDF)])
def test_picture_and_pdf_are_shown(
    make: Make, browser_for: BrowserFor, name: str, content: bytes
) -> None:
    file_id = attach("client", make.client(), name, content)
    answer = fetched(browser_for("head"), f"/records/files/{file_id}/shown/{name}")
    assert answer.headers["Content-Disposition"].startswith("inline")
    assert "script-src" not in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("name", ["page.html", "drawing.svg", "photo.png"])
def test_what_does_not_begin_like_a_picture_is_never_shown(
    make: Make, browser_for: BrowserFor, name: str
) -> None:
    file_id = attach("client", make.client(), name, HTML)
    assert fetched(browser_for("head"), f"/records/files/{file_id}/shown/{name}").status_code == 404


def picture_of(width: int, height: int, format_: str = "PNG", mode: str = "RGB") -> bytes:
    written = io.BytesIO()
    Image.new(mode, (width, height), 1).save(written, format_)
    return written.getvalue()


def bomb(side: int) -> bytes:
    """A sound picture of a few kilobytes, a black square that unfolds to *side* times *side*."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", crc32(name + data))

    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    dots = zlib.compress(bytes(side * (1 + side // 8)))
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", dots) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def previewed(browser: FlaskClient, file_id: int, size: str = "small") -> TestResponse:
    return fetched(browser, f"/records/files/{file_id}/preview/{size}")


@pytest.mark.parametrize(
    ("format_", "mode"), [("PNG", "RGBA"), ("PNG", "P"), ("JPEG", "CMYK"), ("GIF", "P")]
)
def test_preview_is_a_small_picture_of_our_own_making(
    make: Make, browser_for: BrowserFor, format_: str, mode: str
) -> None:
    content = picture_of(3000, 1500, format_, mode)
    file_id = attach("client", make.client(), "photo", content)
    answer = previewed(browser_for("head"), file_id)
    assert answer.mimetype == "image/webp"
    assert Image.open(io.BytesIO(answer.data)).size == (160, 80)
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.cache_control.private


def test_preview_is_made_once(make: Make, browser_for: BrowserFor, tmp_path: Path) -> None:
    browser = browser_for("head")
    file_id = attach("client", make.client(), "photo.png", picture_of(300, 300))
    previewed(browser, file_id)
    made = [path for path in (tmp_path / "data" / "previews").rglob("*") if path.is_file()]
    made[0].write_bytes(b"kept")
    assert len(made) == 1
    assert previewed(browser, file_id).data == b"kept"


@pytest.mark.parametrize("side", [6_400, 12_000, 20_000])
def test_picture_that_would_fill_the_memory_is_never_unfolded(
    make: Make, browser_for: BrowserFor, tmp_path: Path, side: int
) -> None:
    browser = browser_for("head")
    file_id = attach("client", make.client(), "bomb.png", bomb(side))
    answer = previewed(browser, file_id)
    assert answer.mimetype == "image/gif"
    assert len(answer.data) < 60
    assert not (tmp_path / "data" / "previews").exists()
    viewed = fetched(browser, f"/records/files/{file_id}/view").text
    assert "too large or damaged" in viewed
    assert "<img" not in viewed


@pytest.mark.parametrize("content", [PNG, picture_of(50, 50)[:50], b"GIF89a", b"\xff\xd8\xff\0"])
def test_damaged_picture_has_an_empty_preview(
    make: Make, browser_for: BrowserFor, content: bytes
) -> None:
    file_id = attach("client", make.client(), "photo.png", content)
    assert previewed(browser_for("head"), file_id).mimetype == "image/gif"


@pytest.mark.parametrize("name", ["page.html", "drawing.svg", "offer.pdf"])
def test_what_is_no_picture_has_an_empty_preview(
    make: Make, browser_for: BrowserFor, name: str
) -> None:
    file_id = attach("client", make.client(), name, PDF if name.endswith("pdf") else HTML)
    assert previewed(browser_for("head"), file_id).mimetype == "image/gif"


def test_preview_of_a_size_that_there_is_not_is_missing(
    make: Make, browser_for: BrowserFor
) -> None:
    file_id = attach("client", make.client(), "photo.png", picture_of(50, 50))
    assert previewed(browser_for("head"), file_id, "huge").status_code == 404


def test_preview_of_a_strangers_record_is_missing(make: Make, browser_for: BrowserFor) -> None:
    client = make.client(owner_id=make.user_of("head"))
    file_id = attach("client", client, "photo.png", picture_of(50, 50))
    assert previewed(browser_for("seller"), file_id).status_code == 404
    seen = fetched(browser_for("seller"), f"/records/files/{file_id}/view")
    assert seen.status_code == 404


def test_panel_shows_pictures_lazily_and_in_their_size(make: Make, browser_for: BrowserFor) -> None:
    client = make.client()
    file_id = attach("client", client, "photo.png", picture_of(50, 50))
    attach("client", client, "page.html", HTML)
    panel = fetched(browser_for("head"), f"/records/client/{client}/files").text
    preview = f"/records/files/{file_id}/preview/small"
    told = 'alt="" loading="lazy" decoding="async" width="48" height="48"'
    assert re.findall(r"<img [^>]*>", panel) == [f'<img src="{preview}" {told}>']


def test_pdf_may_stand_in_a_frame_of_ours_alone(make: Make, browser_for: BrowserFor) -> None:
    file_id = attach("client", make.client(), "offer.pdf", PDF)
    browser = browser_for("head")
    assert (
        f'<iframe src="/records/files/{file_id}/shown/offer.pdf"'
        in fetched(browser, f"/records/files/{file_id}/view").text
    )
    policy = fetched(browser, f"/records/files/{file_id}/shown/offer.pdf").headers[
        "Content-Security-Policy"
    ]
    assert "frame-ancestors 'self'" in policy
    assert "default-src 'none'" in policy


def test_file_is_not_kept_by_browsers_without_asking_again(
    make: Make, browser_for: BrowserFor
) -> None:
    browser = browser_for("head")
    file_id = attach("client", make.client(), "a.txt", b"a")
    answer = fetched(browser, f"/records/files/{file_id}/a.txt")
    assert answer.cache_control.private
    assert answer.cache_control.max_age == 0
    address = f"/records/files/{file_id}/a.txt"
    again = fetched(browser, address, **{"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("given", "harmless"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\anna\\счёт №5.pdf", "счёт №5.pdf"),
        ("bill\u202efdp.exe", "billfdp.exe"),
        ('a"b\r\nSet-Cookie: x.txt', "a_bSet-Cookie_ x.txt"),
        ("...", "file"),
        ("", "file"),
    ],
)
def test_name_is_made_harmless(given: str, harmless: str) -> None:
    assert harmless_name(given) == harmless


def test_long_name_keeps_its_ending() -> None:
    assert harmless_name("ы" * 400 + ".docx").endswith("ы.docx")
    assert len(harmless_name("ы" * 400 + ".docx")) == 150


@pytest.mark.parametrize(
    ("name", "beginning", "type_"),
    [
        ("a.png", PNG, "image/png"),
        ("a.txt", PNG, "image/png"),
        ("a.png", HTML, "application/octet-stream"),
        ("a.docx", b"PK\x03\x04", media_type("b.docx", b"")),
        ("a.svg", b"<svg", "application/octet-stream"),
        ("a", b"x", "application/octet-stream"),
    ],
)
def test_type_is_judged_by_content_and_never_by_hearsay(
    name: str, beginning: bytes, type_: str
) -> None:
    assert media_type(name, beginning) == type_


def test_upload_of_several_files_shows_them_all(make: Make, browser_for: BrowserFor) -> None:
    client = make.client()
    answer = browser_for("head").post(
        f"/records/client/{client}/files",
        data={"file": [(io.BytesIO(b"1"), "one.txt"), (io.BytesIO(b"2"), "two.txt")]},
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 200
    assert "one.txt" in answer.text
    assert "two.txt" in answer.text


def test_refused_upload_says_why_in_the_panel(make: Make, browser_for: BrowserFor) -> None:
    client = make.client()
    answer = browser_for("head").post(
        f"/records/client/{client}/files",
        data={"file": (io.BytesIO(b""), "nothing.txt")},
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 422
    assert "nothing.txt" in answer.text


TOO_LARGE = "A file may have at most 20 MB, and files that are sent together 25 MB."
FILM = b"a" * (MAX_REQUEST + 1)


def sent_too_much(browser: FlaskClient, record: str, **headers: str) -> TestResponse:
    """Send more than the server takes at once, with a proof that it never comes to read."""
    boundary, body = encode_multipart({"file": FileStorage(io.BytesIO(FILM), "film.mp4")})
    type_ = f"multipart/form-data; boundary={boundary}"
    return browser.post(f"/records/{record}/files", data=body, content_type=type_, headers=headers)


@pytest.mark.parametrize("kind", ["client", "deal"])
def test_request_beyond_the_bound_is_refused_at_its_field(
    make: Make, browser_for: BrowserFor, kind: str
) -> None:
    record_id = getattr(make, kind)(name="Ромашка")
    answer = sent_too_much(browser_for("head"), f"{kind}/{record_id}")
    assert answer.status_code == 413
    assert f'role="alert">{TOO_LARGE}</div>' in answer.text
    assert f'<a href="/{kind}s/{record_id}">' in answer.text
    assert names(kind, record_id) == []


def test_request_beyond_the_bound_is_refused_in_the_panel(
    make: Make, browser_for: BrowserFor
) -> None:
    browser, client = browser_for("head"), make.client()
    answer = sent_too_much(browser, f"client/{client}", **{"HX-Request": "true"})
    assert answer.status_code == 413
    assert answer.text.lstrip().startswith('<section class="card mb-3" id="files"')
    assert TOO_LARGE in answer.text


@pytest.mark.parametrize("asks_for_proof", [True, False])
def test_request_beyond_the_bound_tells_nobody_of_a_strangers_record(
    app: Flask, make: Make, browser_for: BrowserFor, *, asks_for_proof: bool
) -> None:
    """Also where nobody has asked yet who sends it: the proof of a page is looked for first."""
    client = make.client(name="Тайна", owner_id=make.user_of("head"))
    browser = browser_for("seller")
    if asks_for_proof:
        app.config["WTF_CSRF_METHODS"] = ["POST"]
    refused = sent_too_much(browser, f"client/{client}")
    assert (refused.status_code, "Тайна" in refused.text) == (404, False)
    with ThreadPoolExecutor() as threads:  # where nobody acts
        unknown = threads.submit(sent_too_much, app.test_client(), f"client/{client}").result()
    assert (unknown.status_code, (unknown.location or "")[:9]) == (302, "/sign/in?")


def test_note_beyond_the_bound_is_no_matter_of_files(make: Make, browser_for: BrowserFor) -> None:
    data = {"text": "a" * (MAX_REQUEST + 1)}
    answer = browser_for("head").post(f"/records/client/{make.client()}/notes", data=data)
    assert answer.status_code == 413
    assert TOO_LARGE not in answer.text


def test_file_refused_where_no_script_runs_stands_on_a_whole_page(
    make: Make, browser_for: BrowserFor
) -> None:
    client = make.client(name="Ромашка")
    answer = browser_for("head").post(
        f"/records/client/{client}/files", data={"file": (io.BytesIO(b""), "nothing.txt")}
    )
    assert answer.status_code == 422
    assert answer.text.lstrip().startswith("<!doctype html>")
    assert f'<a href="/clients/{client}">' in answer.text
    assert "nothing.txt" in answer.text


def test_whoever_attached_a_file_takes_it_away_and_back(make: Make) -> None:
    with make.acting(make.user("seller")):
        client = make.client()
        file_id = attach("client", client, "a.txt", b"a")
        files.detach(file_id)
        assert names("client", client) == []
        files.attach_again(file_id)
        assert names("client", client) == ["a.txt"]


def test_nobody_takes_a_strangers_file_away(make: Make) -> None:
    with make.acting(make.user("seller")):
        file_id = attach("client", make.client(), "a.txt", b"a")
    with make.acting(make.user("head")), pytest.raises(ForbiddenError):
        files.detach(file_id)


def test_lost_content_is_said_and_not_a_crash(
    make: Make, browser_for: BrowserFor, tmp_path: Path
) -> None:
    file_id = attach("client", make.client(), "a.txt", b"a")
    for path in kept(tmp_path):
        path.unlink()
    answer = fetched(browser_for("head"), f"/records/files/{file_id}/a.txt")
    assert answer.status_code == 404
    assert "not in the store" in answer.text
