"""getUpdates: what it confirms, how long it waits, whom it ends."""

import asyncio
import time

import pytest
from telegram import Bot
from telegram.error import Conflict

from tests.patience import PATIENCE_S
from tests.sandbox_server import RunningSandbox
from web.sandbox.client import Person

OTHER_POLLER = "terminated by other getUpdates request; make sure that only one bot instance is running"


async def test_an_update_comes_again_until_a_higher_offset_confirms_it(bot: Bot, person: Person) -> None:
    first = (await bot.get_updates())[0]
    assert (await bot.get_updates())[0].update_id == first.update_id
    await person.send_text("more")
    second = (await bot.get_updates(offset=first.update_id + 1))[0]
    assert second.update_id == first.update_id + 1
    assert [update.update_id for update in await bot.get_updates()] == [second.update_id]


async def test_limit_and_negative_offset(bot: Bot, person: Person) -> None:
    for number in range(4):
        await person.send_text(str(number))
    assert len(await bot.get_updates(limit=2)) == 2
    last = await bot.get_updates(offset=-2)
    assert [update.message and update.message.text for update in last] == ["2", "3"]
    assert len(await bot.get_updates()) == 2


async def test_a_long_poll_ends_with_the_first_update(bot: Bot, person: Person) -> None:
    last = (await bot.get_updates())[-1].update_id
    waiting = asyncio.create_task(bot.get_updates(offset=last + 1, timeout=50))
    await asyncio.sleep(0.2)
    assert not waiting.done()
    await person.send_text("now")
    async with asyncio.timeout(PATIENCE_S):
        assert (await waiting)[0].message


async def test_a_long_poll_without_updates_answers_an_empty_list(bot: Bot, sandbox: RunningSandbox) -> None:
    started = time.monotonic()
    assert await bot.get_updates(timeout=1) == ()
    assert time.monotonic() - started >= 0.9


async def test_a_second_poller_ends_the_first(sandbox: RunningSandbox) -> None:
    first = asyncio.create_task(sandbox.client.bot_call(sandbox.token, "getUpdates", timeout=40))
    await asyncio.sleep(0.2)
    second = asyncio.create_task(sandbox.client.bot_call(sandbox.token, "getUpdates", timeout=1))
    assert await first == {
        "ok": False,
        "error_code": 409,
        "description": f"Conflict: {OTHER_POLLER}",
    }
    assert (await second)["result"] == []


async def test_polling_beside_a_webhook_is_refused(bot: Bot, sandbox: RunningSandbox) -> None:
    await bot.set_webhook("http://127.0.0.1:9/hook")
    with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
        await bot.get_updates()
    await bot.delete_webhook()
    assert await bot.get_updates() == ()


async def test_only_allowed_kinds_come_until_others_are_named(bot: Bot, person: Person) -> None:
    await bot.get_updates(offset=-1, allowed_updates=["callback_query"])
    await person.send_text("unheard")
    await person.block()
    assert len(await bot.get_updates(allowed_updates=[])) == 1
    await person.unblock()
    assert (await bot.get_updates())[-1].my_chat_member


async def test_reactions_come_only_when_asked_for(bot: Bot, person: Person, sandbox: RunningSandbox) -> None:
    sent = await bot.send_message(person.id, "like me")
    path = f"/client/chats/{person.id}/messages/{sent.message_id}/react"
    await sandbox.client.request("POST", path, json={"user_id": person.id, "emoji": "👍"})
    assert all(update.message_reaction is None for update in await bot.get_updates())
    await bot.get_updates(allowed_updates=["message_reaction"])
    await sandbox.client.request("POST", path, json={"user_id": person.id, "emoji": "🔥"})
    assert (await bot.get_updates())[-1].message_reaction
