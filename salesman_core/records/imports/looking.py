"""What a look at all rows of a file tells, before anything is tried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from salesman_core.records.imports.keeping import opened_sheet
from salesman_core.records.imports.mapping import mapping_from
from salesman_core.records.imports.plan import laid_out
from salesman_core.records.imports.recognition import ColumnTold, columns_told
from salesman_core.records.imports.service import import_type
from salesman_core.records.imports.survey import surveyed
from salesman_core.records.models import FileImport


@dataclass(frozen=True, slots=True)
class FileFound:
    """What was found in a file.

    :param rows: rows that hold something.
    :param blank_rows: rows that hold nothing.
    :param columns: how those of dates and amounts are read.
    """

    rows: int
    blank_rows: int
    columns: Sequence[ColumnTold]


def found_in(kept: FileImport) -> FileFound:
    """Look at all rows of an import's file.

    :raises UnreadableFileError: where the file turns out to be broken.
    """
    fields = import_type(kept.record).fields
    mapping = mapping_from(kept.mapping, fields)
    with opened_sheet(kept, kept.mapping) as sheet:
        plan = laid_out(sheet.headings, fields, mapping)
        survey = surveyed(sheet, plan)
    told = columns_told(plan, survey, mapping.options)
    return FileFound(survey.rows, survey.blank_rows, told)
