"""Errors of the database that do not repeat what people wrote: they end up in the log."""

from __future__ import annotations

import sqlalchemy as sa

_DETAIL = "\nDETAIL:"
"""PostgreSQL tells here of the whole row that it refused, or of the key that was there before."""


def discreet(engine: sa.Engine) -> sa.Engine:
    """Let an engine's errors say what was wrong, and not with whose name.

    A program still finds the details in ``error.orig.diag``.
    """

    @sa.event.listens_for(engine, "handle_error")
    def _leave_out(context: sa.ExceptionContext) -> None:
        for error in (context.original_exception, context.sqlalchemy_exception):
            if error is not None:
                error.args = tuple(_without_detail(one) for one in error.args)

    return engine


def _without_detail(said: object) -> object:
    return said.partition(_DETAIL)[0] if isinstance(said, str) else said
