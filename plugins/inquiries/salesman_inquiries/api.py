"""The JSON API of inquiries: ``/api/v1/inquiries``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any, Final

from flask import Response

from salesman_core.toolkit import (
    AnyRow,
    ApiBlueprint,
    ListQuery,
    RecordAnswers,
    arguments,
    batch,
    bulk,
    list_arguments,
    page_answer,
    page_response,
    reaches,
    reading,
    requires,
    response,
    select_page,
    versioned,
    visible,
)
from salesman_inquiries import becoming, choosing, queries, service
from salesman_inquiries.figures import BY, figures, shown_figures
from salesman_inquiries.lists import INQUIRIES
from salesman_inquiries.models import KIND
from salesman_inquiries.permissions import CREATE, DELETE, EDIT, FIGURES, VIEW
from salesman_inquiries.products import in_catalogue
from salesman_inquiries.schemas import (
    BecameSchema,
    ChangedInquirySchema,
    ChoicesSchema,
    ClientSchema,
    DealSchema,
    FigureListSchema,
    FiguresAskedSchema,
    InquirySchema,
    ProcessSchema,
)

api = ApiBlueprint("inquiries", __name__, title="Inquiries")

_FILTERS: Final = {"since": "day__gte", "until": "day__lte"}
_NUMBERS: Final = ("calls", "conversations", "interests", "leads", "deals", "clients")


def inquiry_items(rows: Sequence[AnyRow]) -> list[dict[str, Any]]:
    """Give inquiries as the API shows them, in a fixed number of statements."""
    hanging = queries.hanging(reading(), [row.id for row in rows])
    late = queries.late_among(rows)
    known = in_catalogue(reading(), chain.from_iterable(hanging.products.values()))
    return [_item(row, hanging, known, late=row.id in late) for row in rows]


def _item(
    row: AnyRow,
    hanging: queries.Hanging,
    known: Mapping[str, Mapping[str, Any]],
    *,
    late: bool,
) -> dict[str, Any]:
    products = hanging.products.get(row.id, [])
    return {
        **{column.key: getattr(row, column.key) for column in queries.INQUIRY},
        "phones": [one.typed for one in hanging.phones.get(row.id, [])],
        "emails": [one.typed for one in hanging.emails.get(row.id, [])],
        "products": products,
        "product_ids": [known[one.name]["id"] for one in products if one.name in known],
        "late": late,
    }


ANSWERS: Final = RecordAnswers(KIND, queries.one_inquiry, inquiry_items)


@api.get("")
@requires(VIEW)
@list_arguments(INQUIRIES)
@page_response(InquirySchema)
def list_inquiries(query: ListQuery) -> Response:
    """List inquiries."""
    page = select_page(reading(), queries.INQUIRY, INQUIRIES, query, visible(KIND))
    return page_answer(inquiry_items(page.rows), page.next_cursor)


@api.post("")
@requires(CREATE)
@arguments(InquirySchema)
@response(InquirySchema, 201)
def create_inquiry(values: dict[str, Any]) -> Response:
    """Note an inquiry."""
    return ANSWERS.changed(service.create_inquiry(values), 201)


@api.post("/batch")
@requires(CREATE)
@batch(InquirySchema)
def create_inquiries(values: dict[str, Any]) -> dict[str, Any]:
    """Note many inquiries, with a result for each."""
    inquiry_id = service.create_inquiry(values)
    if not reaches(KIND, inquiry_id):
        return {"id": inquiry_id}
    (item,) = inquiry_items([queries.one_inquiry(reading(), inquiry_id)])
    return item


@api.post("/bulk")
@requires(VIEW)
@bulk(INQUIRIES)
def act_on_inquiries() -> None:
    """Do one thing with many inquiries, with a result for each."""


@api.get("/choices")
@requires(VIEW)
@response(ChoicesSchema)
def list_choices() -> dict[str, Any]:
    """List the company's channels and results."""
    session = reading()
    return {"channels": choosing.channels(session), "results": choosing.results(session)}


