"""Messages between the application and the process that fills documents in.

A message is a line of JSON with the sizes of the bytes that follow it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import IO, Any

Message = tuple[dict[str, Any], list[bytes]]


def send(stream: IO[bytes], header: dict[str, Any], blobs: Sequence[bytes] = ()) -> None:
    """Write a message."""
    line = json.dumps({**header, "sizes": [len(one) for one in blobs]}, ensure_ascii=False)
    stream.write(line.encode() + b"\n")
    for one in blobs:
        stream.write(one)
    stream.flush()


def receive(stream: IO[bytes]) -> Message:
    """Read a message.

    :raises EOFError: where the other end is gone.
    """
    line = stream.readline()
    if not line.endswith(b"\n"):
        raise EOFError
    header: dict[str, Any] = json.loads(line)
    sizes: list[int] = header.pop("sizes")
    blobs = [stream.read(size) for size in sizes]
    if [len(one) for one in blobs] != sizes:
        raise EOFError
    return header, blobs
