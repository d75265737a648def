"""The engine and chats that move or take nothing."""

from core.channels.models import ChannelKind
from core.channels.queries import channel_of
from core.db import TelegramId
from core.deliveries import service as deliveries
from core.deps import Deps
from core.posts.models import PostStatus
from core.posts.queries import post_of
from core.posts.scheduling import choose_target, post_now
from jobs import deliveries as jobs
from jobs.runtime import Bench
from jobs.scheduler import Scheduler
from tests.factories import make_channel, make_post, make_user
from tests.recording_queue import RecordingQueue
from tests.sandbox_server import RunningSandbox
from web.sandbox.client import Person

TEXT = "Bread that pays for the oven."


async def send(bench: Bench, queue: RecordingQueue) -> None:
    await Scheduler(bench.deps).tick()
    for args in queue.pushed(deliveries.SEND):
        await jobs.send.run(bench, *args)
    queue.clear()


async def test_a_group_that_became_a_supergroup_gets_the_post_and_the_connection_follows(
    deps: Deps, bench: Bench, queue: RecordingQueue, person: Person, sandbox: RunningSandbox
) -> None:
    group = (await person.make_chat("group", "Bakers"))["id"]
    await person.add_bot(group, status="member")
    body = {"user_id": person.id}
    moved = (await sandbox.client.request("POST", f"/client/chats/{group}/migrate", json=body))["id"]
    async with deps.tx() as tx:
        user = await make_user(tx, telegram_user_id=person.id)
        channel = await make_channel(tx, user, chat_id=group, kind=ChannelKind.GROUP)
        post = await make_post(tx, user, TEXT)
        await choose_target(tx, owner_id=user.id, post_id=post.id, channel_id=channel.id)
        await post_now(tx, owner_id=user.id, post_id=post.id)
    for _ in range(2):
        await send(bench, queue)
    assert [seen.text for seen in await person.history(chat_id=moved)].count(TEXT) == 1
    async with deps.read() as session:
        followed = await channel_of(session, owner_id=user.id, channel_id=channel.id)
        await session.refresh(followed)
        assert (followed.chat_id, followed.kind) == (TelegramId(moved), ChannelKind.SUPERGROUP)
        out = await post_of(session, owner_id=user.id, post_id=post.id)
        await session.refresh(out)
        assert (out.status, out.message_id is not None) == (PostStatus.PUBLISHED, True)


async def test_a_chat_that_nobody_has_connected_is_a_failure(
    deps: Deps, bench: Bench, queue: RecordingQueue, person: Person
) -> None:
    there = (await person.make_chat("channel", "Oven news"))["id"]
    async with deps.tx() as tx:
        user = await make_user(tx, telegram_user_id=person.id)
        channel = await make_channel(tx, user, chat_id=there)
        post = await make_post(tx, user, TEXT)
        await choose_target(tx, owner_id=user.id, post_id=post.id, channel_id=channel.id)
        await post_now(tx, owner_id=user.id, post_id=post.id)
        channel.disconnected_at = tx.now
    await send(bench, queue)
    async with deps.read() as session:
        failed = await post_of(session, owner_id=user.id, post_id=post.id)
        await session.refresh(failed)
        assert failed.status == PostStatus.FAILED
