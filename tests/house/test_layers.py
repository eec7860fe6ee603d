"""Who may import what, and what a plugin's author can read about it."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import salesman_hookspecs
from salesman_core import toolkit

ROOT = Path(__file__).parents[2]


def test_contracts_of_imports_hold() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert ended.returncode == 0, ended.stdout


def undocumented(module: object, names: list[str]) -> list[str]:
    """Give the names of functions and classes that say nothing of themselves."""
    found = {name: getattr(module, name) for name in names}
    return [
        name
        for name, value in found.items()
        if (inspect.isclass(value) or inspect.isroutine(value)) and not vars_doc(value)
    ]


def vars_doc(value: object) -> str:
    """Give a docstring of one's own: one that is inherited explains something else."""
    return str(vars(value).get("__doc__") or "") if inspect.isclass(value) else value.__doc__ or ""


def test_everything_in_the_toolkit_is_documented() -> None:
    assert undocumented(toolkit, toolkit.__all__) == []


def test_everything_in_the_contract_is_documented() -> None:
    assert undocumented(salesman_hookspecs, salesman_hookspecs.__all__) == []


def test_toolkit_hands_on_exactly_what_it_says() -> None:
    public = {
        name
        for name, value in vars(toolkit).items()
        if not name.startswith("_") and not inspect.ismodule(value)
    }

    assert public - set(toolkit.__all__) == set()
    assert sorted(toolkit.__all__) == sorted(set(toolkit.__all__))


@pytest.mark.parametrize("name", salesman_hookspecs.__all__)
def test_every_name_of_the_contract_is_there(name: str) -> None:
    assert hasattr(salesman_hookspecs, name)
