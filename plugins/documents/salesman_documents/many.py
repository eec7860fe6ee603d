"""Documents of many deals or clients at once, new versions of many, and their files as one zip.

Each document is made as a single one is. What takes long comes ahead of its transaction: the
document is made once in a transaction that is taken back, so that it is known with its number and
its values; it is filled in while nobody waits; then it is made for good, with the bytes that were
filled in, if its number is still the one that stands in them.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import IO, Any, Final, NoReturn

import sqlalchemy as sa

from salesman_core.toolkit import (
    ConflictError,
    KeptFile,
    company,
    demand,
    one_of,
    reading,
    today,
    visible,
    writing,
)
from salesman_documents import making, queries
from salesman_documents.filling import patient_filler
from salesman_documents.making import DoubtfulError, Ready, content_of
from salesman_documents.models import KIND, Document, Version
from salesman_documents.permissions import CREATE, EDIT, VIEW
from salesman_documents.service import create_document, delete_document
from salesman_documents.texts import texts
from salesman_hookspecs import BulkAction, BulkField, Text

_ = texts.lazy

MAKE_ANYWAY: Final = "make"
_NAMED: Final = 3
"""So many empty values are named where a document was not made because of them."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A document that is filled in and not there yet."""

    made: Ready
    kept: KeptFile


class _TakenBackError(Exception):
    """Ends a transaction of which nothing is to stay.

    :param made: what was found out in it.
    """

    def __init__(self, made: Ready) -> None:
        super().__init__("taken back")
        self.made = made


def rehearsed(values: Mapping[str, Any]) -> Ready:
    """Give what a document would be made of; no document is made, and no number is taken.

    :param values: as :func:`create_document` takes them.
    :raises InvalidError: by field, as it would be refused.
    """
    try:
        with writing() as session:
            _take_back(making.ready(session, create_document(values)))
    except _TakenBackError as end:
        return end.made


def _take_back(made: Ready) -> NoReturn:
    raise _TakenBackError(made)


def _demand_no_doubt(made: Ready, values: Mapping[str, Any]) -> None:
    try:
        making.demand_no_doubt(made, anyway=values.get("empty") == MAKE_ANYWAY)
    except DoubtfulError as error:
        said = [str(text) for text in error.fields.values()]
        more = [] if len(said) <= _NAMED else ["…"]
        raise ConflictError(" ".join([*said[:_NAMED], *more])) from error


def _wanted(field: str, record_id: int, values: Mapping[str, Any]) -> dict[str, Any]:
    """Give what :func:`create_document` takes for a deal or a client."""
    template_id = int(values["template_id"])
    wanted = {"template_id": template_id, field: record_id, "subject": values.get("subject", "")}
    wanted["type_id"] = queries.one_template(reading(), template_id).type_id
    if values.get("day"):
        wanted["day"] = date.fromisoformat(values["day"])
    return wanted


def _prepare_for(field: str) -> Callable[[int, Mapping[str, Any], int | None], Filled]:
    def prepare(record_id: int, values: Mapping[str, Any], _version: int | None) -> Filled:
        made = rehearsed(_wanted(field, record_id, values))
        _demand_no_doubt(made, values)
        return Filled(made, making.filled(made, patient_filler()))

    return prepare


def _make_for(field: str) -> Callable[..., dict[str, Any]]:
    def make(
        record_id: int, values: Mapping[str, Any], _version: int | None, ahead: Filled
    ) -> dict[str, Any]:
        with writing() as session:
            document_id = create_document(_wanted(field, record_id, values))
            made, kept = ahead.made, ahead.kept
            document = session.get_one(Document, document_id)
            if document.number != made.document.number:  # somebody took it meanwhile
                made = making.ready(session, document_id)
                kept = making.filled(made, patient_filler())
            number = making.add_generated(document_id, made, kept)
            session.flush()
            return {"document_id": document_id, "number": number, "version": document.version}

    return make


def _unmake(_record_id: int, kept: Mapping[str, Any]) -> None:
    delete_document(kept["document_id"], kept["version"])


