"""What a walk found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Finding:
    """Something that should not be.

    :param what: in which way it is wrong, as ``leak in the body``.
    """

    role: str
    visit: str
    what: str

    def __str__(self) -> str:
        """Give it as a line."""
        return f"{self.role}: {self.visit}: {self.what}"


@dataclass
class Report:
    """What a walk found, and where it has been.

    :param visits: how many requests were sent.
    :param unreached: routes in which nobody had success.
    :param tried: by route, how far somebody came who should have had success.
    :param idle: excuses for routes that are not there, or that were reached.
    """

    findings: list[Finding] = field(default_factory=list)
    visits: int = 0
    unreached: list[str] = field(default_factory=list)
    idle: list[str] = field(default_factory=list)
    tried: dict[str, str] = field(default_factory=dict)

    def add(self, role: str, visit: object, what: str) -> None:
        """Note a finding, once."""
        finding = Finding(role, str(visit), what)
        if finding not in self.findings:
            self.findings.append(finding)

    def settle(
        self, reached: Iterable[str], routes: Iterable[str], excused: Mapping[str, str]
    ) -> None:
        """Compare where the walk had success with the routes there are."""
        had, there = set(reached), set(routes)
        self.unreached = sorted(there - had - excused.keys())
        self.idle = sorted(excused.keys() - (there - had))

    def __bool__(self) -> bool:
        """Whether anything is wrong."""
        return bool(self.findings or self.unreached or self.idle)

    def __str__(self) -> str:
        """Give all that is wrong, a line each."""
        never = [
            f"nobody had success: {one} ({self.tried.get(one, 'no address is known')})"
            for one in self.unreached
        ]
        idle = [f"excused for nothing: {one}" for one in self.idle]
        return "\n".join([*map(str, self.findings), *never, *idle])
