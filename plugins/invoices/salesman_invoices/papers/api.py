"""Papers as PDF in the JSON API."""

from __future__ import annotations

from flask import Response

from salesman_core.toolkit import file_response, reading, requires
from salesman_invoices.api import api
from salesman_invoices.papers.reading import paper_of_act, paper_of_invoice
from salesman_invoices.papers.views import PDF, printed
from salesman_invoices.permissions import SEE_ACTS, VIEW


@api.get("/<int:record_id>/paper")
@requires(VIEW)
@file_response(PDF, "The invoice as it is printed; a draft says that it is one", problems=(409,))
def get_invoice_paper(record_id: int) -> Response:
    """Get an invoice as PDF."""
    return printed(paper_of_invoice(reading(), record_id), inline=False)


@api.get("/acts/<int:record_id>/paper")
@requires(SEE_ACTS)
@file_response(PDF, "The act as it is printed; a draft says that it is one", problems=(409,))
def get_act_paper(record_id: int) -> Response:
    """Get an act as PDF."""
    return printed(paper_of_act(reading(), record_id), inline=False)
