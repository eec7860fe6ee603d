"""A mail server on loopback that keeps what it is given."""

from __future__ import annotations

import asyncio
import email
import threading
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any, Self

from aiosmtpd.smtp import SMTP

if TYPE_CHECKING:
    from aiosmtpd.smtp import Envelope, Session


@dataclass(frozen=True)
class Delivery:
    """One delivery: the addresses of the envelope (RFC 5321), and the letter in it."""

    sender: str
    recipients: tuple[str, ...]
    letter: EmailMessage


@dataclass
class _Handler:
    """What the server does with each command."""

    deliveries: list[Delivery] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)

    async def handle_MAIL(  # noqa: N802  # the server's own name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        if address.casefold() in self.refused:
            return self.refused[address.casefold()]
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802  # the server's own name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if address.casefold() in self.refused:
            return self.refused[address.casefold()]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802  # the server's own name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        content = envelope.original_content or b""
        letter = email.message_from_bytes(content, policy=policy.default)
        delivery = Delivery(envelope.mail_from or "", tuple(envelope.rcpt_tos), letter)
        self.deliveries.append(delivery)
        return "250 OK"


class MailSink:
    """A mail server; a letter is in ``letters`` before its sender hears that it was taken."""

    def __init__(self) -> None:
        self._handler = _Handler()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="mail sink")

    def __enter__(self) -> Self:
        """Listen on a free port."""
        self._thread.start()
        listening = asyncio.run_coroutine_threadsafe(self._listen(), self._loop)
        self._server = listening.result(timeout=10)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_exception: object) -> None:
        """Hang up on everybody and stop."""
        asyncio.run_coroutine_threadsafe(self._hang_up(), self._loop).result(timeout=10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _listen(self) -> asyncio.Server:
        return await self._loop.create_server(self._protocol, "127.0.0.1", 0)

    def _protocol(self) -> SMTP:
        return SMTP(self._handler, hostname="localhost", enable_SMTPUTF8=True, loop=self._loop)

    async def _hang_up(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    @property
    def url(self) -> str:
        """The address for ``SALESMAN_SMTP_URL``."""
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def deliveries(self) -> list[Delivery]:
        """What was delivered so far, with its envelopes."""
        return self._handler.deliveries

    @property
    def letters(self) -> list[EmailMessage]:
        """The letters that were delivered so far."""
        return [delivery.letter for delivery in self.deliveries]

    def refuse(self, address: str, answer: str = "550 5.1.1 no such mailbox") -> None:
        """Answer so whenever a letter is from or for *address*, as servers do (RFC 5321, 4.2)."""
        self._handler.refused[address.casefold()] = answer
