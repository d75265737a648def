"""Texts that apps have cut: which messages belong together, and what stood between them."""

from datetime import UTC, datetime, timedelta

import pytest
import redis.asyncio
from telegram import Chat, Message, MessageOriginHiddenUser

from bot.pastes import Paste, Pastes
from bot.prompts import Prompt

SENT_AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PRIVATE = Chat(7, "private")


def message(text: str, number: int = 1, *, after_s: float = 0, written_at: datetime | None = None) -> Message:
    """`written_at`: it is forwarded, and was written then."""
    origin = MessageOriginHiddenUser(written_at, "Ann") if written_at is not None else None
    return Message(number, SENT_AT + timedelta(seconds=after_s), PRIVATE, text=text, forward_origin=origin)


async def read_all(store: redis.asyncio.Redis, *messages: Message, pastes: Pastes | None = None) -> list[Paste | None]:
    pastes = pastes or Pastes()
    found = []
    for each in messages:
        paste = await pastes.read(store, each)
        if paste is not None:
            await pastes.keep(store, PRIVATE.id, paste)
        found.append(paste)
    return found


async def last_text(store: redis.asyncio.Redis, *messages: Message) -> str:
    last = (await read_all(store, *messages))[-1]
    assert last is not None
    return last.text


LONG = "word " * 599 + "word"


@pytest.mark.parametrize(
    ("first", "second", "whole"),
    [
        (LONG + " end.", "Next.", LONG + " end.\nNext."),
        (LONG + " he said “no!”", "Next.", LONG + " he said “no!”\nNext."),
        (LONG + " and", "so on.", LONG + " and so on."),
        ("x" * 4096, "xyz", "x" * 4096 + "xyz"),
        ("🎉" * 2048, "🎉", "🎉" * 2049),
    ],
    ids=["after a sentence", "after a quotation", "within a sentence", "within a word", "within emoji"],
)
async def test_pieces_are_joined_as_they_were_cut(
    redis_store: redis.asyncio.Redis, first: str, second: str, whole: str
) -> None:
    assert await last_text(redis_store, message(first), message(second, 2)) == whole


async def test_a_text_may_have_many_pieces(redis_store: redis.asyncio.Redis) -> None:
    pieces = [message("x" * 4096, number, after_s=number) for number in range(1, 9)]
    assert await last_text(redis_store, *pieces, message("end", 9, after_s=9)) == "x" * 4096 * 8 + "end"


def reply(text: str, number: int, *, to: int) -> Message:
    return Message(number, SENT_AT, PRIVATE, text=text, reply_to_message=Message(to, SENT_AT, PRIVATE, text="before"))


async def test_a_reply_right_after_a_long_text_stands_alone(redis_store: redis.asyncio.Redis) -> None:
    assert await last_text(redis_store, message(LONG), reply("2 Hello.", 2, to=1)) == "2 Hello."


async def test_a_long_reply_goes_on_with_or_without_its_arrow(redis_store: redis.asyncio.Redis) -> None:
    pieces = [reply(LONG, 5, to=1), reply(LONG, 6, to=1), message("end.", 7)]
    assert await last_text(redis_store, *pieces) == f"{LONG} {LONG} end."


async def test_what_comes_later_or_after_a_short_text_stands_alone(redis_store: redis.asyncio.Redis) -> None:
    assert await last_text(redis_store, message(LONG), message("Later.", 2, after_s=4)) == "Later."
    assert await last_text(redis_store, message("Short."), message("And another.", 2)) == "And another."
    assert await last_text(redis_store, message(LONG), message("The end.", 2), message("New.", 3)) == "New."


async def test_forwarded_posts_belong_together_when_they_were_written_together(
    redis_store: redis.asyncio.Redis,
) -> None:
    yesterday = SENT_AT - timedelta(days=1)
    other_day = message("Another post.", 2, written_at=yesterday + timedelta(minutes=5))
    assert await last_text(redis_store, message(LONG, written_at=yesterday), other_day) == "Another post."
    same_text = message("its end.", 4, written_at=yesterday)
    assert (await last_text(redis_store, message(LONG, 3, written_at=yesterday), same_text)).endswith("word its end.")
    assert await last_text(redis_store, message(LONG, 5, written_at=yesterday), message("Mine.", 6)) == "Mine."


async def test_the_next_process_goes_on_and_reads_nothing_twice(redis_store: redis.asyncio.Redis) -> None:
    first, second = message(LONG), message("end.", 2)
    (begun,) = await read_all(redis_store, first)
    assert begun is not None
    begun.prompt, begun.notes = Prompt("a.question", {"about": "this"}), {"message_id": 5}
    await Pastes().keep(redis_store, PRIVATE.id, begun)
    assert await read_all(redis_store, first) == [None]
    (whole,) = await read_all(redis_store, second)
    assert whole is not None
    assert (whole.begun, whole.prompt, whole.notes) == (True, begun.prompt, begun.notes)
    assert whole.text == f"{LONG} end."


async def test_the_rest_of_what_was_refused_is_refused_without_keeping_it(redis_store: redis.asyncio.Redis) -> None:
    pastes = Pastes()
    (begun,) = await read_all(redis_store, message("x" * 4096), pastes=pastes)
    assert begun is not None
    begun.refused = True
    await pastes.keep(redis_store, PRIVATE.id, begun)
    rest = await read_all(redis_store, message("x" * 4096, 2), message("x", 3), message("New.", 4), pastes=pastes)
    assert [(paste.refused, paste.text) for paste in rest if paste] == [(True, ""), (True, ""), (False, "New.")]


async def test_short_texts_cost_no_round_trip(redis_store: redis.asyncio.Redis) -> None:
    async with redis.asyncio.Redis(port=1) as nowhere:
        pastes = Pastes(_since=SENT_AT.timestamp() - 60)
        assert await read_all(nowhere, message("Short."), message("And short.", 2), pastes=pastes)
