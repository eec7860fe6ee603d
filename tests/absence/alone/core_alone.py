"""A pytest plugin: nothing is installed beside the core (``pytest -p core_alone``)."""

from salesman_core.plugins import discovery


def _none(**_selection: str) -> tuple[()]:
    return ()


discovery.entry_points = _none  # type: ignore[assignment]
