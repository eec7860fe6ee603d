"""Papers as PDF: shown, or saved with ``?save=1``.

They are drawn anew each time, from the record; who has one that has not changed gets it no second
time (ADR 64).
"""

from __future__ import annotations

from flask import Response, request

from salesman_core.toolkit import handed_out, reading, requires
from salesman_invoices.papers.reading import paper_of_act, paper_of_invoice
from salesman_invoices.papers.rendering import printout_of
from salesman_invoices.papers.values import Paper
from salesman_invoices.permissions import SEE_ACTS, VIEW
from salesman_invoices.views import blueprint

PDF = "application/pdf"


@blueprint.get("/<int:record_id>/paper.pdf")
@requires(VIEW)
def paper(record_id: int) -> Response:
    """Show an invoice as it is printed, or hand it out to be saved."""
    return printed(paper_of_invoice(reading(), record_id), inline="save" not in request.args)


@blueprint.get("/acts/<int:record_id>/paper.pdf")
@requires(SEE_ACTS)
def act_paper(record_id: int) -> Response:
    """Show an act as it is printed, or hand it out to be saved."""
    return printed(paper_of_act(reading(), record_id), inline="save" not in request.args)


def printed(paper: Paper, *, inline: bool) -> Response:
    """Give a paper as PDF, and nothing to whoever has the same already."""
    printout = printout_of(paper)
    if request.if_none_match.contains(printout.etag):
        unchanged = Response(status=304)
        unchanged.set_etag(printout.etag)
        return unchanged
    return handed_out(printout.pdf(), printout.name, PDF, etag=printout.etag, inline=inline)
