"""What it refuses: deals called Test, large ones from being lost, and the stage 90 %."""

from salesman_core.db import reading
from salesman_core.deals.models import Deal, Stage
from salesman_hookspecs import Change, Closing, StageMove, Veto, hookimpl


@hookimpl
def salesman_before_save(change: Change) -> None:
    if change.kind == "deal" and change.after.get("name") == "Test":
        raise Veto("Choose a real name", field="name")


@hookimpl
def salesman_before_close(closing: Closing) -> None:
    deal = reading().get_one(Deal, closing.deal_id)
    if closing.outcome == "lost" and deal.amount > 1000:
        raise Veto("Ask the head of sales first")


@hookimpl
def salesman_before_stage_move(move: StageMove) -> None:
    if reading().get_one(Stage, move.to_stage_id).percent == 90:
        raise Veto("The contract is missing")
