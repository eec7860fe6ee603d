"""Where a walk takes place: an application with people in it, and with what was planted."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from typing import Final

from flask import Flask

from salesman_core.clock import now
from salesman_core.jobs.port import jobs
from salesman_core.testing.people import PASSWORD, Make
from salesman_core.testing.walk.canaries import Canaries, Planted
from salesman_core.testing.walk.company_fields import define_fields
from salesman_core.testing.walk.factories import Factory
from salesman_core.testing.walk.people import Walker, found_company
from salesman_core.testing.walk.planting import Owned, Planter, RecordSet
from salesman_core.testing.walk.shared import spare_ids, usual_ids
from salesman_core.testing.walk.snapshot import snapshot_of
from salesman_core.testing.walk.visiting import Visitor

NEAR, FAR = "a colleague", "a stranger"
DEAL_SHARED, CLIENT_SHARED = "a stranger whose deal is shared", "a stranger whose client is shared"
OTHERS: Final = (FAR, NEAR, DEAL_SHARED, CLIENT_SHARED)
_SILENCE: Final = 0.01


class World:
    """An application with a company in it, in which time stands still.

    Each walker owns a set of records; so do a colleague and a stranger, and in two more of the
    stranger's sets all walkers have a part: in the deal of one, in the client of the other.

    :param factories: of records, by kind.
    """

    def __init__(self, app: Flask, factories: Mapping[str, Factory]) -> None:
        self.app = app
        moment = now()
        app.extensions["salesman_clock"] = lambda: moment
        app.extensions["salesman_live"].heartbeat = _SILENCE
        # On a busy machine a plugin that is passed over for a while would hide what it shows.
        app.extensions["salesman_host"].dispatcher.breaker.slow = math.inf
        make = Make(app, itertools.count(1001))  # a test has made people of the first numbers
        company = found_company(make)
        define_fields()
        self.walkers = company.walkers
        self.canaries = Canaries()
        self.planter = Planter(make, self.canaries, factories)
        self.stranger_id, self._colleague_id = company.stranger_id, company.colleague_id
        self.spare = spare_ids(make, company.stranger_id)
        self.usual = usual_ids()
        self.reference = self.planter.fault()
        self.sets = self._plant()
        self.visitors = [Visitor(app, walker) for walker in self.walkers]
        jobs().drain()
        people = [self.planter.person(self.stranger_id, FAR)]
        planted = [record for one in self.sets.values() for record in (*one.records, *one.further)]
        self.known: dict[tuple[str, int], Planted] = {
            (one.kind, one.id): one for one in (*planted, *people)
        }
        self.allowed = {one: self.canaries.allowed(one) for one in self.walkers}
        strangers = self.sets[FAR].records
        self.hidden = {
            one: sum(not record.seen_by(one) for record in strangers) for one in self.walkers
        }
        self.secrets = {PASSWORD}.union(*(one.secrets for one in self.visitors))
        self.snapshot = snapshot_of(app)

    def close(self) -> None:
        """Let go of what was held."""
        self.app.extensions["salesman_live"].stop()
        self.snapshot.close()

    @property
    def administrator(self) -> Visitor:
        """Whoever sees everything."""
        return next(one for one in self.visitors if one.walker.everything)

    def _plant(self) -> dict[str, RecordSet]:
        everybody = frozenset(one.id for one in self.walkers if one.id is not None)
        stranger = self.stranger_id
        owned = [
            Owned(FAR, stranger),
            Owned(NEAR, self._colleague_id),
            Owned(DEAL_SHARED, stranger, of_deal=everybody),
            Owned(CLIENT_SHARED, stranger, of_client=everybody),
        ]
        sets = {one.name: self.planter.plant(one, private=one.name in {FAR, NEAR}) for one in owned}
        for walker in self.walkers:
            if walker.id is not None:
                sets[own_set(walker)] = self.planter.plant(Owned(own_set(walker), walker.id))
        return sets


def own_set(walker: Walker) -> str:
    """Give the name of the set that a walker owns."""
    return f"the {walker.role}"
