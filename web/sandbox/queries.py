"""Callback and pre-checkout queries that a bot has not answered yet."""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from web.sandbox.errors import bad_request
from web.sandbox.model import ChatKey, Json, Record
from web.sandbox.storage import Storage

CALLBACK_LIFE_S = 30.0
PRE_CHECKOUT_LIFE_S = 10.0
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


@dataclass(slots=True)
class Query(Record):
    """A question to a bot. `about` is what the answer is for: a message's chat and id, or an invoice."""

    id: str
    bot_id: int
    user_id: int
    expires_at: float
    about: Json = field(default_factory=dict)

    @property
    def key(self) -> ChatKey:
        return self.about["bot_id"], self.about["chat_id"]


class OpenQueries:
    """Each can be answered once, in time. Who waits for an answer gets it, or None when none came."""

    def __init__(self, storage: Storage, now: Callable[[], float]) -> None:
        self._storage = storage
        self._now = now
        rows = dict(storage.documents("query"))
        self._queries = {key: Query.from_row(row) for key, row in rows.items()}
        self._waiting: dict[str, asyncio.Future[Json | None]] = {}

    def open(self, *, bot_id: int, user_id: int, life_s: float, about: Json) -> Query:
        self._drop_expired()
        query = Query(str(10**18 + secrets.randbits(61)), bot_id, user_id, self._now() + life_s, about)
        self._queries[query.id] = query
        self._storage.put("query", query.id, query.to_row())
        return query

    def answer(self, query_id: str, bot_id: int) -> Query:
        """Take the query to answer it. Raises the Bot API's refusal when it is unknown, answered or too old."""
        self._drop_expired()
        query = self._queries.get(query_id)
        if query is None or query.bot_id != bot_id:
            raise bad_request(TOO_OLD)
        self._forget(query_id)
        return query

    async def wait(self, query_id: str, timeout_s: float) -> Json | None:
        """What `deliver` brings, or None after the time."""
        waiting = self._waiting.setdefault(query_id, asyncio.get_running_loop().create_future())
        try:
            async with asyncio.timeout(timeout_s):
                return await asyncio.shield(waiting)
        except TimeoutError:
            return None
        finally:
            self._waiting.pop(query_id, None)

    def deliver(self, query_id: str, answer: Json) -> None:
        waiting = self._waiting.get(query_id)
        if waiting and not waiting.done():
            waiting.set_result(answer)

    def expire_all(self) -> None:
        for query_id in list(self._queries):
            self._forget(query_id)

    def _drop_expired(self) -> None:
        now = self._now()
        for query in [query for query in self._queries.values() if query.expires_at <= now]:
            self._forget(query.id)

    def _forget(self, query_id: str) -> None:
        self._queries.pop(query_id, None)
        self._storage.drop("query", query_id)
