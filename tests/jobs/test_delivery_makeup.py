"""What goes with a post on its way: albums, formatting, buttons, pinning, and answers that get lost."""

from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import select

from core import ids
from core.clock import FixedClock
from core.deliveries.models import Delivery, DeliveryStatus, StatusMessage
from core.deliveries.service import SEND
from core.deps import Deps
from core.posts.details import Detail, add_media, choose_layout, set_buttons, set_detail
from core.posts.models import Layout, Post, PostStatus
from core.posts.pinning import PIN
from core.posts.platforms import Draft
from core.posts.scheduling import choose_target, post_now
from core.posts.service import replace_text
from core.telegram.content import Button, Entity, Media, MediaKind
from jobs import deliveries as jobs
from jobs.posts import pin
from jobs.runtime import Bench
from jobs.scheduler import Scheduler
from tests.factories import make_channel, make_post, make_user
from tests.pictures import picture
from tests.recording_queue import RecordingQueue
from tests.sandbox_server import RunningSandbox
from web.sandbox.client import Person, SeenMessage

TEXT = "😀 Bread that pays for the oven."
BOLD = Entity(type="bold", offset=3, length=5)
BUTTONS = [[Button(text="Shop", url="https://shop.example.com/"), Button(text="Blog", url="https://blog.example.com/")]]


async def photos(person: Person, count: int = 3) -> list[Media]:
    """Pictures that Telegram knows, since the person has sent them."""
    sent = await person.upload(*((f"{number}.png", picture("PNG")) for number in range(count)))
    return [Media(kind=MediaKind.PHOTO, file_id=each.body["photo"][-1]["file_id"]) for each in sent]


async def the_post(deps: Deps, person: Person, chat_id: int | None, **with_it: Any) -> Post:
    """A draft to the chat (or to its owner)."""
    async with deps.tx() as tx:
        user = await make_user(tx, telegram_user_id=person.id)
        mine: dict[str, Any] = {"owner_id": user.id, "post_id": (await make_post(tx, user, TEXT)).id}
        if chat_id is not None:
            channel = await make_channel(tx, user, chat_id=chat_id)
            await choose_target(tx, **mine, channel_id=channel.id)
        await replace_text(tx, **mine, draft=Draft(with_it.get("text", TEXT)), entities=with_it.get("entities", ()))
        if with_it.get("media"):
            await add_media(tx, **mine, media=with_it["media"])
        await set_buttons(tx, **mine, rows=with_it.get("buttons", ()))
        if with_it.get("layout"):
            await choose_layout(tx, **mine, layout=with_it["layout"])
        for detail in with_it.get("on", ()):
            await set_detail(tx, **mine, detail=detail, on=True)
        await post_now(tx, **mine)
        return (await tx.session.scalars(select(Post).where(Post.id == mine["post_id"]))).one()


async def send(bench: Bench, queue: RecordingQueue) -> None:
    await Scheduler(bench.deps).tick()
    for args in queue.pushed(SEND):
        await jobs.send.run(bench, *args)
    for (work_id,) in queue.pushed(PIN):
        await pin.run(bench, str(work_id))
    queue.clear()


async def posted(person: Person, chat_id: int) -> list[SeenMessage]:
    return [seen for seen in await person.history(chat_id=chat_id) if "pinned_message" not in seen.body]


async def status_of(deps: Deps, post: Post) -> DeliveryStatus:
    async with deps.read() as session:
        found = await session.scalars(
            select(Delivery.status).where(Delivery.subject_id == post.id, Delivery.kind == "post")
        )
        return DeliveryStatus(found.one())


async def pinning_of(deps: Deps, post: Post) -> str | None:
    async with deps.read() as session:
        found = await session.scalars(select(StatusMessage.data).where(StatusMessage.subject_id == post.id))
        pinning: str | None = found.one()["pinning"]
        return pinning


@pytest.fixture
async def channel(person: Person) -> int:
    """A channel in which the bot may do all."""
    there = int((await person.make_chat("channel", "Oven news"))["id"])
    await person.add_bot(there)
    return there


async def test_an_album_arrives_with_its_formatted_caption(
    deps: Deps, bench: Bench, queue: RecordingQueue, person: Person, channel: int
) -> None:
    post = await the_post(deps, person, channel, media=await photos(person), entities=[BOLD])
    await send(bench, queue)
    first, *rest = await posted(person, channel)
    assert [bool(seen.body.get("photo")) for seen in (first, *rest)] == [True] * 3
    assert len({seen.body["media_group_id"] for seen in (first, *rest)}) == 1
    assert (first.text, first.entities) == (TEXT, [{"type": "bold", "offset": 3, "length": 5}])
    assert await status_of(deps, post) == DeliveryStatus.DELIVERED


async def test_an_album_with_buttons_has_them_below_under_the_text(
    deps: Deps, bench: Bench, queue: RecordingQueue, person: Person, channel: int
) -> None:
    await the_post(deps, person, channel, media=await photos(person, 2), entities=[BOLD], buttons=BUTTONS)
    await send(bench, queue)
    *album, text = await posted(person, channel)
    assert [(seen.text, seen.buttons) for seen in album] == [("", [])] * 2
    assert [(button.text, button.url) for button in text.buttons] == [
        ("Shop", "https://shop.example.com/"),
        ("Blog", "https://blog.example.com/"),
    ]
    assert text.entities == [{"type": "bold", "offset": 3, "length": 5}]


