"""What may be done in the administration; no preset role but the administrator has any of it."""

from __future__ import annotations

from typing import Final

from salesman_hookspecs import Permission

COMPANY: Final = "core.company.manage"
JOBS: Final = "core.job.manage"
PLUGINS: Final = "core.plugin.manage"
PURGE: Final = "core.plugin.purge"

PERMISSIONS: Final = (
    Permission(PLUGINS, "Switch plugins and what they show, see their faults", scoped=False),
    Permission(PURGE, "Export and remove all data of a plugin", scoped=False),
    Permission(COMPANY, "Change what is true of the whole company", scoped=False),
    Permission(JOBS, "See background work, try it again and discard it", scoped=False),
)
