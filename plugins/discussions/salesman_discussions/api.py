"""The JSON API of discussions: ``/api/v1/discussions``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, Any, Final

from flask import Response

from salesman_core.toolkit import (
    AnyRow,
    ApiBlueprint,
    ListQuery,
    SentFile,
    arguments,
    etag_of,
    file_body,
    file_response,
    files_body,
    handed_out,
    json_response,
    list_arguments,
    page_answer,
    page_response,
    reaches,
    reading,
    requires,
    response,
    select_page,
    versioned,
    visible,
)
from salesman_discussions import messages, queries, reading_state, service, ties
from salesman_discussions.lists import THREADS
from salesman_discussions.models import KIND, NOTHING
from salesman_discussions.permissions import CREATE, DELETE, EDIT, VIEW, WRITE
from salesman_discussions.schemas import (
    AboutSchema,
    AfterSchema,
    ChangedMessageSchema,
    DecisionSchema,
    InviteSchema,
    LettersSchema,
    MessageSchema,
    MessagesSchema,
    NewThreadSchema,
    NoticesSchema,
    ReactSchema,
    ReadSchema,
    SaidWithFilesSchema,
    SentFileSchema,
    ThreadSchema,
)

api = ApiBlueprint("discussions", __name__, title="Discussions")

ANY_FILE: Final = "application/octet-stream"


def thread_items(rows: Sequence[AnyRow]) -> list[dict[str, Any]]:
    """Give threads as the API shows them, in a fixed number of statements."""
    session, ids = reading(), [row.id for row in rows]
    about, people = ties.ties_of(session, ids), queries.participants_of(session, ids)
    standing, questions = queries.standing_to(session, ids), queries.questions_of(session, ids)
    items = []
    for row in rows:
        own = standing.get(row.id, queries.Standing())
        items.append(
            {
                **{column.key: getattr(row, column.key) for column in queries.THREAD},
                "records": [
                    {
                        "tie_id": one.id,
                        "kind": one.kind,
                        "id": one.record.id,
                        "name": one.record.name,
                    }
                    for one in about.get(row.id, [])
                ],
                "participants": [
                    {"user_id": one.user_id, "since": one.since} for one in people.get(row.id, [])
                ],
                "unread": own.unread,
                "waiting": own.waiting,
                "questions": [
                    {
                        name: getattr(one, name)
                        for name in ("message_id", "user_id", "asked_at", "page")
                    }
                    for one in questions.get(row.id, [])
                ],
            }
        )
    return items


def message_items(rows: Sequence[AnyRow]) -> list[dict[str, Any]]:
    """Give messages as the API shows them, in a fixed number of statements."""
    ids = [row.id for row in rows if row.deleted_at is None]
    files = queries.files_by_message(reading(), ids)
    reactions = queries.reactions_by_message(reading(), ids)
    names = [name for name in MessageSchema().fields if name not in {"files", "reactions"}]
    return [
        {
            **{name: getattr(row, name) for name in names},
            "text": "" if row.deleted_at else row.text,
            "files": [
                {"id": one.row.id, "name": one.row.name, "size": one.row.size}
                for one in files.get(row.id, [])
            ],
            "reactions": [
                {"sign": sign, "user_ids": ids} for sign, ids in reactions.get(row.id, {}).items()
            ],
        }
        for row in rows
    ]


def _answer(thread_id: int, status: int = 200) -> Response:
    row = queries.one_thread(reading(), thread_id)
    (item,) = thread_items([row])
    etag = etag_of(KIND, thread_id, row.version, row.updated_at)
    return json_response(item, status, etag=etag)


def _changed(thread_id: int, status: int = 200) -> Response:
    """Give a thread that was changed; to whoever does not see it any more, its id alone."""
    if not reaches(KIND, thread_id):
        return json_response({"id": thread_id}, status)
    return _answer(thread_id, status)


def _said(message_id: int, status: int = 200) -> Response:
    (item,) = message_items([queries.message_row(reading(), message_id)])
    return json_response(item, status)


@api.get("")
@requires(VIEW)
@list_arguments(THREADS)
@page_response(ThreadSchema)
def list_threads(query: ListQuery) -> Response:
    """List discussions."""
    page = select_page(reading(), queries.THREAD, THREADS, query, visible(KIND))
    return page_answer(thread_items(page.rows), page.next_cursor)


@api.post("")
@requires(CREATE)
@arguments(NewThreadSchema)
@response(ThreadSchema, 201)
def open_thread(values: dict[str, Any]) -> Response:
    """Open a discussion, with its first message."""
    return _changed(service.open_thread(values), 201)


@api.get("/<int:record_id>")
@requires(VIEW)
@response(ThreadSchema)
def read_thread(record_id: int) -> Response:
    """Read a discussion."""
    return _answer(record_id)


@api.patch("/<int:record_id>")
@requires(EDIT)
@versioned(KIND)
@arguments(ThreadSchema(partial=True))
@response(ThreadSchema)
def change_thread(values: dict[str, Any], record_id: int, version: int | None) -> Response:
    """Change the subject of a discussion, or make it private to its participants."""
    service.change_thread(record_id, values, version)
    return _changed(record_id)


@api.delete("/<int:record_id>")
@requires(DELETE)
@versioned(KIND)
@response(None, 204)
def delete_thread(record_id: int, version: int | None) -> None:
    """Put a discussion into the bin."""
    service.delete_thread(record_id, version)


@api.post("/<int:record_id>/records")
@requires(EDIT)
@arguments(AboutSchema)
@response(ThreadSchema)
def tie(values: dict[str, Any], record_id: int) -> Response:
    """Tie a discussion to records: whoever sees one of them sees it from then on."""
    service.tie(record_id, values)
    return _answer(record_id)


@api.delete("/<int:record_id>/records/<int:tie_id>")
@requires(EDIT)
@response(None, 204)
def untie(record_id: int, tie_id: int) -> None:
    """Let a discussion no longer be about a record."""
    service.untie(record_id, tie_id)


@api.post("/<int:record_id>/participants")
@requires(EDIT)
@arguments(InviteSchema)
@response(ThreadSchema)
def invite(values: dict[str, Any], record_id: int) -> Response:
    """Invite people into a discussion."""
    service.invite(record_id, values["user_ids"])
    return _answer(record_id)


@api.delete("/<int:record_id>/participants/<int:user_id>")
@requires(VIEW)
@response(None, 204)
def take_out(record_id: int, user_id: int) -> None:
    """Take somebody out of a discussion, or leave it."""
    service.take_out(record_id, user_id)


@api.post("/<int:record_id>/close")
@requires(EDIT)
@versioned(KIND)
@arguments(DecisionSchema)
@response(ThreadSchema)
def close_thread(values: dict[str, Any], record_id: int, version: int | None) -> Response:
    """Close a discussion with what was decided."""
    service.close_thread(record_id, values["decision"], version)
    return _answer(record_id)


@api.post("/<int:record_id>/reopen")
@requires(EDIT)
@versioned(KIND)
@response(ThreadSchema)
def reopen_thread(record_id: int, version: int | None) -> Response:
    """Take a closed discussion up again."""
    service.reopen_thread(record_id, version)
    return _answer(record_id)


@api.post("/<int:record_id>/read")
@requires(VIEW)
@arguments(ReadSchema)
@response(ThreadSchema)
def note_read(values: dict[str, Any], record_id: int) -> Response:
    """Note up to which message one has read."""
    reading_state.note_read(record_id, values["number"])
    return _answer(record_id)


@api.get("/<int:record_id>/notices")
@requires(VIEW)
@response(NoticesSchema)
def read_notices(record_id: int) -> dict[str, Any]:
    """Read how one hears of a discussion."""
    queries.one_thread(reading(), record_id)
    found = queries.standing_to(reading(), [record_id])
    own = found.get(record_id, queries.Standing(level=NOTHING))
    return {"level": own.level, "mail": own.mail}


@api.put("/<int:record_id>/notices")
@requires(VIEW)
@arguments(NoticesSchema)
@response(NoticesSchema)
def choose_notices(values: dict[str, Any], record_id: int) -> dict[str, Any]:
    """Choose how one hears of a discussion."""
    reading_state.choose_notices(record_id, values["level"], values["mail"])
    return values


@api.get("/letters")
@requires(VIEW)
@response(LettersSchema)
def read_letters() -> queries.Letters:
    """Read how one wants letters about discussions."""
    return queries.own_letters(reading())


@api.put("/letters")
@requires(VIEW)
@arguments(LettersSchema)
@response(LettersSchema)
def choose_letters(values: dict[str, Any]) -> dict[str, Any]:
    """Choose how one wants letters about discussions."""
    reading_state.choose_letters(values)
    return values


@api.get("/<int:record_id>/messages")
@requires(VIEW)
@arguments(AfterSchema, location="query")
@response(MessagesSchema)
def list_messages(values: dict[str, Any], record_id: int) -> dict[str, Any]:
    """List the messages of a discussion in their order."""
    queries.one_thread(reading(), record_id)
    limit = values["limit"]
    rows = queries.messages_after(reading(), record_id, values["after"], limit + 1)
    following = rows[limit - 1].number if len(rows) > limit else None
    return {"items": message_items(rows[:limit]), "next": following}


@api.post("/<int:record_id>/messages")
@requires(WRITE)
@arguments(MessageSchema)
@response(MessageSchema, 201)
def post_message(values: dict[str, Any], record_id: int) -> Response:
    """Say something in a discussion."""
    return _said(messages.post_message(record_id, values), 201)


@api.post("/<int:record_id>/messages/file")
@requires(WRITE)
@arguments(SentFileSchema, "query")
@file_body(ANY_FILE)
@response(MessageSchema, 201)
def post_file(file: IO[bytes], values: dict[str, Any], record_id: int) -> Response:
    """Say something with a file in a discussion; what it is, its name and beginning say."""
    return _said(messages.post_file(record_id, values.pop("name"), file, values), 201)


@api.post("/<int:record_id>/messages/files")
@requires(WRITE)
@arguments(SaidWithFilesSchema, "query")
@files_body(messages.MOST_FILES)
@response(MessageSchema, 201)
def post_files(files: list[SentFile], values: dict[str, Any], record_id: int) -> Response:
    """Say something with several files in a discussion, each a part `file` with its name."""
    return _said(messages.post_files(record_id, files, values), 201)


@api.get("/messages/<int:message_id>/files/<int:file_id>")
@requires(VIEW)
@file_response(ANY_FILE, "A file that came with a message, as what it is", others=("*/*",))
def message_file(message_id: int, file_id: int) -> Response:
    """Get a file that came with a message."""
    file = queries.file_of_message(reading(), message_id, file_id)
    return handed_out(file.path, file.name, file.media_type, etag=file.hash, inline=False)


@api.patch("/messages/<int:message_id>")
@requires(WRITE)
@arguments(ChangedMessageSchema)
@response(MessageSchema)
def change_message(values: dict[str, Any], message_id: int) -> Response:
    """Change what one has said; the former text stays readable."""
    messages.change_message(message_id, values["text"])
    return _said(message_id)


@api.delete("/messages/<int:message_id>")
@requires(WRITE)
@response(None, 204)
def delete_message(message_id: int) -> None:
    """Take back what one has said."""
    messages.delete_message(message_id)


@api.post("/messages/<int:message_id>/reactions")
@requires(WRITE)
@arguments(ReactSchema)
@response(MessageSchema)
def react(values: dict[str, Any], message_id: int) -> Response:
    """Set a sign beside a message, or take one's own away again."""
    messages.react(message_id, values["sign"])
    return _said(message_id)
