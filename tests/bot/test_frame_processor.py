"""The order of updates: one at a time for each user, side by side for different ones."""

import asyncio
from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram import Update

from bot.processor import AT_ONCE, SerialPerUser
from tests.patience import PATIENCE_S


def update_of(user_id: int, number: int) -> Update:
    user = {"id": user_id, "is_bot": False, "first_name": "Ann"}
    chat = {"id": user_id, "type": "private"}
    message = {"message_id": number, "date": 0, "chat": chat, "from": user, "text": str(number)}
    return Update.de_json({"update_id": number, "message": message}, None)


class Seen:
    """What was handled, in the order of ends, and how many at once."""

    def __init__(self, pauses: list[int]) -> None:
        self.by_user: dict[int, list[int]] = defaultdict(list)
        self.inside: dict[int, int] = defaultdict(int)
        self.most_at_once = 0
        self._pauses = pauses

    async def handle(self, update: Update) -> None:
        assert update.effective_user is not None
        user_id = update.effective_user.id
        self.inside[user_id] += 1
        assert self.inside[user_id] == 1, "two updates of one user at once"
        self.most_at_once = max(self.most_at_once, sum(self.inside.values()))
        for _ in range(self._pauses[update.update_id % len(self._pauses)]):
            await asyncio.sleep(0)
        self.inside[user_id] -= 1
        self.by_user[user_id].append(update.update_id)


@settings(deadline=None)
@given(
    users=st.lists(st.integers(1, 40), min_size=1, max_size=120),
    pauses=st.lists(st.integers(0, 6), min_size=1, max_size=7),
)
async def test_each_users_updates_keep_their_order_and_never_overlap(users: list[int], pauses: list[int]) -> None:
    seen = Seen(pauses)
    processor = SerialPerUser(seen.handle)
    await asyncio.gather(*(processor.process(update_of(user, number)) for number, user in enumerate(users)))
    for user, handled in seen.by_user.items():
        assert handled == [number for number, each in enumerate(users) if each == user]
    assert sum(map(len, seen.by_user.values())) == len(users)
    assert seen.most_at_once <= AT_ONCE
    assert processor._lines == {}, "lines that are empty are forgotten"


async def test_different_users_are_handled_side_by_side() -> None:
    together = asyncio.Barrier(AT_ONCE)

    async def handle(update: Update) -> None:
        await together.wait()

    processor = SerialPerUser(handle)
    async with asyncio.timeout(PATIENCE_S):
        await asyncio.gather(*(processor.process(update_of(number, number)) for number in range(1, AT_ONCE + 1)))


async def test_somebody_with_many_updates_takes_no_place_from_others() -> None:
    release, handled = asyncio.Event(), list[int]()

    async def handle(update: Update) -> None:
        assert update.effective_user is not None
        if update.effective_user.id == 1:
            await release.wait()
        handled.append(update.effective_user.id)

    processor = SerialPerUser(handle)
    busy = [asyncio.create_task(processor.process(update_of(1, number))) for number in range(100)]
    async with asyncio.timeout(PATIENCE_S):
        await asyncio.gather(*(processor.process(update_of(2, number)) for number in range(100, 103)))
    assert handled == [2, 2, 2]
    release.set()
    await asyncio.gather(*busy)


async def test_after_a_failure_the_next_update_comes_through() -> None:
    async def handle(update: Update) -> None:
        if update.update_id == 1:
            raise RuntimeError("broken")

    processor = SerialPerUser(handle)
    with pytest.raises(RuntimeError):
        await processor.process(update_of(1, 1))
    async with asyncio.timeout(PATIENCE_S):
        await processor.process(update_of(1, 2))
