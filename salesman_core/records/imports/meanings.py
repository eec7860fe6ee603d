"""What the values of a file are called here."""

from __future__ import annotations

from collections.abc import Mapping

from salesman_core.db import normalised
from salesman_core.records.imports.cells import text_of
from salesman_core.records.imports.mapping import ANYTHING_ELSE
from salesman_core.records.imports.sheet import Cell
from salesman_core.records.listing import listed, on_one_line


class ValueMap:
    """What the values of a file are called here (``[values.<field>]`` of a mapping)."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._exact = values
        self._loose = {normalised(value): meant for value, meant in values.items()}
        self._otherwise = values.get(ANYTHING_ELSE)

    def meant(self, cell: Cell) -> Cell:
        """Give what a cell means: by its text, forgiving case; itself where nothing is said."""
        text = text_of(cell)
        if not text:
            return cell
        found = self._said(text)
        found = self._otherwise if found is None else found
        return cell if found is None else found

    def each_meant(self, cell: Cell) -> Cell:
        """Give what a cell with a list means: as a whole where that is said, else each part."""
        found = self._said(text_of(cell))
        if found is not None:
            return found
        return on_one_line(text_of(self.meant(part)) for part in listed(text_of(cell)))

    def _said(self, text: str) -> str | None:
        found = self._exact.get(text)
        return self._loose.get(normalised(text)) if found is None else found
