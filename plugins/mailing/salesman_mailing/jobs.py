"""What mailing does by the clock."""

from __future__ import annotations

import sqlalchemy as sa

from salesman_core.toolkit import record_types, writing
from salesman_mailing.groups.models import Member


def tidy() -> None:
    """Forget members that are records of plugins and there no more.

    Nothing of ours refers to them by a key, and a number may be given again.
    """
    for type_ in record_types():
        if type_.emails is not None and type_.kind not in Member.BY_KIND:
            there = sa.select(type_.model.id)
            gone = sa.delete(Member).where(
                Member.kind == type_.kind, Member.record_id.not_in(there)
            )
            with writing() as session:
                session.execute(gone.execution_options(synchronize_session=False))
