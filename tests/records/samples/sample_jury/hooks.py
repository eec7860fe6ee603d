"""What it hears, and what it refuses."""

from salesman_hookspecs import Change, Veto, hookimpl

heard: list[Change] = []
refused: set[str] = set()


@hookimpl
def salesman_before_save(change: Change) -> None:
    heard.append(change)
    for name in sorted(refused & set(change.after)):
        raise Veto("Not so", field=name)
