"""Whether this machine can print papers."""

from salesman_hookspecs import HealthCheck
from salesman_invoices.papers.rendering import what_is_lacking


def printing() -> HealthCheck:
    """Tell whether the libraries are there that papers are drawn by."""
    lacking = what_is_lacking()
    detail = f"install Pango (libpangoft2-1.0-0, libharfbuzz-subset0), then restart: {lacking}"
    return HealthCheck("papers as PDF", ok=not lacking, detail=detail if lacking else "")
