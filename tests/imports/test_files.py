"""Files opened: delimited text in many encodings, and what is no spreadsheet at all."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesman_core.records.imports import UnreadableFileError, open_sheet
from salesman_core.records.imports.delimited import DELIMITERS
from salesman_core.records.imports.sheet import (
    MOST_CELL_LENGTH,
    MOST_COLUMNS,
    Sheet,
    column_letter,
    distinct,
)

WriteCsv = Callable[..., Path]
CELLS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Zs", "Zl", "Zp")))


def cells(sheet: Sheet) -> list[tuple[object, ...]]:
    """Give the cells of all rows."""
    return [row.cells for row in sheet.rows()]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_encoding_is_recognised(write_csv: WriteCsv, encoding: str) -> None:
    sheet = open_sheet(write_csv("Имя;Город", "Ёлка;Пермь", encoding=encoding))

    assert sheet.headings == ("Имя", "Город")
    assert cells(sheet) == [("Ёлка", "Пермь")]


def test_encoding_is_recognised_by_bytes_far_from_the_start(write_csv: WriteCsv) -> None:
    sheet = open_sheet(write_csv("a;b", *["1;2"] * 5000, "Ёлка;Пермь", encoding="cp1251"))

    assert cells(sheet)[-1] == ("Ёлка", "Пермь")


def test_encoding_that_is_given_is_taken(write_csv: WriteCsv) -> None:
    path = write_csv("Name;Ort", "Müller;Köln", encoding="cp1252")

    assert cells(open_sheet(path, encoding="cp1252")) == [("Müller", "Köln")]


def test_encoding_that_is_given_and_does_not_fit_is_refused(write_csv: WriteCsv) -> None:
    path = write_csv("Имя;Город", encoding="cp1251")

    with pytest.raises(UnreadableFileError, match="no text in the encoding “utf-8”"):
        open_sheet(path, encoding="utf-8")


@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_delimiter_is_recognised(write_csv: WriteCsv, delimiter: str) -> None:
    lines = [delimiter.join(row) for row in (["a", "b", "c"], ["1", "2", "3"])]

    assert cells(open_sheet(write_csv(*lines))) == [("1", "2", "3")]


def test_commas_inside_of_cells_do_not_pass_for_the_delimiter(write_csv: WriteCsv) -> None:
    sheet = open_sheet(write_csv("Товар;НДС,%;Цена, р.", "Бур, 12 мм;18;25,50", "Ключ;18;1,5"))

    assert sheet.headings == ("Товар", "НДС,%", "Цена, р.")
    assert cells(sheet) == [("Бур, 12 мм", "18", "25,50"), ("Ключ", "18", "1,5")]


def test_delimiter_that_the_first_line_names_is_taken(write_csv: WriteCsv) -> None:
    sheet = open_sheet(write_csv("sep=|", "a|b;c", "1|2;3"))

    assert sheet.headings == ("a", "b;c")
    assert cells(sheet) == [("1", "2;3")]


def test_only_column_is_not_cut_at_commas(write_csv: WriteCsv) -> None:
    assert cells(open_sheet(write_csv("Имя", "Иванов, Иван", "Петров"))) == [
        ("Иванов, Иван",),
        ("Петров",),
    ]


def test_quoted_cell_may_hold_a_line_end_and_the_delimiter(write_csv: WriteCsv) -> None:
    sheet = open_sheet(write_csv("a;b", '"one;\r\ntwo ""three""";2'))

    assert cells(sheet) == [('one;\r\ntwo "three"', "2")]


def test_quotation_mark_that_is_never_closed_is_refused(write_csv: WriteCsv) -> None:
    sheet = open_sheet(write_csv("a;b", "1;2", '3;"4', "5;6"))

    with pytest.raises(UnreadableFileError, match="Row 3 opens a quotation mark"):
        list(sheet.rows())


