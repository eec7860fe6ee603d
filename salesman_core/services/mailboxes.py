"""A folder of a mailbox, read over IMAP (RFC 3501).

The server is a stranger: each answer is awaited for some seconds only, no more than a bounded part
of a letter is taken, nothing that it says leads to another server, and a password goes only to one
that has proved its name, or stays within this machine.
"""

from __future__ import annotations

import base64
import imaplib
import re
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from salesman_core.i18n import texts

_ = texts.lazy

IMAPS: Final = "imaps"
STARTTLS: Final = "starttls"
IMAP: Final = "imap"
PORTS: Final = {IMAPS: 993, STARTTLS: 143, IMAP: 143}
"""The ways to reach a mailbox, with the usual port of each."""

LEAVE: Final = "leave"
SEEN: Final = "seen"
MOVE: Final = "move"
AFTERWARDS: Final = (LEAVE, SEEN, MOVE)
"""What happens to a letter in the mailbox once it was read."""

WAYS: Final = {
    IMAPS: _("Encrypted from the first byte (TLS)"),
    STARTTLS: _("Encrypted by STARTTLS"),
    IMAP: _("Not encrypted: only on this machine"),
}
PROBLEMS: Final = {
    "host": _("There is no mail server of this name. Is it spelt right?"),
    "connection": _("The mail server does not answer on this port. Are name and port right?"),
    "time": _("The mail server did not answer in time."),
    "certificate": _(
        "The mail server cannot prove that it is the one: its certificate is not trusted. The"
        " password was not sent."
    ),
    "encryption": _(
        "The mail server does not speak this kind of encryption on this port. The password was"
        " not sent."
    ),
    "password": _("The mail server does not let this user in with this password."),
    "letters": _(
        "The mail server takes only Latin letters, digits and signs in user and password. Choose"
        " another password."
    ),
    "folder": _("There is no such folder in the mailbox, or the user may not read it."),
    "moved_to": _("There is no folder to move the letters to."),
    "protocol": _("What answers there does not speak IMAP as it should."),
    "seal": _(
        "The password cannot be opened any more, because the secret key of the application is"
        " another one. Enter it anew."
    ),
}
"""Why a mailbox cannot be read, and what to look at: by the code of a :class:`MailboxError`."""

TIMEOUT: Final = 15.0
"""Seconds that each answer may take."""
MOST_READ: Final = 15_000_000
"""Bytes of a letter that are read: what is written comes before what is attached."""
_MOST_ANSWERED: Final = MOST_READ + 1_000_000
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_MONTHS: Final = [
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
]
_BESIDE_ASCII: Final = re.compile(r"[^\x20-\x7e]+")


class MailboxError(Exception):
    """A mailbox cannot be read.

    :param code: why, one of :data:`PROBLEMS`.
    :param said: what the mail server said about it.
    """

    def __init__(self, code: str, said: str = "") -> None:
        super().__init__(code)
        self.code, self.said = code, said[:300]


@dataclass(frozen=True, slots=True)
class MailboxAccess:
    """Where a folder is, and how to get there."""

    way: str
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    folder: str


class _Bounded:
    """Refuses an answer that is longer than any that was asked for."""

    def read(self, size: int) -> bytes:
        if size > _MOST_ANSWERED:
            raise MailboxError("protocol")
        return super().read(size)  # type: ignore[misc, no-any-return]  # imaplib's own


class _Plain(_Bounded, imaplib.IMAP4):
    pass


class _Encrypted(_Bounded, imaplib.IMAP4_SSL):
    pass


class MailboxFolder:
    """An open folder of a mailbox.

    :param uid_validity: another number says that the server has numbered its letters anew.
    :param next_uid: the number that the next letter will have.
    """

    def __init__(self, connection: imaplib.IMAP4, name: str) -> None:
        self._connection = connection
        self.uid_validity = self._number("UIDVALIDITY", name)
        self.next_uid = self._number("UIDNEXT", name)

    def _number(self, what: str, folder: str) -> int:
        """Give a number of the folder: servers may say it as they open it, or when asked."""
        _name, found = self._connection.response(what)
        if not found or found[0] is None:
            _kind, said = self._connection.status(_quoted(encoded(folder)), f"({what})")
            found = re.findall(rb"\(%b (\d+)\)$" % what.encode(), bytes(said[-1] or b""))
        if not found or not found[0].isdigit():
            raise MailboxError("protocol")
        return int(found[0])

    def uids_after(self, last_uid: int, since: date | None, most: int) -> list[int]:
        """Give the numbers of at most so many letters behind one, in their order.

        :param since: the day before which letters are too old; None for no such day.
        """
        asked = [f"UID {last_uid + 1}:*"]
        if since is not None:
            asked += ["SINCE", f"{since.day}-{_MONTHS[since.month - 1]}-{since.year}"]
        found = self._ask("SEARCH", *asked)[0]
        uids = sorted(int(uid) for uid in (found or b"").split() if uid.isdigit())
        return [uid for uid in uids if uid > last_uid][:most]  # n:* names the last one in any case

    def head(self, uid: int) -> bytes | None:
        """Give the subject of a letter as its header has it; None where it has gone meanwhile."""
        return self._part(uid, "BODY.PEEK[HEADER.FIELDS (SUBJECT)]")

    def letter(self, uid: int) -> bytes | None:
        """Give a letter, at most :data:`MOST_READ` bytes of it; None where it has gone meanwhile.

        It is not marked as seen.
        """
        return self._part(uid, f"BODY.PEEK[]<0.{MOST_READ}>")

    def _part(self, uid: int, part: str) -> bytes | None:
        answers = self._ask("FETCH", str(uid), f"(UID {part})")
        return next((bytes(one[1]) for one in answers if isinstance(one, tuple)), None)

    def file(self, uids: Sequence[int], afterwards: str, moved_to: str) -> None:
        """Mark letters as seen, or move them, as the mailbox says.

        :raises MailboxError: where there is no folder to move them to.
        """
        if not uids or afterwards == LEAVE:
            return
        numbers = ",".join(map(str, uids))
        self._ask("STORE", numbers, "+FLAGS.SILENT", r"(\Seen)")
        if afterwards == MOVE:
            self._move(numbers, _quoted(encoded(moved_to)))

    def _move(self, numbers: str, target: str) -> None:
        """Move letters; where the server cannot, copy them, and remove none but these."""
        able = self._connection.capabilities
        if "MOVE" in able:  # RFC 6851
            self._ask("MOVE", numbers, target, code="moved_to")
            return
        self._ask("COPY", numbers, target, code="moved_to")
        self._ask("STORE", numbers, "+FLAGS.SILENT", r"(\Deleted)")
        if "UIDPLUS" in able:  # RFC 4315: a plain EXPUNGE would take what others have marked
            self._ask("EXPUNGE", numbers)

    def has(self, folder: str) -> bool:
        """Tell whether there is a folder of a name."""
        with _in_words("protocol"):
            kind, _said = self._connection.status(_quoted(encoded(folder)), "(UIDNEXT)")
        return kind == "OK"

    def _ask(self, command: str, *arguments: str, code: str = "protocol") -> list[Any]:
        with _in_words(code):
            kind, answers = self._connection.uid(command, *arguments)
            if kind != "OK":
                raise imaplib.IMAP4.error(answers[-1] if answers else b"")
        return answers


