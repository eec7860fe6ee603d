"""Mail servers that are older than most."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator

import pytest

from salesman_core.services.mailboxes import MailboxAccess, MailboxError, open_mailbox

_ANSWERS = {
    "CAPABILITY": ("* CAPABILITY IMAP4rev1",),
    "SELECT": ("* 0 EXISTS", "* OK [UIDVALIDITY 7] Valid"),
    "STATUS": ('* STATUS "INBOX" (UIDNEXT 12)',),
    "LOGOUT": ("* BYE",),
}


class _Old(socketserver.StreamRequestHandler):
    """Knows no way to sign in but by LOGIN, and says UIDNEXT only when asked."""

    def handle(self) -> None:
        self.wfile.write(b"* OK ready\r\n")
        for line in self.rfile:
            tag, command = line.decode("ascii").split()[:2]
            for said in (*_ANSWERS.get(command, ()), f"{tag} OK done"):
                self.wfile.write(f"{said}\r\n".encode())


@pytest.fixture
def old_server() -> Iterator[int]:
    """The port of such a server."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Old) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def access(port: int, password: str) -> MailboxAccess:
    return MailboxAccess("imap", "127.0.0.1", port, "sales", password, "INBOX")


def test_server_that_tells_its_next_number_only_when_asked_is_read(old_server: int) -> None:
    with open_mailbox(access(old_server, "horse")) as folder:
        assert (folder.uid_validity, folder.next_uid) == (7, 12)


def test_password_that_an_old_server_cannot_take_is_told_as_such(old_server: int) -> None:
    with pytest.raises(MailboxError) as caught, open_mailbox(access(old_server, "батарейка")):
        pass

    assert caught.value.code == "letters"
