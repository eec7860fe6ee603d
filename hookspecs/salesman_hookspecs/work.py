"""Hooks about what happened and what is to be done later, and the values that they exchange."""

# A specification is a signature with its documentation; it has no body to judge.
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from salesman_hookspecs._markers import Phase, Policy, hookspec
from salesman_hookspecs.web import Text


@dataclass(frozen=True, slots=True)
class EventType:
    """A kind of thing that happens.

    :param name: ``<owner>.<record>.<past participle>``, as ``core.deal.moved``.
    :param title: what an administrator or an integrator reads, in English.
    :param payload: the keys that an event of this type carries, each with a sentence about it.
    """

    name: str
    title: str
    payload: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, as a handler gets it.

    :param id: grows with every event.
    :param type: the event type's name.
    :param kind: the kind of record that it happened to, as ``deal``.
    :param record_id: that record's id.
    :param payload: plain values, as the type documents them.
    :param actor_id: the user who did it, or None for the system.
    :param at: when, UTC.
    """

    id: int
    type: str
    kind: str
    record_id: int
    payload: Mapping[str, Any]
    actor_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class EventHandler:
    """What a plugin wants done after something happened.

    Each handler runs as a job of its own, after the commit of what it answers to, with retries.
    While its plugin is suspended the events wait, and are delivered when it is active again.

    :param id: unique within the plugin; part of the job's name.
    :param types: names of the event types that it answers to.
    :param handle: gets the event; runs in a transaction that also completes the job.
    :param wanted: tells whether it has anything to answer to at all, as whether there is a rule
        that it follows: where not, an import of thousands of records puts no job into the queue.
        Its answer is kept in memory until the counter of *subject* is raised. None where it always
        has; where it fails, or the plugin is suspended, events are delivered.
    :param subject: what ``salesman_core.toolkit.bump`` is called with whenever that may change.
        An answer that is kept needs one, else it would be kept for ever.
    :raises ValueError: where one of the two is missing.
    """

    id: str
    types: tuple[str, ...]
    handle: Callable[[Event], None]
    wanted: Callable[[], bool] | None = None
    subject: str = ""

    def __post_init__(self) -> None:
        """Refuse an answer that would never be asked for again."""
        if (self.wanted is None) != (not self.subject):
            message = f"event handler {self.id}: give wanted and subject together"
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class Job:
    """A kind of work that is done later, by a worker.

    :param name: ``<owner>.<verb or noun>``, as ``leads.remind``.
    :param run: called with the arguments that were given when the job was put in the queue, as
        keywords of plain JSON values.
    :param queue: jobs of one queue share its limits.
    :param attempts: how often it is tried before it is put aside as dead.
    :param backoff: seconds before the second attempt; doubled for each further one.
    :param timeout: seconds after which a run no longer keeps its lease.
    :param transactional: True where everything the job does happens in one transaction that
        also completes it. Work that is slow before its first statement (letters, conversions)
        says False and opens transactions of its own through ``salesman_core.toolkit.job_piece``.
    :param title: what an administrator reads of it where it waits or has failed, as
        ``_("Reminders of leads")``; its name where it has none.
    """

    name: str
    run: Callable[..., object]
    queue: str = "default"
    attempts: int = 8
    backoff: float = 5.0
    timeout: float = 3600.0
    transactional: bool = True
    title: Text = ""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A job that begins by the clock, once for all processes.

    :param name: ``<owner>.<name>``.
    :param cron: five fields, in the company's time zone.
    :param job: the name of the job.
    :param arguments: given to each run.
    """

    name: str
    cron: str
    job: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@hookspec(policy=Policy.COLLECT, phase=Phase.BOOT, since="0.1")
def salesman_event_types() -> Iterable[EventType]:
    """Give the types of event that this plugin records.

    Example::

        @hookimpl
        def salesman_event_types():
            return [EventType("notes.note.written", "A note was written")]
    """


@hookspec(policy=Policy.COLLECT, phase=Phase.BOOT, since="0.1")
def salesman_event_handlers() -> Iterable[EventHandler]:
    """Give what is to be done after events of the core or of other plugins.

    Example::

        @hookimpl
        def salesman_event_handlers():
            return [EventHandler("greet", ("core.deal.closed",), congratulate)]
    """


@hookspec(policy=Policy.COLLECT, phase=Phase.BOOT, since="0.1")
def salesman_jobs() -> Iterable[Job]:
    """Give the kinds of work that this plugin puts in the queue.

    Example::

        @hookimpl
        def salesman_jobs():
            return [Job("notes.tidy", tidy)]
    """


@hookspec(policy=Policy.COLLECT, phase=Phase.BOOT, since="0.1")
def salesman_schedules() -> Iterable[Schedule]:
    """Give what this plugin does by the clock.

    Example::

        @hookimpl
        def salesman_schedules():
            return [Schedule("notes.nightly", "0 3 * * *", "notes.tidy")]
    """


@hookspec(policy=Policy.COLLECT, phase=Phase.BOOT, since="0.1")
def salesman_cli() -> Iterable[Any]:
    """Give click commands; each stands under ``salesman <plugin id>``.

    Example::

        @hookimpl
        def salesman_cli():
            return [tidy_command]
    """


@hookspec(policy=Policy.STRICT, phase=Phase.BOOT, since="0.1")
def salesman_service() -> Iterable[Any]:
    """Give the object by which other plugins ask and command this one: one, or none.

    Its methods are a promise to others; each judges who may, as the plugin's own pages do. What
    it raises reaches the caller, in the caller's transaction.

    Example::

        @hookimpl
        def salesman_service():
            return [Notes()]
    """
