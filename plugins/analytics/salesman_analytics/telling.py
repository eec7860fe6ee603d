"""What a report comes to for the parameters of an address, be it declared or a page of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import current_app

from salesman_analytics.asked import TITLES, read_asked
from salesman_analytics.counted import counted
from salesman_analytics.declared import DeclaredReport, seen_report
from salesman_analytics.files import Table, table_of_counted
from salesman_analytics.texts import texts
from salesman_core.toolkit import InvalidError, MissingError

_ = texts.lazy

LONGEST: Final = 4000
"""So many characters may be kept of what a report is asked for."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a report comes to.

    :param asked: the parameters that say it, as addresses hold them; of a period its word.
    :param table: counts it, and gives the table of its file.
    """

    report: DeclaredReport
    asked: Mapping[str, str]
    table: Callable[[], Table]

    @property
    def path(self) -> str:
        """The path of the page that shows the same."""
        return path_of(self.report, self.asked)


def told(report: DeclaredReport, args: Mapping[str, str]) -> Told:
    """Read what a report is asked for; it is counted only where its table is asked for.

    :raises InvalidError: by parameter, for what cannot be read or is not taken.
    :raises ForbiddenError: for a field that whoever acts may not see.
    """
    if sum(len(name) + len(text) for name, text in args.items()) > LONGEST:
        message = _("A filter that long cannot be kept.")
        raise InvalidError(message, {"asked": message})
    if report.tell is not None:
        said = report.tell(args)
        return Told(report, dict(said["asked"]), said["table"])
    if foreign := sorted(set(args) - set(TITLES)):
        message = _("This report does not take %(what)s.", what=", ".join(foreign))
        raise InvalidError(message, dict.fromkeys(foreign, message))
    asked = read_asked(args, report.filters, report.period)
    return Told(report, asked.parameters, lambda: table_of_counted(counted(report, asked)))


def report_with_views(id_: str) -> DeclaredReport:
    """Give a report whose views can be kept.

    :raises MissingError: where there is none, or not for whoever acts.
    """
    report = seen_report(id_)
    if not report.keeps_views:
        raise MissingError(_("Views of this report cannot be kept here."))
    return report


def path_of(report: DeclaredReport, asked: Mapping[str, Any]) -> str:
    """Give the path of a report's page, also where no page is being read, as for a letter."""
    paths = current_app.url_map.bind("localhost")
    if report.endpoint:
        return paths.build(report.endpoint, dict(asked))
    return paths.build("analytics.report", {"name": report.id, **asked})
