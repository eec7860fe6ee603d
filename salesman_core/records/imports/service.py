"""From the word of a kind of record and a file to a run: the same for command, page and job."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from flask import current_app

from salesman_core.access.person import current_person
from salesman_core.access.records import demand_permission
from salesman_core.config import CoreSettings
from salesman_core.errors import MissingError
from salesman_core.i18n import texts
from salesman_core.plugins.host import current_host
from salesman_core.records.custom.imports import with_custom_fields
from salesman_core.records.imports import saved
from salesman_core.records.imports.errors import MappingError
from salesman_core.records.imports.files import open_sheet
from salesman_core.records.imports.journal import Journal
from salesman_core.records.imports.mapping import ColumnMapping, mapping_from, read_mapping
from salesman_core.records.imports.parts import with_parts
from salesman_core.records.imports.result import Reached
from salesman_core.records.imports.run import ImportRun, Progress
from salesman_core.records.imports.sheet import Sheet
from salesman_core.services.company import company
from salesman_hookspecs import ImportType
from salesman_hookspecs.data import salesman_import_types

_ = texts.gettext


def import_types() -> list[ImportType]:
    """Give the kinds of record that whoever acts may import."""
    person = current_person()
    return [one for one in _all_types() if person.may(one.permission)]


def import_type(record: str) -> ImportType:
    """Give a kind of record by its word, as ``deals``.

    :raises MissingError: where neither the core nor an active plugin takes such records in.
    :raises ForbiddenError: where whoever acts may not import them.
    """
    for one in _all_types():
        if one.record == record:
            demand_permission(one.permission)
            return one
    known = ", ".join(sorted(each.record for each in _all_types()))
    message = _("No “%(record)s” can be imported, only: %(known)s", record=record, known=known)
    raise MissingError(message)


def may_import(record: str) -> bool:
    """Tell whether files may bring in records under this word, and whoever acts may let them."""
    found = current_host().contributions(salesman_import_types)
    return any(
        one.value.record == record and current_person().may(one.value.permission) for one in found
    )


def _all_types() -> Iterable[ImportType]:
    found = current_host().contributions(salesman_import_types)
    return [with_parts(with_custom_fields(_with_further(one.value))) for one in found]


def _with_further(type_: ImportType) -> ImportType:
    """Give a kind of import with the fields that its plugin knows only at run time."""
    if type_.further is None:
        return type_
    return replace(type_, fields=(*type_.fields, *type_.further()))


def mappings_folder() -> Path:
    """Give the folder in which the mappings lie that have a name."""
    core: CoreSettings = current_app.config["SALESMAN"]
    return core.data_dir / "mappings"


def chosen_mapping(name_or_file: str | None, type_: ImportType) -> ColumnMapping:
    """Give the mapping of a file, the one of that name in :func:`mappings_folder`, or a kept one.

    A kept one is that which somebody shares with everybody under this name.

    :param name_or_file: None for a mapping that leaves everything to recognition.
    :raises MappingError: where there is none, or it does not say what can be done.
    """
    if not name_or_file:
        return ColumnMapping()
    for path in (Path(name_or_file), mappings_folder() / f"{name_or_file}.toml"):
        if path.is_file():
            return read_mapping(path, type_.fields)
    kept = saved.shared_mapping(type_.record, name_or_file)
    if kept is not None:
        return mapping_from(kept.mapping, type_.fields)
    message = _(
        "There is no mapping “%(name)s”: neither a file nor “%(name)s.toml” in %(folder)s,"
        " nor one that is shared with everybody",
        name=name_or_file,
        folder=mappings_folder(),
    )
    raise MappingError(message)


def sheet_for(path: Path, mapping: ColumnMapping) -> Sheet:
    """Open a file as its mapping says.

    :raises UnreadableFileError: where it is no spreadsheet.
    """
    options = mapping.options
    return open_sheet(
        path, encoding=options.encoding, delimiter=options.delimiter, sheet=options.sheet
    )


def import_run(
    type_: ImportType,
    path: Path,
    mapping: ColumnMapping,
    progress: Progress | None = None,
    *,
    journal: Journal | None = None,
    reached: Reached | None = None,
) -> ImportRun:
    """Give the run that imports a file here, in the company's time zone.

    :param journal: keeps what the run does, so that it can be taken back.
    :param reached: how far an earlier attempt at it came, which was broken off.
    :raises MappingError: where the mapping does not fit the file.
    :raises UnreadableFileError: where the file is broken.
    """
    sheet = sheet_for(path, mapping)
    return ImportRun(
        type_,
        sheet,
        mapping,
        zone=company().tz,
        progress=progress,
        journal=journal,
        reached=reached,
    )
