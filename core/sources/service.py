"""Keeping what users send."""

import hashlib
import json
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


async def keep_source(tx: Tx, *, owner_id: ids.UserId, reading: Reading) -> Source:
    """Keep a text to write from. The same content sent again is the same source, by its newest title."""
    digest = _digest(reading)
    known = await tx.session.scalar(select(Source).where(Source.owner_id == owner_id, Source.digest == digest).limit(1))
    if known is not None:
        known.title = reading.title
        return known
    source = Source(
        id=ids.new(),
        owner_id=owner_id,
        kind=reading.kind,
        title=reading.title,
        text=reading.text,
        entities=[entity.to_json() for entity in reading.entities],
        media=[medium.to_json() for medium in reading.media],
        url=reading.url,
        language=reading.language,
        words=reading.words,
        digest=digest,
        created_at=tx.now,
    )
    tx.session.add(source)
    await tx.session.flush()
    return source


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


async def source_of(session: ReadSession, *, owner_id: ids.UserId, source_id: ids.SourceId) -> Source:
    """Raises SourceNotFound, also for somebody else's."""
    source = await session.scalar(select(Source).where(Source.id == source_id, Source.owner_id == owner_id))
    if source is None:
        raise SourceNotFound(source_id=str(source_id))
    return source


def _digest(reading: Reading) -> str:
    """Of the text, and of what came with it if anything did."""
    with_it = [each.to_json() for each in (*reading.entities, *reading.media)]
    content = reading.text + (json.dumps(with_it, sort_keys=True) if with_it else "")
    return hashlib.sha256(content.encode()).hexdigest()
