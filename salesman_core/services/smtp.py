"""Handing letters to a mail server."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8, EmailPolicy
from typing import Any, Final
from urllib.parse import quote, unquote, urlsplit

from salesman_core.errors import ConfigurationError
from salesman_core.i18n import texts

_ = texts.lazy

PORTS: Final = {"smtp": 25, "starttls": 587, "smtps": 465}
"""The ways to reach a mail server, with the usual port of each.

``smtp`` encrypts where the server offers it, ``starttls`` insists, ``smtps`` is encrypted from the
first byte (RFC 8314).
"""

_TIMEOUT: Final = 20.0
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_FOR_GOOD: Final = range(500, 600)
_TAKEN: Final = range(200, 300)


class RefusedError(Exception):
    """The server will never take this letter: trying again is of no use."""


class RefusedSenderError(RefusedError):
    """The server takes no letter at all from this sender, whomever it is for."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """A mail server.

    :param way: one of :data:`PORTS`.
    """

    way: str
    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def at(cls, url: str) -> MailServer:
        """Read ``smtp://user:password@host:587``.

        :raises ConfigurationError: which repeats nothing of the address, as it holds a password.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise ConfigurationError(_UNREADABLE) from None  # its words may quote the password
        if parts.scheme not in PORTS or not parts.hostname:
            raise ConfigurationError(_UNREADABLE)
        return cls(
            parts.scheme,
            parts.hostname,
            port or PORTS[parts.scheme],
            unquote(parts.username or ""),
            unquote(parts.password or ""),
        )

    @property
    def url(self) -> str:
        """The address with the password: for the settings, never for a page or a log."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        known = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}@" if self.user else ""
        return f"{self.way}://{known}{host}:{self.port}"


_UNREADABLE: Final = _(
    "The mail server's address must look like smtp://user:password@host:587, "
    "starttls://… or smtps://…"
)


class UnsettledError(OSError):
    """The connection broke when the server had all of a letter: it may be on its way, or not."""


class MailConnection:
    """An open connection to a mail server, which takes one letter after the other."""

    def __init__(self, connection: smtplib.SMTP) -> None:
        self._connection = connection

    def hand_over(self, message: EmailMessage | bytes, sender: str, to: str) -> None:
        """Give the server a letter.

        :param message: bytes go as they are; addresses that are no ASCII stand there in UTF-8 (RFC
            6532).
        :param sender: the address of the envelope, to which a letter goes that cannot be delivered.
        :raises RefusedError: where the server will never take it; :class:`RefusedSenderError` where
            it would take none of this sender's.
        :raises UnsettledError: where nobody can say whether it has taken it.
        :raises OSError: where it is not ready to take it, and has not (all of smtplib's errors are
            of this kind); after :class:`smtplib.SMTPServerDisconnected` the connection is gone.
        """
        try:
            plain = (sender + to).isascii()
            self._say_sender(sender, [] if plain else ["SMTPUTF8"])
            self._demand(*self._connection.rcpt(to))
            self._give(_bytes_of(message, SMTP if plain else SMTPUTF8))
        except smtplib.SMTPResponseException as error:
            if error.smtp_code in _FOR_GOOD:
                raise RefusedError(_said(error.smtp_code, error.smtp_error)) from error
            raise
        except smtplib.SMTPNotSupportedError as error:
            raise RefusedError(str(error)) from error

    def _say_sender(self, sender: str, options: Sequence[str]) -> None:
        if options and not self._connection.has_extn("smtputf8"):
            raise smtplib.SMTPNotSupportedError("the server takes no such address: SMTPUTF8")
        code, words = self._connection.mail(sender, options)
        if code in _FOR_GOOD:
            raise RefusedSenderError(_said(code, words))
        self._demand(code, words)

    def _demand(self, code: int, words: bytes) -> None:
        if code not in _TAKEN:
            with suppress(OSError):
                self._connection.rset()
            raise smtplib.SMTPResponseException(code, words)

    def _give(self, content: bytes) -> None:
        try:
            code, words = self._connection.data(content)
        except smtplib.SMTPDataError:
            with suppress(OSError):
                self._connection.rset()
            raise
        except (OSError, EOFError) as error:
            raise UnsettledError(str(error) or type(error).__name__) from error
        self._demand(code, words)


@contextmanager
def connected(server: MailServer) -> Iterator[MailConnection]:
    """Open a connection for one letter or many.

    :raises OSError: where the server cannot be reached, or does not let us in.
    """
    name = socket.gethostname()  # smtplib's default asks the DNS, which may take its time
    checked = ssl.create_default_context()
    if server.way == "smtps":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, name, timeout=_TIMEOUT, context=checked
        )
    else:
        connection = smtplib.SMTP(server.host, server.port, name, timeout=_TIMEOUT)
    with connection:
        connection.ehlo_or_helo_if_needed()
        if server.way != "smtps":
            _encrypt(connection, server, checked)
        if server.user:
            connection.login(server.user, server.password)
        yield MailConnection(connection)


def _bytes_of(message: EmailMessage | bytes, policy: EmailPolicy[Any]) -> bytes:
    return message if isinstance(message, bytes) else message.as_bytes(policy=policy)


def hand_over(server: MailServer, message: EmailMessage) -> None:
    """Give one letter to a server, from its sender to its reader.

    :raises RefusedError: where the server will never take it.
    :raises OSError: where it could not be reached, or is not ready to take it.
    """
    sender, to = (str(message[name].addresses[0].addr_spec) for name in ("From", "To"))
    with connected(server) as connection:
        connection.hand_over(message, sender, to)


def words_of(error: OSError | RefusedError) -> str:
    """Give a failure in words for a person; a server's own words where it said any."""
    if isinstance(error, smtplib.SMTPResponseException):
        return _said(error.smtp_code, error.smtp_error)
    return str(error) or type(error).__name__


def _said(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {text}"


def _encrypt(connection: smtplib.SMTP, server: MailServer, checked: ssl.SSLContext) -> None:
    """Encrypt as far as the way asks for.

    Without a password at stake, encryption to a server that cannot prove its name is still better
    than none (RFC 7435); a password goes only to a server that can, or within this machine.
    """
    if server.way == "starttls" or connection.has_extn("starttls"):
        careless = server.way == "smtp" and not server.user
        connection.starttls(context=_unchecked() if careless else checked)
        connection.ehlo()
    elif server.user and server.host not in _LOOPBACK:
        raise smtplib.SMTPNotSupportedError(
            "the server offers no encryption, so the password was not sent"
        )


def _unchecked() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
