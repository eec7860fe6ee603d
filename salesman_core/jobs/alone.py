"""Who may be the one worker of an SQLite database."""

from __future__ import annotations

from pathlib import Path
from typing import IO

from salesman_core.jobs.store import Store


class Turn:
    """The right to be the worker: several share PostgreSQL, one has SQLite for itself.

    It is a lock on a file beside the database, which the system frees with the process that holds
    it, however that ends. It needs a file system of this machine, as SQLite itself does.
    """

    def __init__(self, store: Store) -> None:
        database = None if store.shared else store.engine.url.database
        kept = database and database != ":memory:"
        self._path = Path(f"{database}.worker") if kept else None
        self._file: IO[bytes] | None = None

    def take(self) -> bool:
        """Take it, and say whether it is ours now."""
        if self._path is None or self._file is not None:
            return True
        import fcntl  # noqa: PLC0415  # absent on Windows, where PostgreSQL still works

        file = self._path.open("ab")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self._file = file
        return True

    def leave(self) -> None:
        """Give it back, if it was taken."""
        if self._file is not None:
            self._file.close()
            self._file = None
