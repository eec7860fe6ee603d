"""Warm processes of ours: what is slow to begin or dangerous to do is done in one of them.

Each is started with its first request, ended when a request takes longer than it may, and started
anew with the next. It ends by itself when nobody is there any more who might ask.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from salesman_documents.docx.wire import Message, receive, send

MOST_REQUESTS: Final = 1000
"""After so many a process is started anew, whatever it has grown to by then."""

Answer = Callable[[Mapping[str, Any]], Mapping[str, Any]]


class EndedError(Exception):
    """A process did not answer.

    :param what: ``time``: it took longer than it may; ``died``: it ended by itself; ``busy``: it
        had other requests for all the time that this one could wait.
    """

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class WarmProcess:
    """A process that answers one request after the other.

    :param module: what it runs.
    :param arguments: of its command line.
    :param seconds: of the processor, that a request may use; each is told so as ``seconds``.
    :param patience: so many seconds longer than that it may take by the clock.
    :param nice: by how much it gives way to others.
    :param folder: how the name of a folder of its own begins, which goes with it; its path is the
        last of its arguments.
    """

    def __init__(  # all that a process is
        self,
        module: str,
        *arguments: str,
        seconds: float,
        patience: float,
        nice: int = 0,
        folder: str = "",
    ) -> None:
        self._command = [sys.executable, "-m", module, *arguments]
        if nice:
            self._command = ["nice", "-n", str(nice), *self._command]
        self._seconds, self._patience = seconds, patience
        self._prefix = folder
        self._folder = ""
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = self._asked = 0
        atexit.register(self.close)

    def ask(
        self, header: Mapping[str, Any], blobs: Sequence[bytes], answer: Answer | None = None
    ) -> Message:
        """Give what the process answers.

        :param answer: answers what the process asks meanwhile (a message with ``ask``).
        :raises EndedError: where it does not answer.
        """
        if not self._lock.acquire(timeout=self._seconds + self._patience):
            raise EndedError("busy")
        try:
            warm = self._is_warm()
            try:
                return self._once(header, blobs, answer)
            except EndedError as error:
                if not warm or error.what != "died":  # it may have died since the last request
                    raise
            return self._once(header, blobs, answer)
        finally:
            self._lock.release()

    def close(self) -> None:
        """End the process; the next request starts another."""
        with self._lock:
            self._end()

    def _once(
        self, header: Mapping[str, Any], blobs: Sequence[bytes], answer: Answer | None
    ) -> Message:
        process = self._running()
        late = threading.Event()
        timer = threading.Timer(self._seconds + self._patience, _end_late, (process, late))
        timer.start()
        try:
            return self._exchange(process, header, blobs, answer)
        except (EOFError, BrokenPipeError, ValueError) as error:
            code = self._ended()
            what = "time" if late.is_set() or code == -signal.SIGXCPU else "died"
            raise EndedError(what) from error
        finally:
            timer.cancel()

    def _exchange(
        self,
        process: subprocess.Popen[bytes],
        header: Mapping[str, Any],
        blobs: Sequence[bytes],
        answer: Answer | None,
    ) -> Message:
        assert process.stdin is not None  # noqa: S101  # both are pipes
        assert process.stdout is not None  # noqa: S101
        send(process.stdin, {**header, "seconds": self._seconds}, blobs)
        while True:
            said, content = receive(process.stdout)
            if "ask" not in said or answer is None:
                return said, content
            send(process.stdin, dict(answer(said)))

    def _is_warm(self) -> bool:
        return (
            self._process is not None
            and self._owner == os.getpid()
            and self._process.poll() is None
            and self._asked < MOST_REQUESTS
        )

    def _running(self) -> subprocess.Popen[bytes]:
        """Give the process; another one in a forked server, and after the last one died."""
        if self._process is not None and self._is_warm():
            self._asked += 1
            return self._process
        self._end()
        self._asked = 1
        self._folder = tempfile.mkdtemp(prefix=self._prefix) if self._prefix else ""
        home = {"HOME": self._folder, "TMPDIR": self._folder} if self._folder else {}
        self._process = subprocess.Popen(  # noqa: S603  # a command of our own
            [*self._command, *([self._folder] if self._folder else [])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,
            env={"PATH": os.defpath, "PYTHONPATH": _import_path(), "LANG": "C.UTF-8", **home},
        )
        self._owner = os.getpid()
        return self._process

    def _ended(self) -> int:
        """See to it that the process is gone; give the code with which it went."""
        code = 0
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                code = self._process.wait(5)
        self._end()
        return code

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():
            return
        _kill(process)
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()
        process.wait()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)


def _end_late(process: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    _kill(process)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a process with all that it has started."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _import_path() -> str:
    return os.pathsep.join(one for one in sys.path if one)
