"""What the demo tells, before any of it is written: plain values that refer by key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias

from salesman_core.demo.words import Company, Staff


@dataclass(frozen=True, slots=True)
class PlannedContact:
    """A person at a client."""

    name: str
    position: str
    phones: tuple[str, ...]
    emails: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """A client handed over to a seller.

    :param to: the seller's login.
    """

    at: datetime
    to: str


@dataclass(frozen=True, slots=True)
class PlannedClient:
    """A client.

    :param key: its place in the order of creation.
    :param by: the login of who makes it, and to whom it belongs at first.
    :param segment: 0 small, 1 medium, 2 large.
    :param loyal: whether it comes back to buy again and again.
    :param buys: whether deals are made with it at all.
    :param participants: login → part.
    """

    key: int
    kind: str
    name: str
    by: str
    at: datetime
    given: Given | None
    addresses: tuple[tuple[str, str], ...]
    site: str
    source: str
    phones: tuple[str, ...]
    emails: tuple[str, ...]
    tags: tuple[str, ...]
    contacts: tuple[PlannedContact, ...]
    participants: Mapping[str, str]
    segment: int
    loyal: bool
    buys: bool

    @property
    def owner(self) -> str:
        """The login of whom it belongs to in the end."""
        return self.given.to if self.given else self.by

    @property
    def ready_at(self) -> datetime:
        """From when its owner may open deals with it."""
        return self.given.at if self.given else self.at


@dataclass(frozen=True, slots=True)
class Move:
    """To another stage, by its place in the pipeline."""

    stage: int


@dataclass(frozen=True, slots=True)
class Close:
    """The end; *reason* is the place in the company's list, None for a won deal."""

    outcome: str
    reason: int | None = None


@dataclass(frozen=True, slots=True)
class Reopen:
    """A second chance."""


@dataclass(frozen=True, slots=True)
class Revise:
    """Another amount, after the proposal was worked out."""

    amount: Decimal
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Invite:
    """A colleague gets a part in the deal."""

    login: str
    part: str


Act: TypeAlias = Move | Close | Reopen | Revise | Invite


@dataclass(frozen=True, slots=True)
class Step:
    """Something that the deal's owner does with it."""

    at: datetime
    act: Act


@dataclass(frozen=True, slots=True)
class PlannedDeal:
    """A deal.

    :param client: its client's key.
    :param owner: login.
    :param stage: where it begins, by place.
    :param amount: as it is opened; ``Revise`` may change it.
    :param contacts: places among the client's contacts.
    :param participants: login → part, from the beginning.
    """

    client: int
    owner: str
    name: str
    at: datetime
    stage: int
    amount: Decimal
    cost: Decimal
    expected_on: date
    contacts: tuple[int, ...]
    participants: Mapping[str, str]
    steps: tuple[Step, ...]

    @property
    def outcome(self) -> str | None:
        """How it ends: ``won``, ``lost`` or, while it is open, None."""
        last = next((s.act for s in reversed(self.steps) if isinstance(s.act, Close)), None)
        return last.outcome if last else None

    @property
    def reason(self) -> int | None:
        """Why it was lost, by place in the company's list."""
        last = next((s.act for s in reversed(self.steps) if isinstance(s.act, Close)), None)
        return last.reason if last else None

    @property
    def stands(self) -> int:
        """The place of the stage that it came to."""
        moves = [step.act.stage for step in self.steps if isinstance(step.act, Move)]
        return moves[-1] if moves else self.stage

    @property
    def ends_at(self) -> datetime:
        """When the last thing happened to it."""
        return self.steps[-1].at if self.steps else self.at

    @property
    def people(self) -> set[str]:
        """The logins of all who have a part in it."""
        invited = {step.act.login for step in self.steps if isinstance(step.act, Invite)}
        return {self.owner, *self.participants, *invited}


@dataclass(frozen=True, slots=True)
class RungChoice:
    """A client put on a rung by hand.

    :param rung: the place on the ladder, 0 the lowest.
    """

    at: datetime
    client: int
    rung: int
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole demo of a day.

    :param today: everything that is told lies before this day.
    :param founded_at: when the company began to use the system.
    :param teams: names by key.
    """

    language: str
    seed: int
    today: date
    founded_at: datetime
    company: Company
    teams: Mapping[str, str]
    staff: tuple[Staff, ...]
    clients: tuple[PlannedClient, ...]
    deals: tuple[PlannedDeal, ...]
    rung_choices: tuple[RungChoice, ...]

    @property
    def length(self) -> int:
        """How many things happen in it."""
        given = sum(1 for client in self.clients if client.given)
        steps = sum(len(deal.steps) for deal in self.deals)
        return len(self.clients) + given + len(self.deals) + steps + len(self.rung_choices)
