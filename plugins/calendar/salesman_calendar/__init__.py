"""Activities: calls, meetings, tasks and letters, with a time and a result (дела)."""

from salesman_hookspecs import Plugin

plugin = Plugin(
    id="calendar",
    title="Calendar",
    summary="Calls, meetings and tasks: what is next, and what came of it.",
    api=">=0.1,<1",
)
