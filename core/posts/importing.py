"""Many posts from one file: read, shown with all that is wrong, and then all of them scheduled or none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from pathlib import PurePosixPath
from typing import Any, Final

import httpx
from sqlalchemy import select

from core import ids
from core.channels.models import ChannelState
from core.db import Json, ReadSession
from core.errors import AppError, Conflict, InvalidInput, NotFound
from core.http import PUBLIC_PORTS, LinkFailed, checked_url, is_public
from core.languages import detect
from core.posts.linked_media import BAD_ADDRESS, PRIVATE
from core.posts.makeup import draft_problems
from core.posts.models import Import
from core.posts.platforms import Draft, Platform
from core.posts.tables import Record, Table
from core.posts.targets import Chat, chats_of
from core.queues.queries import patterns_of, queues_of
from core.telegram.content import Media, MediaKind
from core.tx import Tx
from core.when.phrases import parse_when

PROBLEMS_LIMIT: Final = 100
"""From then on the rest of a file isn't looked at: it is another kind of file."""
VALUE_CHARACTERS: Final = 60
"""How much of a cell a problem quotes."""
TO_ME: Final = frozenset({"", "me", "here", "private"})
NEXT_SLOT: Final = frozenset({"queue", "next slot", "next free slot"})
_KINDS: Final = {
    MediaKind.VIDEO: (".mp4", ".mov", ".m4v"),
    MediaKind.AUDIO: (".mp3", ".m4a"),
    MediaKind.DOCUMENT: (".pdf", ".zip", ".gif"),
}
"""What Telegram fetches from an address; anything else is taken for a photo, until somebody has looked there.
https://core.telegram.org/bots/api#sending-files"""


class ImportNotFound(NotFound):
    code = "import.not_found"


class ImportHasProblems(Conflict):
    """Nothing is imported of a file with problems."""

    code = "import.has_problems"


@dataclass(frozen=True, slots=True)
class Understood:
    """Rows as `Import.rows` holds them, and problems as `Import.problems` does."""

    rows: list[Json]
    problems: list[Json]


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose file it is: by that, words get their meaning."""

    now: datetime
    zone: str
    language: str
    chats: Sequence[Chat]
    """Connected ones."""
    has_queue: frozenset[ids.ChannelId | None] = frozenset()
    """Targets whose queue has slots."""
    anywhere: bool = False
    """Media may lie on private addresses."""


async def reader_for(
    session: ReadSession, *, owner_id: ids.UserId, now: datetime, zone: str, language: str, anywhere: bool = False
) -> Reader:
    """The reader of one user's files."""
    chats = await chats_of(session, owner_id=owner_id)
    queues = await queues_of(session, owner_id=owner_id)
    patterns = await patterns_of(session, list(queues.values()))
    has_queue = frozenset(target for target, queue in queues.items() if patterns[queue.id].loud)
    return Reader(now, zone, language, [chat for chat in chats.values() if chat.connected], has_queue, anywhere)


def understand(table: Table, reader: Reader) -> Understood:
    """What each row means, and what is wrong by line. Takes seconds for odd phrases: not for an event loop."""
    rows: list[Json] = []
    problems: list[Json] = []
    for record in table.records:
        try:
            rows.append(_row(record, reader))
        except _Problems as found:
            problems += found.problems
        if len(problems) >= PROBLEMS_LIMIT:
            problems.append(_problem(record.line, "import.and_more"))
            break
    return Understood(rows, problems)


async def keep_import(tx: Tx, *, owner_id: ids.UserId, filename: str, understood: Understood) -> Import:
    """Write down what was understood; nothing is scheduled yet."""
    kept = Import(
        id=ids.new(),
        owner_id=owner_id,
        filename=filename[:200],
        rows=understood.rows,
        problems=understood.problems,
        created_at=tx.now,
    )
    tx.session.add(kept)
    await tx.session.flush()
    return kept


async def import_of(
    session: ReadSession, *, owner_id: ids.UserId, import_id: ids.ImportId, lock: bool = False
) -> Import:
    """Raises ImportNotFound, also for somebody else's."""
    mine = select(Import).where(Import.id == import_id, Import.owner_id == owner_id)
    if lock:
        mine = mine.with_for_update().execution_options(populate_existing=True)
    found = await session.scalar(mine)
    if found is None:
        raise ImportNotFound(import_id=str(import_id))
    return found


