"""Jobs and events of the application: what the core and the active plugins can do later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Flask, g
from sqlalchemy.orm import Session

from salesman_core.access.origin import come_from
from salesman_core.access.person import SYSTEM
from salesman_core.clients.ladder import withdraw_evidence
from salesman_core.db.revisions import kept
from salesman_core.events import Events, LiveFeed, forget_waiting
from salesman_core.i18n import CORE
from salesman_core.jobs import Jobs, forget
from salesman_core.plugins.host import current_host
from salesman_core.plugins.purge import also_forget, also_removed
from salesman_core.plugins.switches import follower
from salesman_core.records.about import forget_about
from salesman_core.records.hanging import forget_those_of_plugin, rows_of_plugin
from salesman_core.services.company import company
from salesman_core.web.live import SUBSCRIBERS
from salesman_hookspecs import EventHandler, Job, Schedule
from salesman_hookspecs.work import (
    salesman_event_handlers,
    salesman_jobs,
    salesman_schedules,
)


def init_work(app: Flask) -> None:
    """Give *app* its jobs and events."""

    def kinds() -> Mapping[str, Job]:
        follower().follow_by_time()
        own = {one.value.name: one.value for one in current_host().contributions(salesman_jobs)}
        return own | events.jobs(current_host().active | {CORE})

    Jobs(
        app,
        kinds=kinds,
        schedules=_schedules,
        zone=lambda: company().tz,
        limits={},
        before_run=_act_as_system,
    )
    events = Events(app, handlers=_handlers, wanted=_wanted)
    app.extensions["salesman_live"] = LiveFeed(app, events, subscribers=SUBSCRIBERS)
    also_forget(app, _forget_work, withdraw_evidence, forget_about, forget_those_of_plugin)
    also_removed(app, rows_of_plugin)


def _forget_work(session: Session, plugin_id: str) -> None:
    forget(session, f"{plugin_id}.")
    forget_waiting(session, plugin_id)


def _handlers() -> Sequence[tuple[str, EventHandler]]:
    """Give the handlers of all loaded plugins: events wait for those that are suspended."""
    found = current_host().contributions(salesman_event_handlers, inactive=True)
    return [(one.owner, one.value) for one in found]


def _wanted(owner: str, handler: EventHandler) -> bool:
    """Tell whether a handler has anything to answer to; asked once until its subject changes."""
    if handler.wanted is None or not current_host().is_active(owner):
        return True
    answers, place = kept(handler.subject), f"event handler {handler.id}"
    if (owner, place) not in answers:
        said = current_host().guarded(owner, place, handler.wanted)
        answers[owner, place] = said is not False
    return bool(answers[owner, place])


def _schedules() -> Mapping[str, Schedule]:
    return {one.value.name: one.value for one in current_host().contributions(salesman_schedules)}


def _act_as_system() -> None:
    g.salesman_person = SYSTEM
    come_from(None)
