"""Files that the page refuses: a clear message at the field, and nothing is changed."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from salesman_core.db import reading
from salesman_core.records.imports.keeping import LARGEST
from salesman_core.records.imports.sheet import MOST_UNPACKED
from salesman_core.records.models import FileImport

from .conftest import Upload, words

DATA = Path(__file__).parents[2] / "../shared/data"

pytestmark = [pytest.mark.databases("sqlite")]


def sent(content: bytes, name: str) -> FileStorage:
    """Give a file as a form sends it."""
    return FileStorage(io.BytesIO(content), filename=name)


@pytest.fixture
def send(browser: FlaskClient) -> Callable[..., TestResponse]:
    """A function that sends a file to the page, and gives the answer."""

    def send(content: bytes, name: str = "rows.xlsx", mapping: bytes = b"") -> TestResponse:
        form: dict[str, object] = {"record": "deals", "file": sent(content, name)}
        if mapping:
            form["mapping"] = sent(mapping, "mapping.toml")
        boundary, body = encode_multipart(form)
        type_ = f"multipart/form-data; boundary={boundary}"
        return browser.post("/admin/import", data=body, content_type=type_)

    return send


Send = Callable[..., TestResponse]


def refused(answer: TestResponse, field: str = "file") -> str:
    """Give what the page says at a field, having made sure that nothing was kept."""
    reading().rollback()
    assert reading().scalar(sa.select(sa.func.count()).select_from(FileImport)) == 0
    place = f'id="wrong-{field}">'
    assert place in answer.text
    return answer.text.partition(place)[2].partition("</div>")[0]


def bomb() -> bytes:
    """Give a small workbook that unpacks to more than is read."""
    packed, part = io.BytesIO(), b" " * (16 << 20)
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _part in range((MOST_UNPACKED // len(part)) + 1):
                sheet.write(part)
    return packed.getvalue()


@pytest.mark.usefixtures("forms_without_proof")
def test_file_that_is_no_spreadsheet_is_refused(send: Send) -> None:
    answer = send(b"%PDF-1.7 no table", "deals.xlsx")

    assert answer.status_code == 422
    assert "is no spreadsheet, whatever its name says" in refused(answer)


@pytest.mark.usefixtures("forms_without_proof")
def test_archive_that_is_no_workbook_is_refused(send: Send) -> None:
    answer = send(b"PK\x03\x04 is no archive")

    assert answer.status_code == 422
    assert "is no workbook, or a damaged one" in refused(answer)


@pytest.mark.usefixtures("forms_without_proof")
def test_workbook_that_unpacks_to_too_much_is_refused(send: Send) -> None:
    packed = bomb()
    assert len(packed) < LARGEST

    answer = send(packed)

    assert answer.status_code == 422
    assert "unpacks to more than is read" in refused(answer)


@pytest.mark.parametrize("size", [LARGEST + 1, 100 << 20], ids=["a-byte-more", "100-mb"])
def test_file_beyond_the_bound_is_refused_at_its_field(send: Send, size: int) -> None:
    """Also where a page proves itself: its proof lies behind the file, unread."""
    answer = send(b"a" * size, "deals.csv")

    assert answer.status_code == 413
    assert refused(answer) == "A file may have at most 25 MB."


@pytest.mark.usefixtures("forms_without_proof")
def test_empty_file_is_refused(send: Send) -> None:
    assert "nothing in it" in refused(send(b"", "deals.csv"))


@pytest.mark.usefixtures("forms_without_proof")
@pytest.mark.parametrize(
    ("mapping", "told"),
    [
        (b"no toml", "The mapping is no TOML"),
        (b"\xff\xfe\x00", "The mapping is no text in UTF-8"),
        (b"[columns]\nDeal = 'nmae'", "is “name” meant?"),
        (b"[columns]\nDeel = 'name'", "is “Deal” meant?"),
        (b"[options]\ndelimiter = 'ab'", "one character is expected"),
        (b'[options]\nencoding = "\\u0000"', "a text is expected"),
    ],
)
def test_mapping_that_does_not_fit_is_refused_at_its_field(
    send: Send, mapping: bytes, told: str
) -> None:
    assert told in refused(send(b"Deal;Amount\nBoilers;5\n", "deals.csv", mapping), "mapping")


@pytest.mark.usefixtures("forms_without_proof", "real_files")
def test_old_workbook_is_read(browser: FlaskClient, upload: Upload) -> None:
    place = upload((DATA / "salesman/deals.xls").read_bytes(), "deals")

    assert "Сумма.план." in browser.get(place).text
    assert words(browser.get(f"{place}/found")).startswith("40 rows to bring in")
