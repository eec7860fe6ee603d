"""What administrators do to plugins, parts of pages and background work, kept in the audit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from salesman_core import jobs
from salesman_core.access.person import current_person
from salesman_core.administration.places import PartLine, part_named
from salesman_core.db import writing
from salesman_core.errors import ConflictError, MissingError
from salesman_core.i18n import texts
from salesman_core.plugins import purge, switches
from salesman_core.records.changes import audit
from salesman_core.records.saving import demand_version, fingerprint
from salesman_core.services import company
from salesman_core.web import hidden
from salesman_hookspecs import Text

_ = texts.lazy

JOB = "job"
PART = "part"
PLUGIN = "plugin"
SETTINGS = "settings"


def job(job_id: int) -> jobs.JobView:
    """Give a job.

    :raises MissingError: where there is none, or it ended so long ago that it has been removed.
    """
    found = jobs.job_view(job_id)
    if found is None:
        raise MissingError(_("There is no job %(id)s any more.", id=job_id))
    return found


def retry(job_id: int) -> None:
    """Give a job that failed or was cancelled all its attempts anew.

    :raises ConflictError: where it is none of these, or the same waits already.
    """
    refused = _("Job %(id)s runs or waits already, or the same work does.", id=job_id)
    _do(jobs.rerun, job_id, "retried", refused)


def discard(job_id: int) -> None:
    """Give up a job that failed for the last time.

    :raises ConflictError: where it has not.
    """
    refused = _("Job %(id)s is not among those that failed any more.", id=job_id)
    _do(jobs.discard, job_id, "discarded", refused)


def cancel(job_id: int) -> None:
    """Cancel a job that waits, or ask one that runs to stop.

    :raises ConflictError: where it has ended.
    """
    _do(jobs.cancel, job_id, "cancelled", _("Job %(id)s has ended already.", id=job_id))


def _do(act: Callable[[int], bool], job_id: int, action: str, refused: Text) -> None:
    found = job(job_id)
    with writing() as session:
        if not act(job_id):
            raise ConflictError(refused)
        audit(session, JOB, job_id, found.name, action, {})


def retry_all(name: str) -> int:
    """Give all jobs of a name that failed their attempts anew; give how many."""
    return _do_to_all(jobs.rerun_all, name, "retried")


def discard_all(name: str) -> int:
    """Give up all jobs of a name that failed; give how many."""
    return _do_to_all(jobs.discard_all, name, "discarded")


def _do_to_all(act: Callable[[str], int], name: str, action: str) -> int:
    with writing() as session:
        done = act(name)
        if done:
            audit(session, JOB, 0, name, action, {"jobs": (None, done)})
    return done


def purge_plugin(plugin_id: str) -> purge.Preview:
    """Remove all that a plugin keeps in the database; give what went.

    :raises ConflictError: while it is active, or while tables of others refer to it.
    """
    with writing() as session:
        gone = purge.purge(plugin_id)
        rows = {table: (count, None) for table, count in gone.rows.items()}
        hidden.forget(plugin_id)
        audit(session, PLUGIN, 0, plugin_id, "purged", rows)
    return gone


def suspend(plugin_id: str) -> None:
    """Switch a plugin off in every process; see :func:`salesman_core.plugins.switches.suspend`."""
    with writing() as session:
        switches.suspend(plugin_id)
        audit(session, PLUGIN, 0, plugin_id, "suspended", {})


def activate(plugin_id: str) -> None:
    """Switch a plugin on again; see :func:`salesman_core.plugins.switches.activate`."""
    with writing() as session:
        switches.activate(plugin_id)
        audit(session, PLUGIN, 0, plugin_id, "activated", {})


def lift_guard(plugin_id: str, kind: str) -> None:
    """Open records to people although the plugin that guards them is not active."""
    with writing() as session:
        switches.lift_guard(plugin_id, kind, current_person().name)
        audit(session, PLUGIN, 0, plugin_id, "guard lifted", {"kind": (kind, None)})


def hide_part(name: str) -> PartLine:
    """Hide a menu entry, a panel or a widget from everybody; give it.

    :raises MissingError: where no plugin gives it.
    :raises ConflictError: for what leads to where it could be shown again.
    """
    part = _part(name)
    if part.stays:
        raise ConflictError(
            _("%(title)s belongs to the administration and stays.", title=part.title)
        )
    _audited(hidden.hide, part, "hidden")
    return part


def show_part(name: str) -> PartLine:
    """Show a menu entry, a panel or a widget again; give it.

    :raises MissingError: where no plugin gives it.
    """
    part = _part(name)
    _audited(hidden.show, part, "shown")
    return part


def _part(name: str) -> PartLine:
    found = part_named(name)
    if found is None:
        raise MissingError(_("There is no part %(name)s of any page.", name=name))
    return found


def _audited(act: Callable[[str], bool], part: PartLine, action: str) -> None:
    with writing() as session:
        if act(part.name):
            audit(session, PART, 0, part.name, action, {})


def version_of(one: company.Company) -> int:
    """Give the version of the company's settings: another one wherever one of them differs."""
    return fingerprint(asdict(one))


def change_company(values: Mapping[str, Any], version: int | None = None) -> None:
    """Change what is true of the whole company.

    :param version: what the caller saw, see :func:`version_of`; None where they do not say.
    :raises StaleError: where somebody changed the settings since *version*.
    :raises InvalidError: by field.
    """
    with writing() as session:
        held = company.company_to_change(session)
        demand_version(version_of(held), version)
        before = asdict(held)
        after = asdict(company.change_company(values))
        told = [name for name in values if before[name] != after[name]]
        if told:
            changes = {name: (before[name], after[name]) for name in told}
            audit(session, SETTINGS, 0, after["name"], "changed", changes)
