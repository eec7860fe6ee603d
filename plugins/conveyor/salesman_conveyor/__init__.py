"""The conveyor: stations that hand clients and deals over to each other (конвейер)."""

from salesman_hookspecs import Plugin

plugin = Plugin(
    id="conveyor",
    title="Conveyor",
    summary="Marketing, sale, paperwork and service hand their work over, and the line is seen.",
    api=">=0.1,<1",
)
