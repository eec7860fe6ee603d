"""The pages of documents. A view is a few lines: read, ask the service, show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from flask import Blueprint, Response, make_response, redirect, request, url_for
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from salesman_core.toolkit import (
    ConflictError,
    FormState,
    InvalidError,
    ListPage,
    MissingError,
    StaleError,
    colleagues,
    demand,
    files_panel,
    judge,
    last_change,
    narrowed,
    now,
    number_or_none,
    public,
    reaches,
    reading,
    records_named,
    render,
    requires,
    save_form,
    story_panel,
    toast,
    version_in,
    whole_number,
)
from salesman_documents import (
    comparing,
    findings,
    forms,
    making,
    panels,
    pdf,
    publishing,
    queries,
    service,
)
from salesman_documents.approval import gate
from salesman_documents.bulk import LISTED
from salesman_documents.docx.process import FillingError
from salesman_documents.lists import BASE_TITLES, DOCUMENTS, ORIGIN_TITLES
from salesman_documents.models import KIND
from salesman_documents.permissions import CREATE, DELETE, EDIT, SEND, VIEW
from salesman_documents.schemas import (
    ChangeSchema,
    DocumentSchema,
    MoveSchema,
    SendSchema,
    SignSchema,
)
from salesman_documents.texts import texts
from salesman_documents.words import LABELS
from salesman_hookspecs import Text as Words

_ = texts.lazy

blueprint = Blueprint("documents", __name__, url_prefix="/documents")

Typed = MultiDict[str, str]
Page = Markup | BaseResponse | tuple[Markup, int]

ASKS: Final = (
    *("type_id", "status_id", "day", "ends_on", "signed", "owner_id", "client_name"),
    *("number", "created_at", "updated_at"),
)
VIEWS: Final[tuple[tuple[Words, dict[str, str]], ...]] = (
    (_("Unfinished"), {"unfinished": "true"}),
    (_("Waiting for my decision"), {"waiting_for_me": "true"}),
    (_("My documents"), {"owner_id": "me"}),
    (_("Not signed"), {"unfinished": "true", "signed": "false"}),
    (_("Signed"), {"signed": "true"}),
    (_("All"), {}),
)


def _list() -> ListPage:
    return ListPage.of(LISTED, views=VIEWS, asks=ASKS, options=_options)


def _options() -> dict[str, Any]:
    session = reading()
    titles = {row.id: row.name for row in queries.types(session)}
    statuses = [
        (one.id, f"{titles[one.type_id]}: {one.name}")
        for some in queries.statuses(session).values()
        for one in some
    ]
    return {"type_id": list(titles.items()), "status_id": statuses, "owner_id": colleagues()}


@blueprint.get("")
@requires(VIEW)
def index() -> Markup:
    """Show the list of documents as the address filters and sorts it."""
    listed = _list()
    return render(
        "documents/index.html",
        listed=listed,
        total=queries.count_documents(reading(), listed.query),
        bases=BASE_TITLES,
    )


@blueprint.get("/filter")
@requires(VIEW)
def narrow() -> BaseResponse:
    """Lead from the dialog of filters to the list as it asks for it."""
    return narrowed(DOCUMENTS, "documents.index")


@blueprint.post("/columns")
@requires(VIEW)
def choose_columns() -> BaseResponse:
    """Keep which columns the person wants to see, in their order."""
    return _list().columns_chosen()


@blueprint.get("/choose/client")
@requires(CREATE)
def choose_client() -> Response:
    """Give clients by a part of their name, for whoever chooses one."""
    return make_response(records_named("client", request.args.get("q", "")))


@blueprint.get("/choose/deal")
@requires(CREATE)
def choose_deal() -> Response:
    """Give deals by a part of their name, for whoever chooses one."""
    return make_response(records_named("deal", request.args.get("q", "")))


@blueprint.get("/new")
@requires(CREATE)
def new() -> Markup:
    """Show the form for a document; ``?deal_id=`` or ``?client_id=`` say what it is for."""
    ids = (request.args.get(name, type=whole_number) for name in ("client_id", "deal_id"))
    return _new_page(forms.new_form(*ids))


@blueprint.post("/new/template")
@requires(CREATE)
def template_of_type() -> Markup:
    """Show the choice of a template anew, beginning with one of the type that was chosen."""
    form = FormState(forms.begun_as(number_or_none(request.form.get("type_id", "")) or 0))
    templates = forms.template_choices(reading())
    return render("documents/choose_template.html", form=form, labels=LABELS, templates=templates)


@blueprint.post("/new")
@requires(CREATE)
def create() -> Page:
    """Make the document that was typed, and its first version where it has a template."""
    try:
        values = judge(DocumentSchema(), forms.document_values(request.form))
        document_id = service.create_document(values)
    except InvalidError as error:
        return _new_page(FormState.refused(request.form, error)), error.status
    if values.get("template_id") is None:
        return _to_card(document_id)
    return _first_version(document_id)


def _first_version(document_id: int) -> BaseResponse:
    """Make the first version, and lead to the card, which says what hinders it."""
    try:
        making.generate(document_id)
    except ConflictError:
        return redirect(url_for("documents.card", record_id=document_id, check="yes"))
    except FillingError as error:
        toast(error.message)
    return _to_card(document_id)


def _new_page(form: FormState) -> Markup:
    return render("documents/new.html", form=form, labels=LABELS, **forms.choices(form))


@blueprint.get("/<int:record_id>")
@requires(VIEW)
def card(record_id: int) -> Markup:
    """Show a document with its versions; ``?check=yes`` with what hinders a new one."""
    if request.args.get("check") != "yes":
        return _card_page(record_id)
    try:
        made = making.ready(reading(), record_id)
    except ConflictError as error:
        return _card_page(record_id, trouble=error.message)
    return _card_page(record_id, doubts=findings.worded(made.findings))


def _card_page(
    record_id: int,
    form: FormState | None = None,
    *,
    opened: str = "",
    doubts: Sequence[Mapping[str, Any]] = (),
    trouble: Words = "",
) -> Markup:
    """Give the card of a document.

    :param form: what was refused in the dialog that stands open.
    :param opened: its name.
    :param doubts: what is empty, where a new version was asked for.
    :param trouble: why it could not be made.
    """
    session = reading()
    document = queries.one_document(session, record_id)
    current = form if form is not None and opened == "edit" else forms.as_form(document)
    return render(
        "documents/card.html",
        document=document,
        versions=queries.versions(session, record_id),
        moves=queries.moves(session, record_id),
        links=queries.links(session, record_id, now()),
        around=queries.around(session, document),
        statuses=[
            (one.id, one.name)
            for one in queries.statuses(session).get(document.type_id, [])
            if one.active
        ],
        context=panels.context_of(document),
        may_edit=reaches(KIND, record_id, EDIT),
        may_send=reaches(KIND, record_id, SEND),
        may_delete=reaches(KIND, record_id, DELETE),
        has_pdf=pdf.program() is not None,
        stands=gate.standing(session, document),
        current=current,
        form=form or FormState(),
        opened=opened,
        doubts=doubts,
        trouble=trouble,
        labels=LABELS,
        bases=BASE_TITLES,
        origins=ORIGIN_TITLES,
        story=story_panel(KIND, record_id),
        files=files_panel(KIND, record_id),
        **forms.choices(current),
    )


def card_with_trouble(record_id: int, trouble: Words) -> Markup:
    """Give the card of a document with the reason why something could not be done with it."""
    return _card_page(record_id, trouble=trouble)


@blueprint.post("/<int:record_id>")
@requires(EDIT)
def change(record_id: int) -> Page:
    """Change what was typed."""
    demand(KIND, record_id, EDIT)

    def save(form: Typed, version: int | None) -> None:
        values = judge(ChangeSchema(partial=True), forms.document_values(form))
        service.change_document(record_id, values, version)

    def held() -> FormState:
        return forms.as_form(queries.one_document(reading(), record_id))

    last = partial(last_change, KIND, record_id)
    again = save_form(request.form, held, save, last)
    if again is not None:
        return _card_page(record_id, again, opened="edit"), again.status
    toast(_("Saved. Make a new version to bring it into the file."))
    return _to_card(record_id)


@blueprint.post("/<int:record_id>/generate")
@requires(EDIT)
def generate(record_id: int) -> Page:
    """Make a new version from the template."""
    demand(KIND, record_id, EDIT)
    return _generated(record_id, anyway="anyway" in request.form)


def _generated(record_id: int, *, anyway: bool) -> Page:
    try:
        number = making.generate(record_id, anyway=anyway)
    except making.DoubtfulError as error:
        return _card_page(record_id, doubts=error.findings), error.status
    except (FillingError, ConflictError) as error:
        return _card_page(record_id, trouble=error.message), error.status
    toast(_("Version %(number)s is made.", number=number))
    return _to_card(record_id)


@blueprint.post("/<int:record_id>/upload")
@requires(EDIT)
def upload(record_id: int) -> Page:
    """Keep an edited .docx as a new version."""
    demand(KIND, record_id, EDIT)
    try:
        name, stream = forms.uploaded()
        making.upload(record_id, name, stream, request.form.get("comment", ""))
    except InvalidError as error:
        refused = FormState.refused(request.form, error)
        return _card_page(record_id, refused, opened="upload"), error.status
    toast(_("The version is kept."))
    return _to_card(record_id)


@blueprint.post("/<int:record_id>/move")
@requires(EDIT)
def move(record_id: int) -> Page:
    """Let the document come to another status."""
    demand(KIND, record_id, EDIT)
    said = {
        "status_id": request.form.get("status_id", type=whole_number),
        "comment": request.form.get("comment", ""),
    }
    try:
        values = judge(MoveSchema(), said)
        service.move_document(
            record_id, values["status_id"], values["comment"], version_in(request.form)
        )
    except (InvalidError, StaleError) as error:
        refused = FormState.refused(request.form, error)
        return _card_page(record_id, refused, opened="move"), error.status
    toast(_("Saved."))
    return _to_card(record_id)


@blueprint.post("/<int:record_id>/sign")
@requires(EDIT)
def sign(record_id: int) -> Page:
    """Note that the document is signed, with a scan where one was chosen."""
    demand(KIND, record_id, EDIT)
    file = request.files.get("file")
    try:
        values = judge(SignSchema(), forms.signing_values(request.form))
        scan = (file.filename, file.stream) if file is not None and file.filename else None
        making.sign(
            record_id, values["signed_on"], values["signed_by"], scan, version_in(request.form)
        )
    except (InvalidError, StaleError) as error:
        refused = FormState.refused(request.form, error)
        return _card_page(record_id, refused, opened="sign"), error.status
    toast(_("The document is signed."))
    return _to_card(record_id)


@blueprint.get("/<int:record_id>/versions/<int:number>/file")
@requires(VIEW)
def version_file(record_id: int, number: int) -> Response:
    """Hand the file of a version out."""
    return forms.answer_with(publishing.file_of(record_id, number))


@blueprint.post("/<int:record_id>/versions/<int:number>/pdf")
@requires(VIEW)
def version_pdf(record_id: int, number: int) -> Page:
    """Hand a version out as PDF; it is made with the first time."""
    try:
        return forms.answer_with(publishing.pdf_of(record_id, number))
    except pdf.NoPdfError as error:
        return _card_page(record_id, trouble=error.message), error.status


@blueprint.get("/<int:record_id>/compare")
@requires(VIEW)
def compare(record_id: int) -> Markup:
    """Show what differs between the texts of two versions (``?before=1&after=2``)."""
    session = reading()
    document = queries.one_document(session, record_id)
    found = queries.versions(session, record_id)
    numbers = [row.number for row in found if row.name.lower().endswith(".docx")]
    after = request.args.get("after", numbers[0] if numbers else 0, type=whole_number)
    usual = next((one for one in numbers if one < (after or 0)), 0)
    before = request.args.get("before", usual, type=whole_number)
    by_number = {row.number: row for row in found}
    differences: list[comparing.Difference] | None = None
    trouble: Words = ""
    if before in by_number and after in by_number:
        try:
            old, new = (comparing.texts_of(by_number[one]) for one in (before, after))
        except (MissingError, ConflictError, FillingError) as error:
            trouble = error.message
        else:
            differences = comparing.compared(old, new)
    return render(
        "documents/compare.html",
        document=document,
        numbers=numbers,
        before=before,
        after=after,
        differences=differences,
        trouble=trouble,
    )


@blueprint.post("/<int:record_id>/send")
@requires(SEND)
def send(record_id: int) -> Page:
    """Send a version by letter, with a link to it."""
    demand(KIND, record_id, SEND)
    said = {name: request.form.get(name, "") for name in ("to", "subject", "text")}
    said["way"] = request.form.get("way", "file")
    number = request.form.get("number", type=whole_number) or 0
    try:
        values = judge(SendSchema(), said)
        to = publishing.send(record_id, number, values)
    except (InvalidError, pdf.NoPdfError) as error:
        refused = FormState.refused(request.form, error)
        return _card_page(record_id, refused, opened="send"), error.status
    toast(_("The letter to %(to)s is on its way.", to=to))
    return _to_card(record_id)


@blueprint.post("/<int:record_id>/links")
@requires(SEND)
def make_link(record_id: int) -> Page:
    """Make a link to a version, and show it: it is shown this one time."""
    demand(KIND, record_id, SEND)
    number = request.form.get("number", type=whole_number) or 0
    days = request.form.get("days", publishing.USUAL_DAYS, type=whole_number)
    try:
        link = publishing.make_link(record_id, number, days or 0)
    except InvalidError as error:
        refused = FormState.refused(request.form, error)
        return _card_page(record_id, refused, opened="link"), error.status
    document = queries.one_document(reading(), record_id)
    return render("documents/link.html", document=document, link=link, days=days)


@blueprint.post("/<int:record_id>/links/<int:link_id>/withdraw")
@requires(SEND)
def withdraw_link(record_id: int, link_id: int) -> BaseResponse:
    """Let a link lead nowhere from now on."""
    publishing.withdraw_link(record_id, link_id)
    toast(_("The link leads nowhere any more."))
    return _to_card(record_id)


@blueprint.get("/shared/<key>")
@public
def shared(key: str) -> Response:
    """Hand a version out to whoever has the link to it."""
    return forms.answer_with(publishing.shared_file(key))


@blueprint.post("/<int:record_id>/delete")
@requires(DELETE)
def delete(record_id: int) -> BaseResponse:
    """Put a document into the bin; the notice can undo it."""
    title = queries.one_document(reading(), record_id).title
    service.delete_document(record_id, version_in(request.form))
    undo = url_for("documents.restore", record_id=record_id)
    toast(_("“%(title)s” is in the bin.", title=title), undo=undo)
    return redirect(url_for("documents.index"))


@blueprint.post("/<int:record_id>/restore")
@requires(DELETE)
def restore(record_id: int) -> BaseResponse:
    """Take a document out of the bin, and show it."""
    service.restore_document(record_id)
    toast(_("The document is back."))
    return _to_card(record_id)


def _to_card(record_id: int) -> BaseResponse:
    """Lead to a document; to the list, where the person has just given it out of their sight."""
    if not reaches(KIND, record_id):
        return redirect(url_for("documents.index"))
    return redirect(url_for("documents.card", record_id=record_id))
