"""Between a file and its preview: a look at each address of media, which takes a while. A job does it.

A row whose address wasn't looked at yet is marked UNSEEN; until then nothing of the file can be imported.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from core import ids
from core.db import Json, TelegramId
from core.deliveries.statuses import show_status
from core.posts.import_checks import WARNINGS
from core.posts.import_pages import page_data
from core.posts.importing import PROBLEMS_LIMIT, Understood, import_of, quoted
from core.posts.linked_media import ALL_WITHIN_S, NOT_LOOKED, Look
from core.posts.models import Import
from core.posts.writing import Place
from core.queue import DISCOVERY, JobSpec
from core.tx import Tx
from core.work.models import WorkStatus
from core.work.service import request_cancel, request_work

LOOK_AT_MEDIA: Final = JobSpec("jobs.imports.look_at_media", queue=DISCOVERY, timeout_s=ALL_WITHIN_S + 60)
LOOKING, PREVIEW = "imports.looking", "imports.preview"
UNSEEN: Final = "unseen"


def to_be_looked_at(understood: Understood) -> Understood:
    """The same with its addresses marked. A file with problems isn't looked at: it has to be sent again."""
    if understood.problems:
        return understood
    return replace(understood, rows=[{**row, UNSEEN: True} if _address(row) else row for row in understood.rows])


def addresses(kept: Import) -> list[str]:
    """What is still to be looked at, each once."""
    return list(dict.fromkeys(_address(row) for row in kept.rows if row.get(UNSEEN)))


def payload_of(place: Place, *, zone: str, ignored: list[str]) -> Json:
    """What the message at `place` takes to become the preview. `ignored`: columns that aren't used."""
    return {
        "chat_id": place.chat_id,
        "message_id": place.message_id,
        "language": place.language,
        "zone": zone,
        "ignored": ignored,
    }


async def request_looks(tx: Tx, kept: Import, *, payload: Json) -> None:
    """Start looking; the message tells how far it is and becomes the preview."""
    await request_work(tx, LOOK_AT_MEDIA, owner_id=kept.owner_id, subject_id=kept.id, payload=payload)
    await tell_looks(tx, kept, payload, done=0, total=len(addresses(kept)))


async def tell_looks(tx: Tx, kept: Import, payload: Mapping[str, Any], *, done: int, total: int) -> None:
    data = {"import_id": str(kept.id), "done": done, "total": total, "language": payload["language"]}
    await _show(tx, kept, payload, LOOKING, data)


async def record_looks(
    tx: Tx, *, owner_id: ids.UserId, import_id: ids.ImportId, looks: Mapping[str, Look], payload: Mapping[str, Any]
) -> Import:
    """What was found, by line; an address that isn't among `looks` is doubtful. The message becomes the preview."""
    kept = await import_of(tx.session, owner_id=owner_id, import_id=import_id, lock=True)
    problems: list[Json] = []
    kept.rows = [_seen(row, looks, problems) for row in kept.rows]
    kept.problems = problems[:PROBLEMS_LIMIT]
    await tx.session.flush()
    page = await page_data(
        tx.session, kept, 1, ignored=payload["ignored"], zone=payload["zone"], language=payload["language"]
    )
    await _show(tx, kept, payload, PREVIEW, page)
    return kept


async def stop_looking(tx: Tx, *, owner_id: ids.UserId, import_id: ids.ImportId, payload: Json) -> None:
    """Go on without: what wasn't looked at is doubtful. Work that is running ends by itself, as a failure."""
    met = await request_cancel(tx, owner_id=owner_id, subject_id=import_id)  # first: jobs lock in this order
    if met == WorkStatus.RUNNING:
        return
    kept = await import_of(tx.session, owner_id=owner_id, import_id=import_id, lock=True)
    if addresses(kept):
        await record_looks(tx, owner_id=owner_id, import_id=import_id, looks={}, payload=payload)


def _seen(row: Json, looks: Mapping[str, Look], problems: list[Json]) -> Json:
    if not row.get(UNSEEN):
        return row
    address = _address(row)
    look = looks.get(address, Look(doubt=NOT_LOOKED))
    seen = {name: value for name, value in row.items() if name != UNSEEN}
    params = {**look.params, "value": quoted(address)}
    if look.kind is not None:
        seen["media"] = [{**row["media"][0], "kind": look.kind}]
    if look.problem is not None:
        problems.append({"line": row["line"], "code": look.problem, "params": params})
    if look.doubt is not None:
        seen[WARNINGS] = [{"code": look.doubt, "params": params}, *row.get(WARNINGS, ())]
    return seen


def _address(row: Json) -> str:
    """Of the row's medium; empty without one."""
    return str(row["media"][0]["url"]) if row["media"] else ""


async def _show(tx: Tx, kept: Import, payload: Mapping[str, Any], notice: str, data: Json) -> None:
    await show_status(
        tx,
        owner_id=kept.owner_id,
        subject_id=kept.id,
        chat_id=TelegramId(payload["chat_id"]),
        message_id=TelegramId(payload["message_id"]),
        notice=notice,
        data=data,
    )
