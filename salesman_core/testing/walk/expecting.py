"""What must come of a visit, computed from roles, scopes and ownership alone."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from salesman_core.access.routes import PUBLIC
from salesman_core.testing.walk.canaries import Planted
from salesman_core.testing.walk.people import Walker
from salesman_core.testing.walk.routes import Route

Statuses = frozenset[int]

DENIED: Statuses = frozenset({HTTPStatus.UNAUTHORIZED})
FORBIDDEN: Statuses = frozenset({HTTPStatus.FORBIDDEN})
MISSING: Statuses = frozenset({HTTPStatus.NOT_FOUND})
REFUSED = FORBIDDEN | MISSING
FREE: Statuses = frozenset()
"""Whatever comes of it, as long as it is no failure of the server."""


def expected(walker: Walker, route: Route, subjects: Sequence[Planted], *, reads: bool) -> Statuses:
    """Give the statuses of which one must come; empty where access has no say.

    The conventions (architecture 7): 401 without a token or a sign-in, before all else; 403
    without the permission; 404 for what one may not see; 403 for what one sees and may not change.
    The first record that an address names is what it is about; of further ones, as the contact in
    ``/deals/1/contacts/2``, only what the answer tells is judged.
    """
    if route.access == PUBLIC:
        return FREE
    if walker.id is None:
        return DENIED
    if route.permission is not None and walker.scope(route.permission) == "none":
        return FORBIDDEN
    if subjects and not subjects[0].seen_by(walker):
        return REFUSED if route.permission is None else MISSING
    if not reads and subjects and not may_change(walker, route, subjects[0]):
        return REFUSED
    return FREE


def may_change(walker: Walker, route: Route, subject: Planted) -> bool:
    """Tell whether a walker may do with a record what a route does."""
    if subject.by_author:
        return walker.everything or walker.id == subject.author_id
    if route.permission is None or subject.permission is None:
        return True
    return subject.within(walker, route.permission)