@contextmanager
def open_mailbox(access: MailboxAccess, *, read_only: bool = False) -> Iterator[MailboxFolder]:
    """Open a folder.

    :raises MailboxError: why that, or what is asked of it, cannot be; what else fails meanwhile is
        no fault of the mailbox.
    """
    with _in_words("protocol"):
        connection = _connected(access)
    try:
        with _in_words("protocol"):
            _sign_in(connection, access)
            folder = _selected(connection, access.folder, read_only=read_only)
        yield folder
    finally:
        with suppress(imaplib.IMAP4.error, OSError, MailboxError):
            connection.logout()


def _selected(connection: imaplib.IMAP4, name: str, *, read_only: bool) -> MailboxFolder:
    with _in_words("folder"):
        kind, said = connection.select(_quoted(encoded(name)), read_only)
        if kind != "OK":
            raise imaplib.IMAP4.error(said[-1] or b"")
    return MailboxFolder(connection, name)


@contextmanager
def _in_words(code: str) -> Iterator[None]:
    """Tell failures by what a person can do about them.

    :param code: what it is where the server answers, and says no.
    """
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise MailboxError("certificate", error.verify_message) from error
    except ssl.SSLError as error:
        raise MailboxError("encryption") from error
    except (socket.gaierror, UnicodeError) as error:
        raise MailboxError("host") from error
    except TimeoutError as error:
        raise MailboxError("time") from error
    except OSError as error:
        raise MailboxError("connection", error.strerror or "") from error
    except imaplib.IMAP4.abort as error:
        raise MailboxError("protocol") from error
    except imaplib.IMAP4.error as error:
        said = "" if code == "protocol" else _words(error)  # it may be no mail server at all
        raise MailboxError(code, said) from error


def _words(error: imaplib.IMAP4.error) -> str:
    said = error.args[0] if error.args else ""
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)


def _connected(access: MailboxAccess) -> imaplib.IMAP4:
    checked = ssl.create_default_context()
    if access.way == IMAPS:
        return _Encrypted(access.host, access.port, ssl_context=checked, timeout=TIMEOUT)
    if access.way != STARTTLS and access.host not in LOOPBACK:
        raise MailboxError("encryption")
    connection = _Plain(access.host, access.port, timeout=TIMEOUT)
    if access.way == STARTTLS:
        try:
            with _in_words("encryption"):
                connection.starttls(checked)
        except MailboxError:
            with suppress(OSError):  # it may have hung up already
                connection.shutdown()
            raise
    return connection


def _sign_in(connection: imaplib.IMAP4, access: MailboxAccess) -> None:
    """Sign in by whatever takes a password with any letters, else by the oldest command."""
    if "AUTH=PLAIN" in connection.capabilities:
        proof = f"\0{access.user}\0{access.password}".encode()
        _demand(lambda: connection.authenticate("PLAIN", lambda _challenge: proof))
    else:
        if not (access.user + access.password).isascii():
            raise MailboxError("letters")
        user, password = _quoted(access.user), access.password  # login() quotes the password only
        _demand(lambda: connection.login(user, password))
    _kind, found = connection.capability()  # some are told only to those who have signed in
    if found and found[-1]:
        connection.capabilities = tuple(found[-1].decode("ascii", "replace").upper().split())


def _demand(sign_in: Callable[[], object]) -> None:
    with _in_words("password"):
        sign_in()


def encoded(folder: str) -> str:
    """Give a folder's name as IMAP writes it (RFC 3501, section 5.1.3): «Заявки» in base64."""

    def shifted(run: re.Match[str]) -> str:
        coded = base64.b64encode(run.group().encode("utf-16-be")).decode().rstrip("=")
        return f"&{coded.replace('/', ',')}-"

    return _BESIDE_ASCII.sub(shifted, folder.replace("&", "&-"))


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
