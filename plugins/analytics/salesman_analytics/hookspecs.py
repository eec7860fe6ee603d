"""What analytics asks of other plugins."""

# A specification is a signature with its documentation; it has no body to judge.
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from salesman_hookspecs import Phase, Policy, hookspec


@hookspec(policy=Policy.COLLECT, phase=Phase.BOOT, since="0.1")
def salesman_analytics_reports() -> Iterable[Mapping[str, Any]]:
    """Give the reports of this plugin, as how much is owed and for how long.

    Asked once at start. A report is a mapping of plain values, so that a plugin need not import
    anything of this one; ``salesman_analytics.declared`` says which. It declares what stands in
    its columns, and one function counts the rows: the page, the comparison with the former period,
    the files and the JSON follow.

    Example::

        @hookimpl(optionalhook=True)
        def salesman_analytics_reports():
            return [{
                "id": "notes.by_author", "title": "Notes by author", "group": "people",
                "question": "Who writes things down?", "permission": "notes.note.view",
                "filters": ("period",), "count": notes_by_author,
                "columns": (
                    {"name": "author", "title": "Author", "kind": "text"},
                    {"name": "notes", "title": "Notes", "kind": "number",
                     "method": "Notes written in the period.", "address": list_of_notes},
                ),
            }]
    """
