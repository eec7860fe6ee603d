"""What rows of a file say of what plugins keep of records in their own way, as the lines of a deal.

See ``ImportPart`` of the hook API.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from salesman_core.errors import SalesmanError
from salesman_core.plugins.dispatch import Contribution
from salesman_core.plugins.host import current_host
from salesman_core.records.custom.kinds import customised_kinds
from salesman_core.records.imports.matching import ImportedRow
from salesman_core.records.imports.reading import UNMAPPED
from salesman_hookspecs import ImportField, ImportOutcome, ImportPart, ImportType
from salesman_hookspecs.data import salesman_import_parts


def parts_of(kind: str) -> Sequence[Contribution[ImportPart]]:
    """Give what active plugins keep of a kind of record."""
    found = current_host().contributions(salesman_import_parts)
    return [one for one in found if one.value.kind == kind]


def with_parts(type_: ImportType) -> ImportType:
    """Give a kind of import with the fields that plugins keep of its records."""
    kinds = (one.kind for one in customised_kinds().values() if one.imported_as == type_.record)
    fields = [field for kind in kinds for one in parts_of(kind) for field in _fields_of(one)]
    return replace(type_, fields=(*type_.fields, *fields)) if fields else type_


def _fields_of(part: Contribution[ImportPart]) -> Iterator[ImportField]:
    for field in part.value.fields:
        yield replace(field, name=f"{part.owner}.{field.name}")


@dataclass(frozen=True, slots=True)
class JudgedParts:
    """What the rows of a wave come to for each part.

    :param rows: by place; what a part left out stands among what no field holds.
    :param refused: the outcomes of rows that a part refuses.
    :param judged: of each part with its owner, by place, what is to be written.
    """

    rows: Mapping[int, ImportedRow]
    refused: Mapping[int, ImportOutcome]
    judged: Sequence[tuple[str, ImportPart, Mapping[int, Any]]]

    def begin(self, place: int, record: Any) -> None:
        """Let parts set what they decide of a new record from the first day."""
        for _owner, part, judged in self.judged:
            if part.begin is not None and place in judged:
                part.begin(record, judged[place])

    def without_decided(self, place: int) -> ImportedRow:
        """Give a row without what its parts decide, of a record that is there already."""
        row = self.rows[place]
        decided = {
            name for _owner, part, judged in self.judged if place in judged for name in part.decides
        }
        return {name: value for name, value in row.items() if name not in decided}

    def write(self, records: Mapping[int, int]) -> dict[int, dict[str, str]]:
        """Write what was judged of some records.

        :param records: their ids by place.
        :returns: by place, where anything changed or could not be: warnings by field.
        """
        told: dict[int, dict[str, str]] = {}
        for owner, part, judged in self.judged:
            places = {id_: place for place, id_ in records.items() if place in judged}
            if not places:
                continue
            written = part.write({id_: judged[place] for id_, place in places.items()})
            for id_, error in written.items():
                told.setdefault(places[id_], {}).update(_warnings(error, owner))
        return told


def judged_parts(kind: str, rows: Mapping[int, ImportedRow]) -> JudgedParts:
    """Judge what rows say of the parts that plugins keep."""
    whole = dict(rows)
    refused: dict[int, ImportOutcome] = {}
    judged: list[tuple[str, ImportPart, Mapping[int, Any]]] = []
    for one in parts_of(kind):
        prefix = f"{one.owner}."
        saying = {place: row for place, row in rows.items() if _says(row, prefix)}
        if not saying:
            continue
        found = one.value.judge(saying)
        refused |= {
            place: ImportOutcome("refused", errors=_told(error, one.owner))
            for place, error in found.items()
            if isinstance(error, SalesmanError)
        }
        for place in saying.keys() - found.keys():
            whole[place] = _with_left_out(whole[place], one)
        right = {place: value for place, value in found.items() if place not in refused}
        judged.append((one.owner, one.value, right))
    return JudgedParts(whole, refused, judged)


def _says(row: ImportedRow, prefix: str) -> bool:
    return any(name.startswith(prefix) for name in row)


def _warnings(error: Exception | None, owner: str) -> dict[str, str]:
    if error is None:
        return {}
    if not isinstance(error, SalesmanError):
        raise error
    return _told(error, owner)


def _told(error: SalesmanError, owner: str) -> dict[str, str]:
    """Give what is wrong by field, as files name the fields of a part."""
    wrong = {f"{owner}.{name}": str(message) for name, message in error.fields.items()}
    return wrong or {"": str(error)}


def _with_left_out(row: ImportedRow, part: Contribution[ImportPart]) -> ImportedRow:
    """Give a row with what a part left out among what no field holds."""
    fields = {field.name: str(field.title) for field in _fields_of(part)}
    left = {fields[name]: str(row[name]) for name in _named(row, fields)}
    kept = {name: value for name, value in row.items() if name not in fields}
    return {**kept, UNMAPPED: {**row.get(UNMAPPED, {}), **left}}


def _named(row: ImportedRow, names: Collection[str]) -> list[str]:
    return [name for name in row if name in names]
