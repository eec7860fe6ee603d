"""What notes, files and history contribute, through the same hooks as any plugin."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint

from salesman_core.db import Base, db, trigrams
from salesman_core.i18n import texts
from salesman_core.records import (
    audit_views,
    export_views,
    list_view_forms,
    permissions,
    views,
)
from salesman_core.records.audit import VIEW as AUDIT
from salesman_core.records.audit_api import audit_api
from salesman_core.records.bin import emptying
from salesman_core.records.bin import views as bin_views
from salesman_core.records.bin.api import bin_api
from salesman_core.records.bulk import views as bulk_views
from salesman_core.records.bulk.job import BULK_JOB, BULK_TIDY_JOB
from salesman_core.records.custom import views as custom_views
from salesman_core.records.custom.definitions import SUBJECT
from salesman_core.records.custom.service import MANAGE
from salesman_core.records.export import EXPORT_JOB
from salesman_core.records.imports import joining_views, mapping_views
from salesman_core.records.imports import views as import_views
from salesman_core.records.imports.job import IMPORT_JOB, UNDO_IMPORT_JOB
from salesman_core.records.story_sources import SOURCES
from salesman_core.rest import ApiBlueprint
from salesman_core.rest.documents import follow
from salesman_hookspecs import (
    EventType,
    HealthCheck,
    Job,
    NavItem,
    Permission,
    PresetGrant,
    Schedule,
    TimelineSource,
    hookimpl,
)

_ = texts.lazy

follow(SUBJECT)  # the documents describe the fields that are defined


@hookimpl
def salesman_permissions() -> Iterable[Permission]:
    """Give what may be done with notes, files, phones, custom fields and the audit."""
    return (*permissions.PERMISSIONS, *permissions.ADMINISTRATION)


@hookimpl
def salesman_preset_grants() -> Iterable[PresetGrant]:
    """Give what each preset role may do with them."""
    return permissions.GRANTS


@hookimpl
def salesman_blueprints() -> Iterable[Blueprint]:
    """Give the pages of stories, notes, files, history, custom fields, the bin, many records."""
    pages = (views, import_views, audit_views, custom_views, bin_views)
    several = (bulk_views, export_views, list_view_forms, mapping_views, joining_views)
    return list(dict.fromkeys(module.blueprint for module in (*pages, *several)))


@hookimpl
def salesman_api_blueprints() -> Iterable[ApiBlueprint]:
    """Give the JSON API of the audit and of the bin."""
    return [audit_api, bin_api]


@hookimpl
def salesman_health() -> Iterable[HealthCheck]:
    """Tell whether search goes by an index, which PostgreSQL may refuse to its user."""
    with db.reader.connect() as connection:
        lacking = trigrams.missing(connection, Base.metadata)
    detail = "let PostgreSQL run CREATE EXTENSION pg_trgm, then run salesman db upgrade"
    return [HealthCheck("search by an index", ok=not lacking, detail=detail if lacking else "")]


@hookimpl
def salesman_timeline_sources() -> Iterable[TimelineSource]:
    """Give notes, files and changes to the story of a record."""
    return SOURCES


@hookimpl
def salesman_event_types() -> Iterable[EventType]:
    """Say what happens to notes and files; the events are those of the record they hang on."""
    note = {"note_id": "the note"}
    file = {"file_id": "the attached file", "name": "its name"}
    whence = {"from_kind": "the kind of the record on which it hung", "from_id": "its id"}
    return [
        EventType("core.note.written", "A note was written", note),
        EventType("core.note.changed", "A note was changed", note),
        EventType("core.note.deleted", "A note was put into the bin", note),
        EventType("core.note.restored", "A note was taken out of the bin", note),
        EventType("core.note.moved", "A note went along to this record", note | whence),
        EventType("core.file.attached", "A file was attached", file),
        EventType("core.file.detached", "A file was put into the bin", file),
        EventType("core.file.moved", "A file went along to this record", file | whence),
    ]


@hookimpl
def salesman_jobs() -> Iterable[Job]:
    """Give imports and taking them back, acts on many records, exports, and what tidies up."""
    return [IMPORT_JOB, UNDO_IMPORT_JOB, BULK_JOB, EXPORT_JOB, BULK_TIDY_JOB, emptying.JOB]


@hookimpl
def salesman_schedules() -> Iterable[Schedule]:
    """Say when what came of acts on many records is forgotten, and the bin emptied: at night."""
    return [Schedule("core.bulk_tidy", "13 3 * * *", "core.bulk_tidy"), emptying.SCHEDULE]


@hookimpl
def salesman_nav_items() -> Iterable[NavItem]:
    """Lead to the import of files, to the custom fields, to the audit and to the bin."""
    return [
        NavItem("bin", _("Bin"), "bin.index", "sale", "trash", order=95),
        NavItem(
            "custom_fields",
            _("Custom fields"),
            "custom_fields.index",
            "administration",
            "forms",
            MANAGE,
            order=50,
        ),
        NavItem(
            "import",
            _("Import"),
            "imports.index",
            "administration",
            "upload",
            "core.client.import",
            order=60,
        ),
        NavItem("audit", _("Audit"), "audit.index", "administration", "history", AUDIT, order=70),
    ]
