"""The hooks by which plugins fill a new company and the demo company, and what they get."""

# A specification is a signature with its documentation; it has no body to judge.
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime

from salesman_hookspecs._markers import Phase, Policy, hookspec
from salesman_hookspecs.access import Person


@dataclass(frozen=True, slots=True)
class Demo:
    """What the demo has told so far.

    :param language: ``ru`` or ``en``.
    :param today: everything that is told lies before the end of this day.
    :param seed: the same one must give the same data.
    :param people: the first person of each preset role, by its key.
    :param client_ids: in order of creation.
    :param deal_ids: in order of opening.
    :param at: lets a person act at a moment, UTC: ``with demo.at(moment, person): …``.
    """

    language: str
    today: date
    seed: int
    people: Mapping[str, Person]
    client_ids: Sequence[int]
    deal_ids: Sequence[int]
    at: Callable[[datetime, Person], AbstractContextManager[None]]


@hookspec(policy=Policy.COLLECT, phase=Phase.WRITE, since="0.1")
def salesman_defaults(language: str) -> None:
    """Make what nobody can work without and is not there: the usual kinds, reasons or steps.

    Called after the migrations by ``salesman init`` and ``salesman db upgrade``, each time and in
    a transaction: what is there stays as the company has made it.

    :param language: ``ru`` or ``en``, of the names of what is made.

    Example::

        @hookimpl
        def salesman_defaults(language):
            if not any_colours():
                add_colour("Жёлтый" if language == "ru" else "Yellow")
    """


@hookspec(policy=Policy.COLLECT, phase=Phase.WRITE, since="0.1")
def salesman_demo(demo: Demo) -> None:
    """Add this plugin's part to the demo company, through its own services.

    Called once, in the transaction of ``salesman demo``, after clients and deals are written.

    :param demo: what there is already.

    Example::

        @hookimpl
        def salesman_demo(demo):
            with demo.at(noon_of(demo.today), demo.people["seller"]):
                write_note(demo.client_ids[0], "Called back")
    """
