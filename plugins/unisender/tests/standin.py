"""A stand-in for UniSender on loopback, which checks requests as its documentation asks.

A POST of a form with ``format`` and ``api_key`` in its body to ``/ru/api/METHOD``; answers in JSON
with ``result`` or with ``error`` and ``code``; 500 contacts a call, 10 tags a contact, limits of
calls a minute, files that are made in the background, subscriptions that only their owners renew.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import threading
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

KEY = "5abcdefghijklmnopqrstuvwxyz0123456789key"
LIMITS = {"async/exportContacts": 20, "async/getTaskResult": 20}
USUAL_LIMIT = 1200
MOST_CONTACTS, MOST_TAGS, LONGEST_TEXT = 500, 10, 500
SYSTEM = (
    *("email", "email_status", "email_availability", "email_list_ids"),
    *("email_unsubscribed_list_ids", "email_excluded_list_ids", "tags", "delete"),
)
LIST_FIELDS = ("email_list_ids", "email_unsubscribed_list_ids", "email_excluded_list_ids")
_ADDRESS = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+")


@dataclass
class Contact:
    """Somebody whom the service knows, as its export tells of them."""

    status: str = "new"
    availability: str = "available"
    lists: set[str] = field(default_factory=set)
    unsubscribed: set[str] = field(default_factory=set)
    tags: list[str] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)


class RefusedError(Exception):
    """The service refuses a call, with the code that its documentation has for it."""

    def __init__(self, code: str, error: str) -> None:
        super().__init__(error)
        self.code, self.error = code, error


class StandIn:
    """An account of the service, and the server that answers for it."""

    def __init__(self) -> None:
        self.lists: dict[str, str] = {"17": "News"}
        self.contacts: dict[str, Contact] = {}
        self.fields: list[str] = ["Name"]
        self.hook: dict[str, str] = {}
        self.calls: Counter[str] = Counter()
        self.minute: Counter[str] = Counter()
        self.trouble: deque[str] = deque()
        self.meanwhile: dict[str, Callable[[], None]] = {}
        """What happens elsewhere, once, while the service works on a method."""
        self.files: dict[str, bytes] = {}
        self.delimiter = ","
        self.files_say = b""
        self._tasks: dict[str, list[str]] = {}

    def __enter__(self) -> Self:
        """Listen on a free port."""
        standin = self

        class Handler(_Handler):
            account = standin

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        self.url = f"{self.origin}/ru/api"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.01,), name="stand-in"
        )
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        """Hang up and stop."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    # Calls

    def answer(self, method: str, form: list[tuple[str, str]]) -> dict[str, Any]:
        """Answer a call as the service does."""
        try:
            return {"result": self._called(method, form)}
        except RefusedError as error:
            return {"error": error.error, "code": error.code}

    def _called(self, method: str, form: list[tuple[str, str]]) -> Any:
        told = dict(form)
        if len(told) != len(form):
            raise RefusedError("invalid_arg", "an argument came twice")
        if told.get("format") != "json":
            raise RefusedError("invalid_arg", "format")
        if told.get("api_key") != KEY:
            raise RefusedError("invalid_api_key", "the key is wrong")
        self._count(method)
        self.meanwhile.pop(method, lambda: None)()
        call = getattr(self, f"do_{method.replace('async/', '')}", None)
        if call is None:
            raise RefusedError("unknown_method", method)
        return call(told)

    def _count(self, method: str) -> None:
        self.calls[method] += 1
        self.minute[method] += 1
        if self.minute[method] > LIMITS.get(method, USUAL_LIMIT):
            raise RefusedError("api_call_limit_exceeded_for_api_key", "too many calls")

    def do_getLists(self, _told: dict[str, str]) -> Any:  # noqa: N802  # the service's own name
        return [{"id": int(one), "title": title} for one, title in self.lists.items()]

    def do_createList(self, told: dict[str, str]) -> Any:  # noqa: N802
        title = told.get("title", "").strip()
        if not title or title in self.lists.values():
            raise RefusedError("invalid_arg", "such a list exists")
        self.lists[str(max(map(int, self.lists)) + 1)] = title
        return {"id": max(map(int, self.lists))}

    def do_getFields(self, _told: dict[str, str]) -> Any:  # noqa: N802
        return [
            {"id": n, "name": name, "type": "string", "is_visible": 1, "view_pos": n}
            for n, name in enumerate(self.fields, 1)
        ]

    def do_createField(self, told: dict[str, str]) -> Any:  # noqa: N802
        name = told.get("name", "")
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) or name in (*SYSTEM, *self.fields):
            raise RefusedError("invalid_arg", "field name")
        if told.get("type") not in {"string", "text", "number", "date", "bool"}:
            raise RefusedError("invalid_arg", "field type")
        self.fields.append(name)
        return {"id": len(self.fields)}

    def do_importContacts(self, told: dict[str, str]) -> Any:  # noqa: N802
        names = _array(told, "field_names")
        if "email" not in names or len(set(names)) != len(names):
            raise RefusedError("invalid_arg", "field_names")
        if unknown := set(names) - {*SYSTEM, *self.fields}:
            raise RefusedError("invalid_arg", f"unknown fields: {unknown}")
        rows = _table(told, len(names))
        if not 0 < len(rows) <= MOST_CONTACTS:
            raise RefusedError("invalid_arg", f"{len(rows)} contacts")
        log = []
        known = set(self.contacts)
        for index, row in enumerate(rows):
            problem = self._import(dict(zip(names, row, strict=True)), told)
            if problem:
                log.append({"index": index, "code": "invalid_arg", "message": problem})
        return {
            "total": len(rows),
            "inserted": len(set(self.contacts) - known),
            "updated": len(rows) - len(log) - len(set(self.contacts) - known),
            "deleted": 0,
            "new_emails": 0,
            "invalid": len(log),
            "log": log,
        }

    def _import(self, row: dict[str, str], told: dict[str, str]) -> str:
        if not _ADDRESS.fullmatch(row["email"]):
            return "the address is not valid"
        lists = {name: set(filter(None, row.get(name, "").split(","))) for name in LIST_FIELDS}
        if set().union(*lists.values()) - self.lists.keys():
            return "there is no such list"
        tags = list(filter(None, row.get("tags", "").split(",")))
        if len(tags) > MOST_TAGS or max(map(len, row.values())) > LONGEST_TEXT:
            return "too many tags, or too long"
        one = self.contacts.setdefault(row["email"].lower(), Contact())
        if told.get("overwrite_lists") == "1":
            one.lists = set()
        one.unsubscribed |= lists["email_unsubscribed_list_ids"]
        one.lists |= lists["email_list_ids"] - one.unsubscribed  # only they themselves come back
        one.lists -= lists["email_excluded_list_ids"] | one.unsubscribed
        one.tags = tags if told.get("overwrite_tags") == "1" else sorted({*one.tags, *tags})
        one.fields |= {name: row[name] for name in self.fields if name in row}
        return ""

    def do_exportContacts(self, told: dict[str, str]) -> Any:  # noqa: N802
        if urlsplit(told.get("notify_url", "")).scheme not in {"http", "https"}:
            raise RefusedError("invalid_arg", "notify_url")
        names = _array(told, "field_names")
        if not names or set(names) - {*SYSTEM, *self.fields}:
            raise RefusedError("invalid_arg", "field_names")
        task = f"ff719cf2-4ed9-11e9-8647-{len(self._tasks):012d}"
        self._tasks[task] = ["new", "processing", "completed"]
        self.files[f"/files/{task}.csv"] = self.files_say or self._file(names)
        return {"task_uuid": task, "status": "new"}

    def do_getTaskResult(self, told: dict[str, str]) -> Any:  # noqa: N802
        task = told.get("task_uuid", "")
        states = self._tasks.get(task)
        if states is None:
            raise RefusedError("invalid_arg", "task_uuid")
        status = states.pop(0) if len(states) > 1 else states[0]
        found = {"task_uuid": task, "task_type": "file", "status": status}
        if status == "completed":
            found["file_to_download"] = f"{self.origin}/files/{task}.csv"
        return found

    def _file(self, names: list[str]) -> bytes:
        text = io.StringIO()
        writer = csv.writer(text, delimiter=self.delimiter)
        writer.writerow(names)
        for address, one in self.contacts.items():
            told = {
                "email": address,
                "email_status": one.status,
                "email_availability": one.availability,
                "email_list_ids": ",".join(sorted(one.lists)),
                "email_unsubscribed_list_ids": ",".join(sorted(one.unsubscribed)),
                "tags": ",".join(one.tags),
                **one.fields,
            }
            writer.writerow([told.get(name, "") for name in names])
        return text.getvalue().encode("utf-8-sig")

    def do_setHook(self, told: dict[str, str]) -> Any:  # noqa: N802
        events = {name: said for name, said in told.items() if name.startswith("events[")}
        if not urlsplit(told.get("hook_url", "")).hostname or not events:
            raise RefusedError("invalid_arg", "hook_url, events")
        if told.get("event_format") != "json_post" or told.get("single_event") not in {"0", "1"}:
            raise RefusedError("invalid_arg", "event_format")
        self.hook = {"hook_url": told["hook_url"], **events}
        return {"id": 1}


