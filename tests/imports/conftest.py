"""What tests of imports share: a place to write files, and an application on a database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
import xlsxwriter
from flask import Flask
from flask_babel import Babel

from salesman_core.db import db

WriteCsv = Callable[..., Path]
WriteXlsx = Callable[..., Path]


@pytest.fixture
def write_csv(tmp_path: Path) -> WriteCsv:
    """A function that writes lines of text to a file: ``write_csv("a;b", "1;2")``."""

    def write(*lines: str, encoding: str = "utf-8", name: str = "rows.csv") -> Path:
        path = tmp_path / name
        path.write_bytes("\r\n".join(lines).encode(encoding))
        return path

    return write


@pytest.fixture
def write_xlsx(tmp_path: Path) -> WriteXlsx:
    """A function that writes rows to sheets: ``write_xlsx(Sheet1=[["a", "b"], ["1", 2]])``."""

    def write(**sheets: Sequence[Sequence[object]]) -> Path:
        path = tmp_path / "rows.xlsx"
        options = {"default_date_format": "dd.mm.yyyy", "strings_to_formulas": False}
        with xlsxwriter.Workbook(str(path), options) as workbook:
            for name, rows in sheets.items():
                sheet = workbook.add_worksheet(name)
                for number, row in enumerate(rows):
                    sheet.write_row(number, 0, row)
        return path

    return write


@pytest.fixture
def application(database_url: str) -> Iterator[Flask]:
    """An application with a database, its context pushed."""
    application = Flask("imports")
    application.config["SQLALCHEMY_DATABASE_URI"] = database_url
    db.init_app(application)
    Babel(application)
    with application.app_context():
        yield application
        db.session.remove()
        db.engine.dispose()
