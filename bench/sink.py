"""A mail server of its own process that forgets what it gets: ``python -m bench.sink``.

It prints its port and serves until its input ends.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from aiosmtpd.smtp import SMTP


class _Forgetful:
    """Takes every letter."""

    async def handle_DATA(self, *_arguments: Any) -> str:  # noqa: N802  # the server's own name
        return "250 OK"


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    made = lambda: SMTP(_Forgetful(), hostname="localhost", loop=loop)  # noqa: E731
    server = await loop.create_server(made, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201  # whoever started it reads
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve())
