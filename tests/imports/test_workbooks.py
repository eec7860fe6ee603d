"""Workbooks: typed cells, the choice of a sheet, and hostile files."""

# Spreadsheets know no time zones: their moments are naive.
# ruff: noqa: DTZ001

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter

from salesman_core.records.imports import UnreadableFileError, open_sheet
from salesman_core.records.imports.workbook import require_bounded

WriteXlsx = Callable[..., Path]


def test_cells_keep_their_types(write_xlsx: WriteXlsx) -> None:
    path = write_xlsx(Deals=[["Имя", "n", "d", "f"], ["Ёлка", 10.5, date(2016, 10, 20), True]])

    sheet = open_sheet(path)

    assert str(sheet.layout) == "XLSX, “Deals”"
    assert [row.cells for row in sheet.rows()] == [("Ёлка", 10.5, date(2016, 10, 20), True)]


def test_moments_keep_their_time(tmp_path: Path) -> None:
    path = tmp_path / "rows.xlsx"
    with xlsxwriter.Workbook(str(path), {"default_date_format": "dd.mm.yyyy hh:mm"}) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["at"])
        sheet.write_datetime(1, 0, datetime(2024, 6, 21, 15, 30))

    assert [row.cells for row in open_sheet(path).rows()] == [(datetime(2024, 6, 21, 15, 30),)]


def test_text_that_looks_like_a_formula_stays_text(write_xlsx: WriteXlsx) -> None:
    path = write_xlsx(S=[["a"], ['=IF(N2="Web", 11, "")']])

    assert [row.cells for row in open_sheet(path).rows()] == [('=IF(N2="Web", 11, "")',)]


def test_formula_gives_its_last_result(tmp_path: Path) -> None:
    path = tmp_path / "rows.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["a"])
        sheet.write_formula(1, 0, "=1+1", value=7)

    assert [row.cells for row in open_sheet(path).rows()] == [(7.0,)]


def test_first_sheet_with_something_in_it_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "rows.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        workbook.add_worksheet("Empty")
        hidden = workbook.add_worksheet("Hidden")
        hidden.write(0, 0, "secret")
        hidden.hide()
        workbook.add_worksheet("Spaces").write(0, 0, "  ")
        workbook.add_worksheet("Data").write(0, 0, "a")

    assert str(open_sheet(path).layout) == "XLSX, “Data”"


def test_sheet_may_be_named(write_xlsx: WriteXlsx) -> None:
    path = write_xlsx(First=[["a"]], Second=[["b"], [2]])

    assert open_sheet(path, sheet="Second").headings == ("b",)


def test_sheet_that_is_missing_is_refused_with_those_there_are(write_xlsx: WriteXlsx) -> None:
    path = write_xlsx(First=[["a"]], Second=[["b"]])

    with pytest.raises(UnreadableFileError, match="no sheet “Third”, but: First, Second"):
        open_sheet(path, sheet="Third")


def test_rows_and_columns_before_the_table_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "rows.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(2, 1, ["a", "", "c"])
        sheet.write_row(4, 1, [1, 2, 3])

    opened = open_sheet(path)

    assert (opened.heading_row, opened.headings) == (3, ("a", "C", "c"))
    assert [(row.number, row.cells) for row in opened.rows()] == [(4, ()), (5, (1.0, 2.0, 3.0))]


def test_workbook_is_told_by_its_content(write_xlsx: WriteXlsx) -> None:
    path = write_xlsx(S=[["a"], ["1"]])
    named_wrongly = path.rename(path.with_suffix(".xls"))

    assert str(open_sheet(named_wrongly).layout) == "XLSX, “S”"


def test_rows_may_be_left_before_their_end(write_xlsx: WriteXlsx) -> None:
    rows = open_sheet(write_xlsx(S=[["a"], *([number] for number in range(5000))])).rows()

    assert next(rows).cells == (0.0,)


def test_empty_workbook_is_refused(write_xlsx: WriteXlsx) -> None:
    with pytest.raises(UnreadableFileError, match="nothing in it"):
        open_sheet(write_xlsx(S=[]))


def test_too_many_columns_are_refused(write_xlsx: WriteXlsx) -> None:
    with pytest.raises(UnreadableFileError, match="501 columns; at most 500"):
        open_sheet(write_xlsx(S=[["a"] * 501]))


def test_document_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "letter.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<document/>")

    with pytest.raises(UnreadableFileError, match=r"“letter\.docx” is no workbook"):
        open_sheet(path)


def test_broken_workbook_is_refused(write_xlsx: WriteXlsx, tmp_path: Path) -> None:
    broken = tmp_path / "broken.xlsx"
    with zipfile.ZipFile(write_xlsx(S=[["a"]])) as whole, zipfile.ZipFile(broken, "w") as archive:
        for name in whole.namelist():
            archive.writestr(name, whole.read(name)[:60])

    with pytest.raises(UnreadableFileError, match="no workbook, or a damaged one"):
        open_sheet(broken)


def test_archive_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (8 << 20))

    with pytest.raises(UnreadableFileError, match="unpacks to more than is read"):
        require_bounded(path, most=4 << 20)


def test_archive_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "liar.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * (8 << 20))
    small, real = (4096).to_bytes(4, "little"), (8 << 20).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(real, small))

    with pytest.raises(UnreadableFileError):
        require_bounded(path, most=4 << 20)


def test_two_cells_that_span_the_largest_sheet_take_no_process_down(tmp_path: Path) -> None:
    path = tmp_path / "sparse.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write(0, 0, "a")
        sheet.write(1_048_575, 16_383, "z")

    with pytest.raises(UnreadableFileError, match="takes more memory or time"):
        open_sheet(path)
