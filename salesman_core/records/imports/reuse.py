"""Kept mappings and the import at hand: offered, used, and kept from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from salesman_core.records.imports import saved
from salesman_core.records.imports.errors import MappingError
from salesman_core.records.imports.keeping import (
    keep_tables,
    opened_sheet,
    own_import,
    refuse_running,
)
from salesman_core.records.imports.mapping import mapping_from
from salesman_core.records.imports.plan import laid_out, named_headings
from salesman_core.records.imports.service import import_type
from salesman_core.records.models import FileImport, ImportMapping
from salesman_hookspecs import ImportField


def offered_to(kept: FileImport, headings: Sequence[str]) -> list[ImportMapping]:
    """Give the kept mappings that fit the headings of an import's file, the nearest first.

    The one that it goes by already is left out.
    """
    fields = import_type(kept.record).fields
    fitting = [
        one
        for one in saved.mappings_of([kept.record])
        if one.id != kept.mapping_id and _fits(one, headings, fields)
    ]
    return sorted(fitting, key=lambda one: (-_nearness(one, headings), one.name))


def _fits(one: ImportMapping, headings: Sequence[str], fields: Sequence[ImportField]) -> bool:
    try:
        mapping = mapping_from(one.mapping, fields)
    except MappingError:  # a field that it names is no more
        return False
    return set(named_headings(mapping)) <= set(headings)


def _nearness(one: ImportMapping, headings: Sequence[str]) -> float:
    """Give how much the file for which a mapping was made looks like another: 1 for the same."""
    here, there = set(headings), set(one.headings)
    return len(here & there) / (len(here | there) or 1)


def mapping_in_use(kept: FileImport) -> ImportMapping | None:
    """Give the kept mapping that an import goes by, where whoever acts may still use it."""
    usable = saved.mappings_of([kept.record]) if kept.mapping_id else ()
    return next((one for one in usable if one.id == kept.mapping_id), None)


def use(import_id: int, mapping_id: int) -> ImportMapping:
    """Let an import go by a kept mapping.

    :raises MappingError: where it does not fit the file.
    :raises ConflictError: while the import runs.
    """
    kept, one = own_import(import_id), saved.usable_mapping(mapping_id)
    refuse_running(kept)
    fields = import_type(kept.record).fields
    mapping = mapping_from(one.mapping, fields)
    with opened_sheet(kept, one.mapping) as sheet:
        laid_out(sheet.headings, fields, mapping)
    keep_tables(import_id, one.mapping, one.id)
    return one


def keep_from(import_id: int, values: Mapping[str, Any]) -> int:
    """Keep the mapping of an import for files to come; give its id.

    :param values: ``name`` and ``sharing``.
    """
    kept = own_import(import_id)
    import_type(kept.record)
    mapping_id = saved.keep_mapping(kept.record, {**values, **_made_for(kept)})
    keep_tables(import_id, kept.mapping, mapping_id)
    return mapping_id


def renew_from(import_id: int) -> ImportMapping:
    """Let the kept mapping that an import goes by say what the import's own says now.

    :raises MissingError: where it goes by none, or by another's.
    """
    kept = own_import(import_id)
    one = saved.own_mapping(kept.mapping_id or 0)
    saved.change_mapping(one.id, _made_for(kept))
    return one


def _made_for(kept: FileImport) -> dict[str, Any]:
    with opened_sheet(kept, kept.mapping) as sheet:
        return {"mapping": kept.mapping, "headings": sheet.headings}
