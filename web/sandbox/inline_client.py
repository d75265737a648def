"""Inline mode for the sandbox's client: somebody types behind the bot's name and takes what is offered."""

from dataclasses import dataclass

from web.sandbox.client import WAIT_S, Person, SeenMessage
from web.sandbox.model import Json


@dataclass(frozen=True, slots=True)
class InlineAnswer:
    """What the bot offers. `results`: id, type, title, description, text."""

    query_id: str
    results: list[Json]
    next_offset: str
    button: Json | None
    is_personal: bool


async def type_inline(
    person: Person, query: str = "", *, chat_id: int | None = None, offset: str = "", timeout_s: float = WAIT_S
) -> InlineAnswer | None:
    """None when the bot never answers."""
    body = {"user_id": person.id, "query": query, "offset": offset}
    path = f"/client/chats/{chat_id or person.id}/inline?timeout_s={timeout_s}"
    answer = await person.client.request("POST", path, json=body)
    return InlineAnswer(query_id=answer["query_id"], **answer["answer"]) if answer["answer"] else None


async def choose_result(
    person: Person, answer: InlineAnswer, number: int = 0, *, chat_id: int | None = None
) -> SeenMessage:
    """Send a result, by its place in the list."""
    body = {"user_id": person.id, "query_id": answer.query_id, "result_id": answer.results[number]["id"]}
    sent = await person.client.request("POST", f"/client/chats/{chat_id or person.id}/inline/choose", json=body)
    return SeenMessage(sent["messages"][0])
