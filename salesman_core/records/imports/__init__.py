"""Import of files: read, mapped to fields, tried without a trace, and written in batches.

An import goes through these modules in this order: ``files`` opens what somebody sent, ``mapping``
reads which column is meant for what, ``plan`` settles it for the file, ``survey`` looks at all
rows once, ``reading`` makes fields of cells, and ``run`` hands them to the owner of the records.
"""

from salesman_core.records.imports.errors import (
    ImportAbortedError,
    MappingError,
    UnreadableFileError,
)
from salesman_core.records.imports.files import open_sheet
from salesman_core.records.imports.mapping import ColumnMapping, mapping_of, read_mapping
from salesman_core.records.imports.result import ImportResult
from salesman_core.records.imports.run import ImportRun

__all__ = [
    "ColumnMapping",
    "ImportAbortedError",
    "ImportResult",
    "ImportRun",
    "MappingError",
    "UnreadableFileError",
    "mapping_of",
    "open_sheet",
    "read_mapping",
]
