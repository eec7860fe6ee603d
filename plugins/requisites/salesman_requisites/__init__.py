"""Requisites: what papers of law need of the firms that make them (реквизиты)."""

from salesman_hookspecs import Plugin

plugin = Plugin(
    id="requisites",
    title="Requisites",
    summary="Own companies with banks and signers, numbers of papers, amounts in words.",
    api=">=0.1,<1",
)
