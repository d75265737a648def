"""A repetition that was chosen and doesn't count yet: kept in Redis for a day, so that its parts can be changed."""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import redis.asyncio

from core import ids
from core.errors import Conflict
from core.when.recurrence import Recurrence

LIFE_S = 24 * 3600
KEY_BYTES = 9


@dataclass(frozen=True, slots=True)
class Choice:
    """What a post is to become."""

    post_id: ids.PostId
    recurrence: Recurrence


async def keep_choice(store: redis.asyncio.Redis, choice: Choice) -> str:
    """Gives the key for its buttons."""
    key, recurrence = secrets.token_urlsafe(KEY_BYTES), choice.recurrence
    stored = {
        "post_id": str(choice.post_id),
        "rule": recurrence.rule,
        "starts_on": recurrence.starts_on.isoformat(),
        "zone": recurrence.zone,
        "assumed": sorted(recurrence.assumed),
    }
    await store.set(_name(key), json.dumps(stored), ex=LIFE_S)
    return key


async def kept_choice(store: redis.asyncio.Redis, key: str) -> Choice:
    """Raises Conflict ("series.choice_gone") for one that is too old."""
    stored = await store.get(_name(key))
    if stored is None:
        raise Conflict("series.choice_gone")
    found = json.loads(stored)
    recurrence = Recurrence(
        rule=found["rule"],
        starts_on=datetime.fromisoformat(found["starts_on"]),
        zone=found["zone"],
        assumed=frozenset(found["assumed"]),
    )
    return Choice(ids.PostId(UUID(found["post_id"])), recurrence)


def _name(key: str) -> str:
    return f"series.choice:{key}"
