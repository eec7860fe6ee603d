"""What of inquiries is drawn again on other pages, when one of them changes."""

from __future__ import annotations

from markupsafe import Markup

from salesman_core.toolkit import demand, requires
from salesman_inquiries import panels
from salesman_inquiries.permissions import VIEW
from salesman_inquiries.views import blueprint


@blueprint.get("/of/client/<int:record_id>")
@requires(VIEW)
def of_client(record_id: int) -> Markup:
    """Give the panel of a client as it is now."""
    demand("client", record_id, "core.client.view")
    return panels.record_panel("client", record_id)


@blueprint.get("/of/deal/<int:record_id>")
@requires(VIEW)
def of_deal(record_id: int) -> Markup:
    """Give the panel of a deal as it is now."""
    demand("deal", record_id, "core.deal.view")
    return panels.record_panel("deal", record_id)


@blueprint.get("/mine")
@requires(VIEW)
def mine() -> Markup:
    """Give what one has to process, for the desk."""
    return panels.to_process()
