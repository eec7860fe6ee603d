"""Discussions: threads of colleagues, tied to records or to nothing (обсуждения)."""

from salesman_hookspecs import Plugin

plugin = Plugin(
    id="discussions",
    title="Discussions",
    summary="What colleagues agree about deals, clients and other records, in the open.",
    api=">=0.1,<1",
)
