"""What plans ask of other plugins."""

# A specification is a signature with its documentation; it has no body to judge.
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from salesman_hookspecs import Phase, Policy, hookspec


@hookspec(policy=Policy.COLLECT, phase=Phase.BOOT, since="0.1")
def salesman_plans_sources() -> Iterable[Mapping[str, Any]]:
    """Give the sources of the figures that plans are held against.

    Asked once at start. A source gives some metrics of an accounting basis: ``issued`` gives what
    was invoiced, another source the units of deals that were won. It is a mapping of plain values,
    so that a plugin need not import anything of this one; ``salesman_plans.sources`` says which.

    Example::

        @hookimpl(optionalhook=True)
        def salesman_plans_sources():
            return [{
                "basis": "planned", "title": "Notes by amount", "method": "Every note counts.",
                "metrics": ("turnover",), "kind": "deal", "permission": "core.deal.view",
                "entries": noted, "address": lambda asked: "/notes",
            }]
    """
