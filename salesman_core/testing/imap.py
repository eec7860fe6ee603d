"""A throw-away mail server on loopback that speaks IMAP: Dovecot, as companies run it.

It goes with the process of the tests, however that ends: a shell holds it, which waits for the end
of its input.
"""

from __future__ import annotations

import functools
import getpass
import grp
import imaplib
import itertools
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Self

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

PASSWORD: Final = "horse-«батарейка»"  # noqa: S105  # of a server that lives for seconds
_KNOWN: Final = "2.3."
_PATIENCE: Final = 20.0
_HOLD: Final = 'dovecot -F -c "$1" & read -r _; kill $!; wait $!'

_SETTINGS: Final = """\
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
mail_location = maildir:{folder}/mail/%u
first_valid_uid = 1
ssl = yes
ssl_cert = <{folder}/certificate.pem
ssl_key = <{folder}/key.pem
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={mail_user} gid={mail_group} home={folder}/mail/%u
}}
auth_failure_delay = 0
default_internal_user = {internal}
default_internal_group = {internal_group}
default_login_user = {login}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {encrypted_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
"""


@functools.cache
def absence() -> str | None:
    """Say why no server can be started on this machine, or None where one can."""
    program = shutil.which("dovecot")
    if program is None:
        return "no IMAP server (dovecot) is on this machine: apt-get install dovecot-imapd"
    said = subprocess.run(  # noqa: S603  # a server's own program, by its full path
        [program, "--version"], check=True, capture_output=True, text=True
    )
    if not said.stdout.startswith(_KNOWN):
        return f"the tests know the settings of Dovecot {_KNOWN}x, not of {said.stdout.strip()}"
    return None


class ImapServer:
    """A mail server with mailboxes that tests make."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="salesman-imap-"))
        self._numbers = itertools.count(1)
        self.port, self.encrypted_port = _free_port(), _free_port()
        self.certificate = self._folder / "certificate.pem"

    def __enter__(self) -> Self:
        """Start it, and wait until it answers."""
        self._folder.chmod(0o755)  # its own users look into it
        _write_certificate(self.certificate, self._folder / "key.pem")
        mail = self._folder / "mail"
        mail.mkdir()
        settings = self._settings(mail)
        (self._folder / "dovecot.conf").write_text(settings, encoding="utf-8")
        self._holder = subprocess.Popen(  # noqa: S603  # our own settings, by their full path
            ["/bin/sh", "-c", _HOLD, "sh", str(self._folder / "dovecot.conf")],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl+C is for the tests, not for their server
        )
        self._await()
        return self

    def __exit__(self, *_exception: object) -> None:
        """Stop it, and remove what it kept."""
        self._holder.communicate(timeout=_PATIENCE)
        shutil.rmtree(self._folder)

    def _settings(self, mail: Path) -> str:
        """Give the settings: as root it takes the users that the package made, else one's own."""
        own = getpass.getuser()
        users = {"internal": own, "login": own, "mail_user": own}
        if os.geteuid() == 0:
            users = {"internal": "dovecot", "login": "dovenull", "mail_user": "nobody"}
        account = pwd.getpwnam(users["mail_user"])
        os.chown(mail, account.pw_uid, account.pw_gid)
        internal = pwd.getpwnam(users["internal"])
        return _SETTINGS.format(
            folder=self._folder,
            password=PASSWORD,
            port=self.port,
            encrypted_port=self.encrypted_port,
            mail_group=account.pw_gid,
            internal_group=grp.getgrgid(internal.pw_gid).gr_name,
            **users,
        )

    def _await(self) -> None:
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                imaplib.IMAP4("127.0.0.1", self.port, timeout=_PATIENCE).shutdown()
            except (OSError, imaplib.IMAP4.error) as error:
                if time.monotonic() > deadline:
                    log = self._folder / "log"
                    said = log.read_text() if log.exists() else ""
                    raise RuntimeError(f"Dovecot did not start:\n{said}") from error
                time.sleep(0.05)
            else:
                return

    def mailbox(self) -> ImapMailbox:
        """Make a mailbox of its own for a test."""
        user = f"sales{next(self._numbers)}@example.com"
        return ImapMailbox(self, user)


class ImapMailbox:
    """A mailbox on the server, seen as its owner sees it; all have the same password."""

    def __init__(self, server: ImapServer, user: str) -> None:
        self.server, self.user, self.password = server, user, PASSWORD

    def deliver(self, letter: bytes, folder: str = "INBOX", moment: datetime | None = None) -> None:
        """Put a letter into a folder, as if it had arrived at a moment."""
        arrived = imaplib.Time2Internaldate(moment or datetime.now(UTC))
        with self._connection() as connection:
            _demand(connection.append(folder, "", arrived, letter))

    def make(self, folder: str) -> None:
        """Make a folder, named as IMAP writes it."""
        with self._connection() as connection:
            _demand(connection.create(folder))

    def renumber(self, folder: str) -> None:
        """Let the server number the letters of a folder anew, as after a move to another one."""
        with self._connection() as connection:
            _demand(connection.rename(folder, f"{folder}-before"))
            _demand(connection.create(folder))
            _demand(connection.select(f"{folder}-before"))
            _demand(connection.uid("COPY", "1:*", folder))

    def seen(self, folder: str = "INBOX") -> list[bool]:
        """Give of each letter in a folder whether it is marked as seen."""
        with self._connection() as connection:
            kind, said = connection.select(folder, readonly=True)
            if kind != "OK" or said == [b"0"]:
                return []
            answers = _demand(connection.fetch("1:*", "(FLAGS)"))
            return [b"\\Seen" in line for line in answers if isinstance(line, bytes)]

    def _connection(self) -> imaplib.IMAP4:
        connection = imaplib.IMAP4("127.0.0.1", self.server.port, timeout=_PATIENCE)
        proof = f"\0{self.user}\0{self.password}".encode()
        try:
            connection.authenticate("PLAIN", lambda _challenge: proof)
        except imaplib.IMAP4.error:
            connection.shutdown()
            raise
        return connection


def _demand(answer: tuple[str, Any]) -> Sequence[object]:
    kind, said = answer
    assert kind == "OK", said
    found: Sequence[object] = said
    return found


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port: int = door.getsockname()[1]
        return port


def _write_certificate(certificate: Path, key_file: Path) -> None:
    """Write a certificate for this machine that nobody but itself vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    names = [x509.DNSName("localhost")]
    begin = datetime.now(UTC) - timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, SHA256())
    )
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