def told_of(*events: dict[str, Any], key: str = KEY, retry_count: int = 0) -> bytes:
    """Give the body by which the service tells of events, signed as it does."""
    body: dict[str, Any] = {"auth": key, "num": 1}
    if retry_count:
        body["retry_count"] = retry_count
    body["events_by_user"] = [{"login": "firm", "Events": list(events)}]
    whole = json.dumps(body, separators=(",", ":"))
    sign = hashlib.md5(whole.encode(), usedforsecurity=False).hexdigest()
    return whole.replace(key, sign, 1).encode()


def event(name: str, email: str, at: str = "2026-03-02 08:00:00", **data: Any) -> dict[str, Any]:
    """Give an event as the service tells of it."""
    return {"event_name": name, "event_time": at, "event_data": {"email": email, **data}}


def _array(told: dict[str, str], name: str) -> list[str]:
    found = []
    while (place := f"{name}[{len(found)}]") in told:
        found.append(told[place])
    return found


def _table(told: dict[str, str], width: int) -> list[list[str]]:
    cells = [one for one in told if one.startswith("data[")]
    rows = []
    while f"data[{len(rows)}][0]" in told:
        rows.append([told.get(f"data[{len(rows)}][{n}]", "") for n in range(width)])
    if len(cells) != len(rows) * width:
        raise RefusedError("invalid_arg", "data is no table")
    return rows


class _Handler(BaseHTTPRequestHandler):
    """Speaks HTTP; ``account`` answers."""

    account: StandIn
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:  # the server's own name
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = urlsplit(self.path)
        if parts.query or not parts.path.startswith("/ru/api/"):
            self._send(404, b"{}")  # a key in an address would stand in logs
            return
        trouble = self.account.trouble.popleft() if self.account.trouble else ""
        if trouble == "drop":
            self.close_connection = True
            self.connection.close()
        elif trouble.isdigit():
            self._send(int(trouble), b"<html>broken</html>")
        elif trouble == "garbage":
            self._send(200, b"<html>well</html>")
        elif trouble:
            self._send(200, json.dumps({"error": trouble, "code": trouble}).encode())
        elif self.headers.get("Content-Type") != "application/x-www-form-urlencoded":
            self._send(200, json.dumps({"error": "a form", "code": "invalid_arg"}).encode())
        else:
            form = parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True)
            found = self.account.answer(parts.path.removeprefix("/ru/api/"), form)
            self._send(200, json.dumps(found).encode())

    def do_GET(self) -> None:  # the server's own name
        found = self.account.files.get(self.path)
        self._send(200 if found is not None else 404, found or b"")

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Keep quiet."""
