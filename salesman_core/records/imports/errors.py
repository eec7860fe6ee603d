"""What can go wrong with an import."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesman_core.errors import InvalidError, SalesmanError
from salesman_core.i18n import texts

if TYPE_CHECKING:
    from salesman_core.records.imports.result import ImportResult

_ = texts.gettext


class UnreadableFileError(InvalidError):
    """A file is no spreadsheet, or a larger or stranger one than is read."""


class MappingError(InvalidError):
    """A mapping does not say what can be done, or does not fit its file."""


class CellError(ValueError):
    """A cell does not hold what its field needs.

    :param value: what stands in the cell.
    :param reason: what is wrong with it, in the same words for every cell that fails in this way.
    """

    def __init__(self, value: str, reason: str) -> None:
        super().__init__(_("“%(value)s”: %(reason)s", value=value, reason=reason))
        self.value = value
        self.reason = reason


class ImportAbortedError(SalesmanError):
    """An import stopped half-way: the batches before stay, the one at hand was rolled back.

    :param message: what happened, and how far it came.
    :param result: what had been done until then.
    """

    def __init__(self, message: str, result: ImportResult) -> None:
        super().__init__(message)
        self.result = result
