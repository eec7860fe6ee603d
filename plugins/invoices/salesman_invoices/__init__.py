"""Invoices, acts and payments: what is billed, what confirms delivery, what came in."""

from salesman_hookspecs import Plugin
from salesman_invoices.settings import InvoicesSettings

plugin = Plugin(
    id="invoices",
    title="Invoices and acts",
    summary="Invoices of deals, their payments and acts, and the schedule of payments.",
    api=">=0.1,<1",
    requires=("requisites", "catalogue"),
    settings=InvoicesSettings,
)
