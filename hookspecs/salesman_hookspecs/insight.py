"""Hooks about evidence and health, and the values that they exchange."""

# A specification is a signature with its documentation; it has no body to judge.
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from salesman_hookspecs._markers import Phase, Policy, hookspec
from salesman_hookspecs.web import Text


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a client stands where it stands on the ladder (``product.md``, rule 2).

    :param client_id: the client.
    :param weight: ``interest`` (something was asked for) or ``sale`` (something was sold).
    :param sale: what the evidence is about, as ``deal:214``: all evidence with the same value
        counts once, so that a won deal and its paid invoice are one sale.
    :param at: when it came about, UTC.
    :param text: the reason in words, as "a deal was won on 12 March": everybody reads it who sees
        the client, so it names no record that one of them may not see. What ``texts.lazy`` gives
        is read in each reader's language, with the dates among its values as people write them.
    :param record: the kind and id of the record that it tells of, as ``("deal", 214)``: whoever
        may see that one reads its name behind the words, with a link. None where there is none.
    """

    client_id: int
    weight: str
    sale: str
    at: datetime
    text: Text
    record: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """One thing that was looked at.

    :param name: what, as "mailbox".
    :param ok: whether it is well.
    :param detail: what was found, for an administrator.
    """

    name: str
    ok: bool
    detail: str = ""


@hookspec(policy=Policy.COLLECT, phase=Phase.WRITE, since="0.1")
def salesman_relationship_evidence(client_ids: Sequence[int]) -> Iterable[Evidence]:
    """Give all evidence that now stands about some clients.

    Called in the transaction that may have changed it, after the owner of the evidence asked by
    ``toolkit.review_relationship``. What is no longer given is withdrawn.

    :param client_ids: the clients in question.

    Example::

        @hookimpl
        def salesman_relationship_evidence(client_ids):
            return [Evidence(row.client_id, "sale", f"order:{row.id}", row.at,
                             _("an order was paid"), ("shop.order", row.id))
                    for row in paid_orders(client_ids)]
    """


@hookspec(policy=Policy.COLLECT, phase=Phase.REQUEST, since="0.1")
def salesman_health() -> Iterable[HealthCheck]:
    """Tell how this plugin is: asked by ``salesman doctor`` and the administration page.

    Example::

        @hookimpl
        def salesman_health():
            return [HealthCheck("mailbox", ok=reachable())]
    """