class _Problems(Exception):
    def __init__(self, problems: list[Json]) -> None:
        super().__init__(problems)
        self.problems = problems


def _row(record: Record, reader: Reader) -> Json:
    """All that is wrong with a row at once. Raises _Problems."""
    problems: list[Json] = []
    row: Json = {"line": record.line}
    for read in (_text, _when, _target, _media):
        try:
            row |= read(record.cells, reader)
        except AppError as exc:
            problems.append(_problem(record.line, exc.error_code, **exc.params))
    if record.surplus:
        problems.append(_problem(record.line, "import.too_many_cells"))
    if not problems and row["when"] is None and _channel_id(row) not in reader.has_queue:
        problems.append(_problem(record.line, "import.no_queue", value=quoted(record.cells.get("target", ""))))
    if problems:
        raise _Problems(problems)
    return row


def _text(cells: Mapping[str, str], reader: Reader) -> Json:
    text = cells.get("text", "").replace("\r\n", "\n").replace("\r", "\n")
    found = draft_problems(Platform.TELEGRAM, Draft(text), has_media=bool(cells.get("media url")))
    if found:
        raise InvalidInput(found[0].code, **found[0].params)
    return {"text": text, "language": detect(text).code}


def _when(cells: Mapping[str, str], reader: Reader) -> Json:
    """None: the next free slot."""
    said = cells.get("when", "")
    if not said:
        raise InvalidInput("import.when_missing")
    if said.lower() in NEXT_SLOT:
        return {"when": None}
    try:
        when = parse_when(said, now=reader.now, zone=reader.zone, language=reader.language)
    except InvalidInput as exc:
        raise InvalidInput(exc.error_code, **exc.params | {"value": quoted(said)}) from exc
    if when.other_utc is not None:
        raise InvalidInput("import.when_ambiguous", value=quoted(said))
    return {"when": when.at_utc.isoformat()}


def _target(cells: Mapping[str, str], reader: Reader) -> Json:
    """By @username, address, or title."""
    said = cells.get("target", "")
    name = said.removeprefix("https://").removeprefix("t.me/").removeprefix("@").casefold()
    if name in TO_ME:
        return {"channel_id": None}
    named = [each for each in reader.chats if (each.username or "").casefold() == name]
    found = named or [each for each in reader.chats if each.title.casefold() == said.casefold()]
    if not found:
        raise InvalidInput("import.target_unknown", value=quoted(said))
    if len(found) > 1:
        raise InvalidInput("import.target_twice", value=quoted(said))
    if found[0].state != ChannelState.READY:
        raise InvalidInput("import.target_not_ready", value=quoted(said), state=found[0].state)
    return {"channel_id": str(found[0].id)}


def _media(cells: Mapping[str, str], reader: Reader) -> Json:
    said = cells.get("media url", "")
    if not said:
        return {"media": []}
    try:
        url = checked_url(said, ports=None if reader.anywhere else PUBLIC_PORTS)
    except LinkFailed as exc:
        is_address = exc.error_code in ("link.port_refused", "link.has_password")
        raise InvalidInput(BAD_ADDRESS if is_address else "import.media_invalid", value=quoted(said)) from exc
    if not (reader.anywhere or _may_be_public(url)):
        raise InvalidInput(PRIVATE, value=quoted(said))
    extension = PurePosixPath(url.path).suffix.lower()
    kind = next((kind for kind, known in _KINDS.items() if extension in known), MediaKind.PHOTO)
    return {"media": [Media(kind=kind, url=str(url)).to_json()]}


def _may_be_public(url: httpx.URL) -> bool:
    """As far as the address tells: Telegram fetches it, not we."""
    try:
        return is_public(ip_address(url.host))
    except ValueError:
        return "." in url.host.strip(".") and not url.host.endswith((".local", ".localhost", ".internal"))


def _channel_id(row: Json) -> ids.ChannelId | None:
    from uuid import UUID

    return ids.ChannelId(UUID(row["channel_id"])) if row["channel_id"] is not None else None


def _problem(line: int, code: str, **params: Any) -> Json:
    return {"line": line, "code": str(code), "params": params}


def quoted(value: str) -> str:
    """A cell as a problem shows it."""
    shown = " ".join(value.split())
    return shown if len(shown) <= VALUE_CHARACTERS else shown[: VALUE_CHARACTERS - 1] + "…"
