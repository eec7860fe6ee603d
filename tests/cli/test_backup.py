"""`salesman backup` and `salesman restore`."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Run

pytestmark = pytest.mark.databases("sqlite")


@pytest.mark.turns(3, among="long")
def test_backup_comes_back_on_an_empty_machine(run: Run, tmp_path: Path) -> None:
    file = str(tmp_path / "b.zip")
    empty = f"sqlite:///{tmp_path / 'new.db'}"
    assert run("user", "add", "--email", "a@example.com", "--name", "A").exit_code == 0

    saved = run("backup", file)
    settings = {"SALESMAN_DATABASE_URL": empty, "SALESMAN_DATA_DIR": str(tmp_path / "new")}
    restored = run("restore", file, **settings)
    again = run("restore", file, **settings)

    assert saved.exit_code == 0
    assert saved.stdout.startswith("backup: ")
    assert "core_user: 1" in saved.stderr
    assert restored.exit_code == 0
    assert restored.stdout.splitlines()[-1].startswith("without the secret key: ")
    assert run("token", "add", "--user", "a@example.com", **settings).exit_code == 0
    assert again.exit_code == 1