def _prepare_again(record_id: int, values: Mapping[str, Any], _version: int | None) -> Filled:
    demand(KIND, record_id, EDIT)
    made = making.ready(reading(), record_id)
    _demand_no_doubt(made, values)
    return Filled(made, making.filled(made, patient_filler()))


def _make_again(
    record_id: int, _values: Mapping[str, Any], version: int | None, ahead: Filled
) -> dict[str, Any]:
    number = making.add_generated(record_id, ahead.made, ahead.kept, version)
    return {"document_id": record_id, "number": number}


def _last_version(
    record_id: int, _values: Mapping[str, Any], _version: int | None
) -> dict[str, Any]:
    last = sa.select(sa.func.max(Version.number)).where(Version.document_id == record_id)
    number = reading().scalar(last)
    if number is None:
        raise ConflictError(_("The document has no file yet."))
    return {"document_id": record_id, "number": number}


def as_zip(done: Sequence[Mapping[str, Any]]) -> tuple[str, IO[bytes]] | None:
    """Give the files of some versions as one zip; None for less than two.

    :param done: mappings of ``document_id`` and ``number``.
    """
    wanted = {one["document_id"]: one["number"] for one in done}
    if len(wanted) < 2:  # noqa: PLR2004  # one file is saved as it is
        return None
    columns = (Version.document_id, Version.number, Version.file_id, Version.name)
    rows = reading().execute(
        sa.select(*columns)
        .join(Document, Document.id == Version.document_id)
        .where(visible(KIND), one_of(Document.id, list(wanted)))
        .order_by(Version.document_id)
    )
    made = tempfile.TemporaryFile()  # noqa: SIM115  # whoever gets it closes it
    names: set[str] = set()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:  # a .docx is packed already
        for row in rows.all():
            if wanted[row.document_id] == row.number:
                content = content_of(reading(), row.file_id, row.name)
                archive.writestr(_free(row.name, names), content)
    made.seek(0)
    return f"{texts.gettext('Documents')} {today(company().tz):%Y-%m-%d}.zip", made


def _free(name: str, taken: set[str]) -> str:
    """Give a name that none of the others has, and note it."""
    stem, dot, ending = name.rpartition(".")
    free, number = name, 1
    while free.lower() in taken:
        number += 1
        free = f"{stem} ({number}){dot}{ending}"
    taken.add(free.lower())
    return free


def _templates() -> Iterable[tuple[str, Text]]:
    session = reading()
    makeable = {row.id for row in queries.types_to_make(session)}
    for row in queries.templates(session, active=True):
        if row.last and row.type_id in makeable:
            yield str(row.id), f"{row.type_name}: {row.name}"


def _ways() -> Iterable[tuple[str, Text]]:
    yield MAKE_ANYWAY, _("make it all the same")


_EMPTY: Final = BulkField(
    "empty",
    _("Where something is empty"),
    "choice",
    choices=_ways,
    unfilled=_("say so and make none"),
)
_ASKED: Final = (
    BulkField("template_id", _("Template"), "choice", required=True, choices=_templates),
    BulkField("day", _("Date"), "date", unfilled=_("today, unless you say another day")),
    BulkField("subject", _("What it is about"), longest=300, unfilled=_("may be empty")),
    _EMPTY,
)

ACTIONS: Final = (
    *(
        BulkAction(
            id=f"make_for_{kind}",
            kind=kind,
            title=_("Documents from a template"),
            permission=CREATE,
            prepare=_prepare_for(f"{kind}_id"),
            apply=_make_for(f"{kind}_id"),
            undo=_unmake,
            fields=_ASKED,
            file=as_zip,
            icon="file-plus",
            order=60,
        )
        for kind in ("deal", "client")
    ),
    BulkAction(
        id="generate",
        kind=KIND,
        title=_("Make new versions"),
        permission=EDIT,
        prepare=_prepare_again,
        apply=_make_again,
        fields=(_EMPTY,),
        bare=True,
        file=as_zip,
        icon="file-plus",
        order=20,
    ),
    BulkAction(
        id="zip",
        kind=KIND,
        title=_("Files as a zip"),
        permission=VIEW,
        apply=_last_version,
        file=as_zip,
        icon="file-zip",
        order=30,
    ),
)
"""What may be done with many deals, clients and documents."""
