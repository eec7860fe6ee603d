"""Leads: interests that are not yet clients (лиды, заявки).

The plugin that others are modelled on: each file has one subject, and the same name in every
plugin. ``docs/writing-a-plugin.md`` walks through it.
"""

from salesman_hookspecs import Plugin
from salesman_leads.settings import LeadsSettings

plugin = Plugin(
    id="leads",
    title="Leads",
    summary="Interests that are not yet clients: taken in, worked on, handed to a seller.",
    api=">=0.1,<1",
    settings=LeadsSettings,
)
