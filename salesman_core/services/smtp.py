"""Handing letters to a mail server."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Final
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


class RefusedError(Exception):
    """The server will never take this letter: trying again is of no use."""


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


def hand_over(server: MailServer, message: EmailMessage) -> None:
    """Give a letter to a server.

    :raises RefusedError: where the server will never take it.
    :raises OSError: where it could not be reached, or is not ready to take it (all of smtplib's
        errors are of this kind).
    """
    with _connected(server) as connection:
        try:
            connection.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code, words = next(iter(error.recipients.values()))
            if code in _FOR_GOOD:
                raise RefusedError(_said(code, words)) from error
            raise
        except smtplib.SMTPResponseException as error:
            if error.smtp_code in _FOR_GOOD:
                raise RefusedError(_said(error.smtp_code, error.smtp_error)) from error
            raise
        except smtplib.SMTPNotSupportedError as error:
            raise RefusedError(str(error)) from error


def words_of(error: OSError | RefusedError) -> str:
    """Give a failure in words for a person; a server's own words where it said any."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "; ".join(_said(code, words) for code, words in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return _said(error.smtp_code, error.smtp_error)
    return str(error) or type(error).__name__


def _said(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {text}"


@contextmanager
def _connected(server: MailServer) -> Iterator[smtplib.SMTP]:
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
        yield connection


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
