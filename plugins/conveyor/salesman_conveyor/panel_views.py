"""What is drawn again on other pages once a handover has changed."""

from __future__ import annotations

from markupsafe import Markup

from salesman_conveyor import panels
from salesman_conveyor.permissions import VIEW
from salesman_conveyor.views import blueprint
from salesman_core.toolkit import demand, requires


@blueprint.get("/of/client/<int:record_id>")
@requires(VIEW)
def of_client(record_id: int) -> Markup:
    """Give the panel on the card of a client."""
    demand("client", record_id, "core.client.view")
    return panels.record_panel("client", record_id)


@blueprint.get("/of/deal/<int:record_id>")
@requires(VIEW)
def of_deal(record_id: int) -> Markup:
    """Give the panel on the card of a deal."""
    demand("deal", record_id, "core.deal.view")
    return panels.record_panel("deal", record_id)


@blueprint.get("/widget")
@requires(VIEW)
def widget() -> Markup:
    """Give the widget of the desk."""
    return panels.on_desk()
