"""Giving a stage the percent that was suggested."""

from __future__ import annotations

from salesman_analytics.texts import texts
from salesman_core.toolkit import MissingError, Stage, StaleError, change_stage, writing

_ = texts.lazy


def weigh(stage_id: int, percent: int, was: int) -> None:
    """Let a stage stand for another percent: the progress of its deals, and of the forecast.

    :param was: the percent that the person saw.
    :raises MissingError: where there is no such stage.
    :raises StaleError: where it stands for another percent by now.
    :raises InvalidError: for what is no percent.
    """
    with writing() as session:
        stage = session.get(Stage, stage_id, with_for_update=True)
        if stage is None or stage.pipeline_id is None:
            raise MissingError(_("There is no such stage any more."))
        if stage.percent != was:
            raise StaleError(_("Somebody has changed this stage since: look again."))
        change_stage(stage_id, {"percent": percent})
