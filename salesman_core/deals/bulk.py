"""What may be done with many deals at once: each through the service of a single change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from salesman_core.db import reading, writing
from salesman_core.deals import queries
from salesman_core.deals.models import Deal
from salesman_core.deals.permissions import RATES
from salesman_core.deals.rate_corrections import put_rate_back, take_table_rate
from salesman_core.deals.service import (
    change_deal,
    delete_deal,
    move_deal,
    restore_deal,
    transfer_deal,
)
from salesman_core.i18n import texts
from salesman_core.records.bulk.changes import applied, binned, unbinned, undone
from salesman_core.records.saving import locked
from salesman_core.web.formats import percent
from salesman_hookspecs import BulkAction, BulkField

_ = texts.lazy

KIND: Final = "deal"


def _move(deal_id: int, values: Mapping[str, Any], version: int | None) -> Any:
    with writing() as session:
        deal = locked(session, Deal, deal_id)
        before = deal.stage_id
        if not move_deal(deal_id, int(values["stage_id"]), version):
            return None
        session.flush()
        return {"stage_id": before, "version": deal.version}


def _move_back(deal_id: int, kept: Any) -> object:
    return move_deal(deal_id, kept["stage_id"], kept["version"])


def _transfer(deal_id: int, values: Mapping[str, Any], version: int | None) -> Any:
    with writing() as session:
        deal = locked(session, Deal, deal_id)
        before = deal.stage_id
        transfer_deal(deal_id, int(values["stage_id"]), version)
        session.flush()
        return {"stage_id": before, "version": deal.version}


def _transfer_back(deal_id: int, kept: Any) -> None:
    transfer_deal(deal_id, kept["stage_id"], kept["version"])


def _are_several() -> bool:
    """Tell whether there is another pipeline to go over to."""
    return queries.number_of_pipelines(reading()) > 1


def _stages() -> list[tuple[str, str]]:
    """Give the stages of all pipelines; where there are several, with the pipeline's name."""
    pipelines = queries.pipelines(reading())
    return [
        (
            str(stage["id"]),
            f"{percent(stage['percent'])} {stage['name']}"
            + (f" · {pipeline['name']}" if len(pipelines) > 1 else ""),
        )
        for pipeline in pipelines
        for stage in pipeline["stages"]
    ]


ACTIONS: Final = (
    BulkAction(
        id="assign",
        kind=KIND,
        title=_("Give to"),
        permission="core.deal.assign",
        apply=applied(KIND, change_deal),
        undo=undone(KIND, change_deal),
        fields=(BulkField("owner_id", _("New owner"), "user", required=True),),
        icon="user-share",
        order=10,
    ),
    BulkAction(
        id="move",
        kind=KIND,
        title=_("Move"),
        permission="core.deal.edit",
        apply=_move,
        undo=_move_back,
        fields=(BulkField("stage_id", _("Stage"), "choice", required=True, choices=_stages),),
        icon="arrow-right",
        order=20,
    ),
    BulkAction(
        id="transfer",
        kind=KIND,
        title=_("Change the pipeline"),
        permission="core.deal.edit",
        apply=_transfer,
        undo=_transfer_back,
        fields=(BulkField("stage_id", _("Stage"), "choice", required=True, choices=_stages),),
        icon="arrows-exchange",
        order=25,
        offered=_are_several,
    ),
    BulkAction(
        id="edit",
        kind=KIND,
        title=_("Change"),
        permission="core.deal.edit",
        apply=applied(KIND, change_deal),
        undo=undone(KIND, change_deal),
        fields=(BulkField("expected_on", _("Expected on"), "date", emptied=True),),
        custom=True,
        icon="edit",
        order=30,
    ),
    BulkAction(
        id="take_rate",
        kind=KIND,
        title=_("Take the rate of the table"),
        permission=RATES,
        apply=take_table_rate,
        undo=put_rate_back,
        icon="currency-dollar",
        order=40,
    ),
    BulkAction(
        id="delete",
        kind=KIND,
        title=_("Into the bin"),
        permission="core.deal.bulk_delete",
        apply=binned(KIND, delete_deal),
        undo=unbinned(KIND, restore_deal),
        icon="trash",
        order=90,
    ),
)
