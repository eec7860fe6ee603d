"""Custom fields that stages ask for: who takes one out of use is told, and a deleted one is let go.

While a field is out of use no stage asks for it; taken into use again it is asked for as before.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.person import current_person
from salesman_core.deals import pipelines
from salesman_core.deals.models import Pipeline, Stage
from salesman_core.i18n import texts
from salesman_core.records.custom.kinds import FieldUser

_ = texts.lazy


def _in_words(session: Session, name: str) -> Sequence[str]:
    """Give the stages that ask for a field, each with its pipeline.

    Whoever sees no deals knows no stages: they learn how many there are.
    """
    stages = sa.select(Stage.name, Stage.required, Pipeline.name.label("pipeline"))
    stages = stages.join(Pipeline, Pipeline.id == Stage.pipeline_id)
    in_order = stages.order_by(Pipeline.position, Pipeline.id, Stage.percent, Stage.id)
    found = [row for row in session.execute(in_order) if name in row.required]
    if found and not current_person().may("core.deal.view"):
        return [str(texts.ngettext("%(num)s stage", "%(num)s stages", len(found)))]
    return [f"{row.pipeline} / {row.name}" for row in found]


def _let_go(session: Session, name: str) -> None:
    """Let no stage ask for a field any more: another one may be called so one day."""
    stages = sa.select(Stage).where(Stage.pipeline_id.is_not(None)).order_by(Stage.id)
    for stage in session.scalars(stages.with_for_update()):
        if name in stage.required:
            pipelines.ask_no_more(session, stage, name)


STAGES: Final = FieldUser(_("Stages that asked for it on entry"), _in_words, _let_go)