def test_blank_rows_keep_the_numbers_of_the_others_right(write_csv: WriteCsv) -> None:
    sheet = open_sheet(write_csv("", ";", "a;b", "1;2", ";", "", "3;4"))

    assert sheet.heading_row == 3
    assert [(row.number, row.cells, row.is_blank) for row in sheet.rows()] == [
        (4, ("1", "2"), False),
        (5, (), True),
        (6, (), True),
        (7, ("3", "4"), False),
    ]


def test_space_and_control_characters_around_cells_are_dropped(write_csv: WriteCsv) -> None:
    assert cells(open_sheet(write_csv("a;b", " 1\u00a0;\x01 2\x1f"))) == [("1", "2")]


def test_apostrophe_of_an_export_is_taken_away(write_csv: WriteCsv) -> None:
    sheet = open_sheet(write_csv("a;b", "'=1+1;'+7 342 200-00-00", "'quoted';x"))

    assert cells(sheet) == [("=1+1", "+7 342 200-00-00"), ("'quoted'", "x")]


def test_headings_are_told_apart(write_csv: WriteCsv) -> None:
    sheet = open_sheet(write_csv("Телефон;;Телефон", "1;2;3"))

    assert sheet.headings == ("Телефон", "B", "Телефон (2)")


def test_second_spelling_of_a_heading_never_hides_another() -> None:
    assert distinct(["a", "a", "a (2)", "", "D"]) == ("a", "a (2)", "a (2) (2)", "D", "D (2)")


def test_columns_are_lettered_as_in_a_spreadsheet() -> None:
    assert [column_letter(index) for index in (0, 25, 26, 701, 702)] == [
        "A",
        "Z",
        "AA",
        "ZZ",
        "AAA",
    ]


def test_file_without_anything_is_refused(write_csv: WriteCsv) -> None:
    with pytest.raises(UnreadableFileError, match="has nothing in it"):
        open_sheet(write_csv("", "  ", ""))


def test_cell_beyond_the_bound_is_refused(write_csv: WriteCsv) -> None:
    sheet = open_sheet(write_csv("a;b", "x" * (MOST_CELL_LENGTH + 1) + ";2"))

    with pytest.raises(UnreadableFileError, match="A cell of row 2 has 32768 characters"):
        list(sheet.rows())


def test_columns_beyond_the_bound_are_refused(write_csv: WriteCsv) -> None:
    with pytest.raises(UnreadableFileError, match="Row 1 has 501 columns"):
        open_sheet(write_csv(";".join(["a"] * (MOST_COLUMNS + 1))))


def test_file_beyond_the_bound_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate((100 << 20) + 1)

    with pytest.raises(UnreadableFileError, match="larger than 100 MB"):
        open_sheet(path)


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7 ...",
        b"\x89PNG\r\n\x1a\n",
        b"<html><table><tr><td>1</td></tr></table></html>",
        b"\xef\xbb\xbf  <?xml version='1.0'?><Workbook/>",
        b"\x00\x01\x02\x03\x00\x00\x00\xff",
        b"\x98\x98",
        b"PK\x03\x04 is no archive",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 is no workbook",
    ],
    ids=["pdf", "png", "html", "xml", "binary", "no-encoding", "broken-zip", "broken-ole"],
)
def test_file_that_is_no_spreadsheet_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "rows.xls"
    path.write_bytes(content)

    with pytest.raises(UnreadableFileError, match=r"\.csv"):
        open_sheet(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=8),
    delimiter=st.sampled_from(DELIMITERS),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_any_texts_come_back_from_a_file(
    tmp_path: Path, rows: list[list[str]], delimiter: str, encoding: str
) -> None:
    path = tmp_path / "rows.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL)
        writer.writerows(
            [["first", "second", "third"], *([f".{cell}." for cell in row] for row in rows)]
        )

    sheet = open_sheet(path, delimiter=delimiter)

    assert [list(row.cells) for row in sheet.rows()] == [[f".{c}." for c in row] for row in rows]