@api.get("/figures")
@requires(FIGURES)
@arguments(FiguresAskedSchema, location="query")
@response(FigureListSchema)
def read_figures(values: dict[str, Any]) -> dict[str, Any]:
    """Count calls and what came of them, of those whose calls are counted."""
    by = values.pop("by", "")
    narrowed = {_FILTERS.get(name, name): str(value) for name, value in values.items()}
    (total,) = figures(reading(), narrowed)
    rows = figures(reading(), narrowed, by) if by else []
    return {"total": _figures(total), "items": [_figures(row, by) for row in rows]}


def _figures(row: AnyRow, by: str = "") -> Mapping[str, Any]:
    """Give a row of figures; those of leads are null where there are no leads."""
    told = {one.name for one in shown_figures()}
    counted = {name: getattr(row, name) if name in told else None for name in _NUMBERS}
    return {**dict.fromkeys(BY), **({by: getattr(row, by)} if by else {}), **counted}


@api.get("/<int:record_id>")
@requires(VIEW)
@response(InquirySchema)
def read_inquiry(record_id: int) -> Response:
    """Read an inquiry."""
    return ANSWERS.whole(record_id)


@api.patch("/<int:record_id>")
@requires(EDIT)
@versioned(KIND)
@arguments(ChangedInquirySchema(partial=True))
@response(InquirySchema)
def change_inquiry(values: dict[str, Any], record_id: int, version: int | None) -> Response:
    """Change an inquiry."""
    service.change_inquiry(record_id, values, version)
    return ANSWERS.changed(record_id)


@api.delete("/<int:record_id>")
@requires(DELETE)
@versioned(KIND)
@response(None, 204)
def delete_inquiry(record_id: int, version: int | None) -> None:
    """Put an inquiry into the bin."""
    service.delete_inquiry(record_id, version)


@api.post("/<int:record_id>/process")
@requires(EDIT)
@versioned(KIND)
@arguments(ProcessSchema)
@response(InquirySchema)
def process_inquiry(values: dict[str, Any], record_id: int, version: int | None) -> Response:
    """Say that nothing is left to do with an inquiry."""
    service.process_inquiry(record_id, values["result_id"], version)
    return ANSWERS.changed(record_id)


@api.post("/<int:record_id>/cancel")
@requires(EDIT)
@versioned(KIND)
@response(InquirySchema)
def cancel_inquiry(record_id: int, version: int | None) -> Response:
    """Say that an inquiry was none."""
    service.cancel_inquiry(record_id, version)
    return ANSWERS.changed(record_id)


@api.post("/<int:record_id>/reopen")
@requires(EDIT)
@versioned(KIND)
@response(InquirySchema)
def reopen_inquiry(record_id: int, version: int | None) -> Response:
    """Take up again what was processed or cancelled."""
    service.reopen_inquiry(record_id, version)
    return ANSWERS.changed(record_id)


@api.post("/<int:record_id>/lead")
@requires(EDIT)
@versioned(KIND)
@response(BecameSchema)
def make_lead(record_id: int, version: int | None) -> dict[str, int | None]:
    """Make a lead of an inquiry."""
    return becoming.make_lead(record_id, version)


@api.post("/<int:record_id>/client")
@requires(EDIT)
@versioned(KIND)
@arguments(ClientSchema)
@response(BecameSchema)
def make_client(
    values: dict[str, Any], record_id: int, version: int | None
) -> dict[str, int | None]:
    """Make a client of a stranger who got in touch."""
    return becoming.make_client(record_id, values, version)


@api.post("/<int:record_id>/deal")
@requires(EDIT)
@versioned(KIND)
@arguments(DealSchema)
@response(BecameSchema)
def make_deal(values: dict[str, Any], record_id: int, version: int | None) -> dict[str, int | None]:
    """Open a deal about what was asked for, with its client, in one transaction."""
    return becoming.make_deal(record_id, values, version)
