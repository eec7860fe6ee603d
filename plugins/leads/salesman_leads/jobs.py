"""What leads do by the clock."""

from __future__ import annotations

from datetime import timedelta

from salesman_core.toolkit import (
    AnyRow,
    Letter,
    User,
    company,
    link_to,
    now,
    plugin_settings,
    send_letter,
    speaking,
    writing,
)
from salesman_leads import queries
from salesman_leads.models import Lead
from salesman_leads.texts import texts

BATCH = 200


def remind_of_untouched() -> int:
    """Write to the owners of leads that nobody has begun to work on; give how many.

    Each lead is reminded of once. The letters and the note that they were written stand in the
    job's own transaction, so a worker that dies sends none twice.
    """
    limit = now() - timedelta(hours=plugin_settings("leads")["untouched_hours"])
    with writing() as session:
        rows = queries.untouched_since(session, limit, BATCH)
        for row in rows:
            owner = session.get_one(User, row.owner_id)
            session.get_one(Lead, row.id).reminded_at = now()
            if owner.email and owner.active:
                send_letter(_reminder(owner, row))
    return len(rows)


def _reminder(owner: User, row: AnyRow) -> Letter:
    _ = texts.gettext
    with speaking(owner.locale or company().language):
        return Letter(
            to=owner.email or "",
            subject=_("The lead “%(title)s” is waiting", title=row.title),
            text="\n\n".join(
                (
                    _("Nobody has begun to work on this lead yet: %(title)s.", title=row.title),
                    link_to(f"/leads/{row.id}"),
                )
            ),
        )
