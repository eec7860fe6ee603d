"""The core needs no plugin: its own tests pass where nothing is installed beside it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
ALONE: Final = Path(__file__).with_name("alone")
PYTEST: Final = (
    sys.executable, "-m", "pytest", "-q", "-p", "core_alone",
    "-m", "not soak and not bench and not plugins",
)  # fmt: skip
FOLDERS: Final = ("access", "clients", "custom", "deals", "imports", "people", "records")


@pytest.mark.soak
@pytest.mark.parametrize("folder", FOLDERS)
def test_tests_of_the_core_pass_without_any_plugin(folder: str) -> None:
    done = subprocess.run(
        [*PYTEST, f"tests/{folder}"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ALONE)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout
