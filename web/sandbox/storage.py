"""Where the sandbox keeps its state: one SQLite file, written before a call is answered.

`synchronous=OFF` survives the death of the process at any moment (the pages are the kernel's by then), not a power cut.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from web.sandbox.model import ChatKey, Json, Message, Record, StoredFile

SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (kind TEXT, key TEXT, body TEXT NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS messages (bot_id INTEGER, chat_id INTEGER, id INTEGER, deleted INTEGER NOT NULL,
    body TEXT NOT NULL, PRIMARY KEY (bot_id, chat_id, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS updates (bot_id INTEGER, id INTEGER, at REAL NOT NULL, kind TEXT NOT NULL,
    source TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (bot_id, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS files (file_id TEXT PRIMARY KEY, path TEXT NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS files_by_path ON files (path);
"""


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=Record.to_row)


class Storage:
    """Documents, messages, updates and files. Writes become durable at `commit`."""

    def __init__(self, path: Path | None) -> None:
        self._db = sqlite3.connect(path or ":memory:", isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.executescript(SCHEMA)
        self._writing = False

    def close(self) -> None:
        self.commit()
        self._db.close()

    def commit(self) -> None:
        """Make everything written so far survive the death of this process."""
        if self._writing:
            self._db.execute("COMMIT")
            self._writing = False

    def clear(self) -> None:
        for table in ("documents", "messages", "updates", "files"):
            self._write(f"DELETE FROM {table}", ())  # noqa: S608 - the names stand above
        self.commit()

    def put(self, kind: str, key: object, body: Json) -> None:
        self._write("INSERT OR REPLACE INTO documents VALUES (?, ?, ?)", (kind, str(key), _dump(body)))

    def drop(self, kind: str, key: object) -> None:
        self._write("DELETE FROM documents WHERE kind = ? AND key = ?", (kind, str(key)))

    def documents(self, kind: str) -> Iterator[tuple[str, Json]]:
        for key, body in self._db.execute("SELECT key, body FROM documents WHERE kind = ?", (kind,)):
            yield key, json.loads(body)

    def put_message(self, message: Message) -> None:
        row = (message.bot_id, message.chat_id, message.id, message.deleted, _dump(message.to_row()))
        self._write("INSERT OR REPLACE INTO messages VALUES (?, ?, ?, ?, ?)", row)

    def message(self, key: ChatKey, message_id: int) -> Message | None:
        found = self._db.execute(
            "SELECT body FROM messages WHERE bot_id = ? AND chat_id = ? AND id = ?", (*key, message_id)
        ).fetchone()
        return Message.from_row(json.loads(found[0])) if found else None

    def messages_before(self, key: ChatKey, before: int, *, after: int, limit: int) -> list[Message]:
        """Undeleted messages with after < id < before, newest first."""
        rows = self._db.execute(
            "SELECT body FROM messages WHERE bot_id = ? AND chat_id = ? AND id < ? AND id > ? AND NOT deleted "
            "ORDER BY id DESC LIMIT ?",
            (*key, before, after, limit),
        )
        return [Message.from_row(json.loads(body)) for (body,) in rows]

    def last_message_ids(self) -> list[tuple[int, int, int]]:
        """(bot id, chat id, highest message id) of every chat."""
        return list(self._db.execute("SELECT bot_id, chat_id, max(id) FROM messages GROUP BY bot_id, chat_id"))

    def prune_messages(self, key: ChatKey, up_to: int) -> None:
        self._write("DELETE FROM messages WHERE bot_id = ? AND chat_id = ? AND id <= ?", (*key, up_to))

    def put_update(self, bot_id: int, update_id: int, *, at: float, kind: str, source: str, body: Json) -> None:
        row = (bot_id, update_id, at, kind, source, _dump(body))
        self._write("INSERT INTO updates VALUES (?, ?, ?, ?, ?, ?)", row)

    def drop_updates(self, bot_id: int, ids: Iterable[int]) -> None:
        for update_id in ids:
            self._write("DELETE FROM updates WHERE bot_id = ? AND id = ?", (bot_id, update_id))

    def updates(self) -> Iterator[tuple[int, int, float, str, str, Json]]:
        """(bot id, update id, at, kind, source, body), in order."""
        for row in self._db.execute("SELECT bot_id, id, at, kind, source, body FROM updates ORDER BY bot_id, id"):
            yield (*row[:5], json.loads(row[5]))

    def put_file(self, file: StoredFile) -> None:
        self._write("INSERT OR REPLACE INTO files VALUES (?, ?, ?)", (file.file_id, file.path, _dump(file.to_row())))

    def file(self, file_id: str) -> StoredFile | None:
        return self._file("SELECT body FROM files WHERE file_id = ?", file_id)

    def file_at(self, path: str) -> StoredFile | None:
        return self._file("SELECT body FROM files WHERE path = ? LIMIT 1", path)

    def _file(self, query: str, key: str) -> StoredFile | None:
        found = self._db.execute(query, (key,)).fetchone()
        return StoredFile.from_row(json.loads(found[0])) if found else None

    def _write(self, statement: str, parameters: tuple[object, ...]) -> None:
        if not self._writing:
            self._db.execute("BEGIN")
            self._writing = True
        self._db.execute(statement, parameters)