async def test_text_first_sends_all_of_the_text_and_then_the_media(
    deps: Deps, bench: Bench, queue: RecordingQueue, person: Person, channel: int
) -> None:
    long = "All about bread. " * 100
    await the_post(
        deps, person, channel, text=long, media=await photos(person, 1), buttons=BUTTONS, layout=Layout.TEXT_FIRST
    )
    await send(bench, queue)
    text, media = await posted(person, channel)
    assert (text.text, text.buttons) == (long.strip(), [])
    assert (media.text, len(media.buttons), bool(media.body["photo"])) == ("", 2, True)


async def test_a_picture_by_address_is_fetched_by_telegram(
    deps: Deps, bench: Bench, queue: RecordingQueue, person: Person, channel: int
) -> None:
    async def serve(_: web.Request) -> web.Response:
        return web.Response(body=picture("PNG"), content_type="image/png")

    app = web.Application()
    app.router.add_get("/oven.png", serve)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/oven.png"
    await the_post(deps, person, channel, media=[Media(kind=MediaKind.PHOTO, url=url)])
    await send(bench, queue)
    await runner.cleanup()
    [seen] = await posted(person, channel)
    assert (bool(seen.body["photo"]), seen.text) == (True, TEXT)


async def test_an_album_whose_answer_is_lost_is_repeated_to_a_person(
    deps: Deps, bench: Bench, queue: RecordingQueue, person: Person, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    media = await photos(person, 2)
    post = await the_post(deps, person, None, media=media)
    await sandbox.client.add_fault("drop_answer", "sendMediaGroup", chat_id=person.id)
    await send(bench, queue)
    assert await status_of(deps, post) == DeliveryStatus.SCHEDULED
    clock.advance(timedelta(minutes=1))
    await send(bench, queue)
    assert await status_of(deps, post) == DeliveryStatus.DELIVERED
    captions = [seen.text for seen in await person.history() if seen.body.get("photo") and not seen.outgoing]
    assert captions == [TEXT, "", TEXT, ""]


async def test_an_album_whose_answer_is_lost_is_never_repeated_to_a_channel(
    deps: Deps,
    bench: Bench,
    queue: RecordingQueue,
    person: Person,
    sandbox: RunningSandbox,
    clock: FixedClock,
    channel: int,
) -> None:
    post = await the_post(deps, person, channel, media=await photos(person, 2))
    await sandbox.client.add_fault("drop_answer", "sendMediaGroup", chat_id=channel)
    await send(bench, queue)
    clock.advance(timedelta(minutes=5))
    await send(bench, queue)
    assert await status_of(deps, post) == DeliveryStatus.UNCONFIRMED
    assert len(await posted(person, channel)) == 2


async def test_a_post_is_pinned_once_it_is_out(
    deps: Deps, bench: Bench, queue: RecordingQueue, person: Person, channel: int, sandbox: RunningSandbox
) -> None:
    post = await the_post(deps, person, channel, on=[Detail.PIN, Detail.SILENT])
    await send(bench, queue)
    [seen] = await posted(person, channel)
    chat = await sandbox.client.bot_call(sandbox.token, "getChat", chat_id=channel)
    assert chat["result"]["pinned_message"]["message_id"] == seen.id
    assert await pinning_of(deps, post) == "done"


async def test_a_chat_that_lets_nobody_pin_takes_nothing_from_the_post(
    deps: Deps, bench: Bench, queue: RecordingQueue, person: Person, channel: int
) -> None:
    await person.add_bot(channel, rights={"can_post_messages": True})
    post = await the_post(deps, person, channel, on=[Detail.PIN])
    await send(bench, queue)
    assert len(await posted(person, channel)) == 1
    assert await status_of(deps, post) == DeliveryStatus.DELIVERED
    assert await pinning_of(deps, post) == "no_rights"
    async with deps.read() as session:
        assert (await session.get_one(Post, ids.PostId(post.id))).status == PostStatus.PUBLISHED


async def test_what_nobody_wants_pinned_isnt(
    deps: Deps, bench: Bench, queue: RecordingQueue, person: Person, channel: int, sandbox: RunningSandbox
) -> None:
    await the_post(deps, person, channel)
    await send(bench, queue)
    assert await sandbox.client.calls("pinChatMessage", chat_id=channel) == []


async def test_pinning_is_tried_again_when_telegram_has_too_much_to_do(
    deps: Deps,
    bench: Bench,
    queue: RecordingQueue,
    person: Person,
    channel: int,
    sandbox: RunningSandbox,
    clock: FixedClock,
) -> None:
    post = await the_post(deps, person, channel, on=[Detail.PIN])
    await sandbox.client.add_fault("rate_limit", "pinChatMessage", chat_id=channel, times=1, retry_after=1)
    await Scheduler(bench.deps).tick()
    for args in queue.pushed(SEND):
        await jobs.send.run(bench, *args)
    [(work_id,)] = queue.pushed(PIN)
    await pin.run(bench, str(work_id))
    assert (await status_of(deps, post), await pinning_of(deps, post)) == (DeliveryStatus.DELIVERED, None)
    clock.advance(timedelta(minutes=5))
    await pin.run(bench, str(work_id))
    assert await pinning_of(deps, post) == "done"
    assert len(await posted(person, channel)) == 1
