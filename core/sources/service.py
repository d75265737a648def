"""Keeping what users send."""

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from core import ids
from core.db import ReadSession
from core.errors import NotFound
from core.sources.models import Source
from core.sources.reading import Reading
from core.tx import Tx

ARRIVAL = timedelta(minutes=1)
"""How long a text takes to arrive in pieces, at the most."""


class SourceNotFound(NotFound):
    code = "sources.not_found"


@dataclass(frozen=True, slots=True)
class Kept:
    source: Source
    known: bool
    """Whether the very same had been sent before."""


async def keep_source(tx: Tx, *, owner_id: ids.UserId, reading: Reading) -> Source:
    """Keep a text to write from. The same content sent again is the same source, by its newest title."""
    return (await keep_or_find(tx, owner_id=owner_id, reading=reading)).source


async def keep_or_find(tx: Tx, *, owner_id: ids.UserId, reading: Reading) -> Kept:
    """As `keep_source`, telling whether it was there. One that was deleted is there again."""
    digest = _digest(reading)
    known = await tx.session.scalar(
        select(Source)
        .where(Source.owner_id == owner_id, Source.digest == digest)
        .order_by(Source.deleted_at.is_not(None), Source.id)
        .limit(1)
    )
    if known is not None:
        was_there = known.deleted_at is None
        known.title, known.deleted_at = reading.title or known.title, None
        return Kept(known, known=was_there)
    source = Source(
        id=ids.new(),
        owner_id=owner_id,
        kind=reading.kind,
        title=reading.title,
        text=reading.text,
        entities=[entity.to_json() for entity in reading.entities],
        media=[medium.to_json() for medium in reading.media],
        recording=reading.recording.to_json() if reading.recording is not None else None,
        url=reading.url,
        language=reading.language,
        words=reading.words,
        digest=digest,
        created_at=tx.now,
    )
    tx.session.add(source)
    await tx.session.flush()
    return Kept(source, known=False)


async def grow_source(tx: Tx, *, owner_id: ids.UserId, source_id: ids.SourceId, reading: Reading) -> Source:
    """The rest of a text, or of an album, has come: keep all of it in the place of its beginning.

    That may be in use already. What was kept before this text began to arrive stays as it is.
    """
    source = await tx.session.get(Source, source_id, with_for_update=True)
    if source is None or source.owner_id != owner_id or tx.now - source.created_at > ARRIVAL:
        return await keep_source(tx, owner_id=owner_id, reading=reading)
    source.title, source.text, source.language = reading.title, reading.text, reading.language
    source.words, source.digest = reading.words, _digest(reading)
    source.entities = [entity.to_json() for entity in reading.entities]
    source.media = [medium.to_json() for medium in reading.media]
    await tx.session.flush()
    return source


async def source_of(
    session: ReadSession,
    *,
    owner_id: ids.UserId,
    source_id: ids.SourceId,
    also_deleted: bool = False,
    lock: bool = False,
) -> Source:
    """`also_deleted`: for what was begun with it. Raises SourceNotFound, also for somebody else's."""
    wanted = select(Source).where(Source.id == source_id, Source.owner_id == owner_id)
    if not also_deleted:
        wanted = wanted.where(Source.deleted_at.is_(None))
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    source = await session.scalar(wanted)
    if source is None:
        raise SourceNotFound(source_id=str(source_id))
    return source


def _digest(reading: Reading) -> str:
    """Of the text, and of what came with it if anything did."""
    recording = (reading.recording,) if reading.recording is not None else ()
    with_it = [each.to_json() for each in (*reading.entities, *reading.media, *recording)]
    content = reading.text + (json.dumps(with_it, sort_keys=True) if with_it else "")
    return hashlib.sha256(content.encode()).hexdigest()
