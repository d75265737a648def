"""Before it goes out: what speaks against a post is shown once, with what mends it at one press."""

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image
from sqlalchemy import select

from bot.deliveries.actions import PostNow, ScheduleAt, SendAnyway, SendToMe, ShowOther
from core.accounts.service import user_of
from core.channels.models import Channel, ChannelState
from core.deliveries.models import Delivery
from core.deps import Deps
from core.posts.models import Layout, Post, PostStatus
from core.posts.options import WritingOptions
from core.posts.platforms import Platform
from core.posts.queries import post_of
from core.posts.scheduling import choose_target, schedule_post
from core.posts.writing import open_batch
from core.providers.llm import ChatClient
from core.providers.model import ModelWriter
from core.sources.reading import read_text
from core.sources.service import keep_source
from core.tx import Tx
from core.viral.keeping import keep_page
from tests.bot.chat import Chat
from tests.core.viral.worlds import video
from tests.factories import make_channel, make_post, make_posts, make_user
from web.sandbox.client import SeenMessage

BERLIN = "Europe/Berlin"
BEFORE = "🔎 Before it goes out"
TOMORROW_9 = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
TEXT = "Bread that pays for the oven."


@pytest.fixture
async def post(chat: Chat, deps: Deps) -> Post:
    """A draft of the person's for their own chat; they live in Berlin."""
    await chat.say("/start")
    async with deps.tx() as tx:
        user = await make_user(tx, telegram_user_id=chat.person.id, time_zone=BERLIN)
        post = await make_post(tx, user, TEXT)
    chat.application.actors.forget(chat.person.id)
    return post


async def another(tx: Tx, post: Post, text: str, due_at: datetime, *, channel: Channel | None = None) -> Post:
    """A post of the same person's with a time of its own."""
    owner = await user_of(tx.session, post.owner_id)
    made = await make_post(tx, owner, text)
    if channel is not None:
        await choose_target(tx, owner_id=owner.id, post_id=made.id, channel_id=channel.id)
    await schedule_post(tx, owner_id=owner.id, post_id=made.id, due_at=due_at)
    return made


async def asked(chat: Chat, post: Post, at: datetime | None = TOMORROW_9) -> SeenMessage:
    """What a press on a time, or on Post now, leads to."""
    listed = await chat.say("/posts")
    action = PostNow(post.id) if at is None else ScheduleAt(post.id, int(at.timestamp()))
    await chat.press_data(listed, action.encode())
    return await chat.person.refresh(listed)


async def row(deps: Deps, post: Post) -> Post:
    async with deps.sessions() as session:
        return await session.get_one(Post, post.id, populate_existing=True)


async def contents(deps: Deps, post: Post) -> list[tuple[int, datetime]]:
    """Where and when the post goes, newest first."""
    async with deps.sessions() as session:
        found = await session.scalars(
            select(Delivery)
            .where(Delivery.subject_id == post.id, Delivery.kind == "post", Delivery.status != "cancelled")
            .order_by(Delivery.id.desc())
        )
        return [(each.chat_id, each.due_at) for each in found]


def labels(message: SeenMessage) -> list[str]:
    return [button.text for button in message.buttons]


async def test_a_post_within_the_hour_is_told_and_moved_to_the_next_free_hour(
    chat: Chat, post: Post, deps: Deps
) -> None:
    async with deps.tx() as tx:
        await another(tx, post, "Something else.", TOMORROW_9 + timedelta(minutes=20))
    question = await asked(chat, post)
    assert BEFORE in question.text
    assert "Another post goes to this chat within the hour: Sun, 22 Nov, 09:20" in question.text
    assert await contents(deps, post) == []
    await chat.press(question, "🕐 At Sun, 22 Nov, 10:20")
    assert [at for _, at in await contents(deps, post)] == [TOMORROW_9 + timedelta(minutes=80)]
    assert TEXT in (await chat.person.refresh(question)).text, "the card is back"


async def test_anyway_schedules_it_for_the_time_that_was_asked_for(chat: Chat, post: Post, deps: Deps) -> None:
    async with deps.tx() as tx:
        await another(tx, post, "Something else.", TOMORROW_9)
    question = await asked(chat, post)
    answer = await chat.press(question, "⏰ Schedule anyway")
    assert answer is not None
    assert answer.text.startswith("Scheduled: Sun, 22 Nov, 09:00")
    assert [at for _, at in await contents(deps, post)] == [TOMORROW_9]


async def test_post_now_asks_too_and_goes_on_anyway(chat: Chat, post: Post, deps: Deps) -> None:
    async with deps.tx() as tx:
        await another(tx, post, TEXT.upper(), tx.now + timedelta(hours=5))
    question = await asked(chat, post, None)
    assert "The same text goes to this chat already: Sat, 21 Nov, 18:00" in question.text
    assert "Now → this chat" in question.text
    answer = await chat.press(question, "🚀 Post it anyway")
    assert answer is not None
    assert answer.text == "Going out now."
    assert (await row(deps, post)).status == PostStatus.SCHEDULED


async def test_the_other_post_is_shown_below_and_the_question_stays(chat: Chat, post: Post, deps: Deps) -> None:
    async with deps.tx() as tx:
        await another(tx, post, TEXT, TOMORROW_9 + timedelta(days=3))
    question = await asked(chat, post)
    await chat.press(question, "👀 The other post")
    assert "Wed, 25 Nov, 09:00" in (await chat.last()).text
    assert BEFORE in (await chat.person.refresh(question)).text


async def test_back_leads_to_the_choice_of_times(chat: Chat, post: Post, deps: Deps) -> None:
    async with deps.tx() as tx:
        await another(tx, post, TEXT, TOMORROW_9)
    question = await asked(chat, post)
    await chat.press(question, "‹ Back")
    assert "When should it go out?" in (await chat.person.refresh(question)).text


async def long_with_photo(deps: Deps, post: Post) -> None:
    async with deps.tx() as tx:
        found = await post_of(tx.session, owner_id=post.owner_id, post_id=post.id)
        found.text, found.media = "Bread pays. " * 100, [{"kind": "photo", "file_id": "AgAC"}]


@pytest.mark.parametrize(
    ("button", "layout"), [("📄 As 2 messages", Layout.SPLIT), ("📝 All of the text first", Layout.TEXT_FIRST)]
)
async def test_a_layout_is_chosen_at_one_press_and_it_is_scheduled(
    chat: Chat, post: Post, deps: Deps, button: str, layout: Layout
) -> None:
    await long_with_photo(deps, post)
    question = await asked(chat, post)
    assert "1,200 characters don't fit under a picture, video or file: 1,024 do." in question.text
    await chat.press(question, button)
    assert (await row(deps, post)).layout == layout
    assert [at for _, at in await contents(deps, post)] == [TOMORROW_9]


async def test_a_fix_is_followed_by_another_look(chat: Chat, post: Post, deps: Deps) -> None:
    await long_with_photo(deps, post)
    async with deps.tx() as tx:
        await another(tx, post, "Something else.", TOMORROW_9)
    question = await asked(chat, post)
    await chat.press(question, "📄 As 2 messages")
    again = await chat.person.refresh(question)
    assert BEFORE in again.text
    assert "characters" not in again.text
    await chat.press(again, "⏰ Schedule anyway")
    assert [at for _, at in await contents(deps, post)] == [TOMORROW_9]


async def test_a_chat_that_takes_nothing_cant_be_overridden_and_it_comes_here_instead(
    chat: Chat, post: Post, deps: Deps
) -> None:
    async with deps.tx() as tx:
        channel = await make_channel(tx, await user_of(tx.session, post.owner_id))
        await choose_target(tx, owner_id=post.owner_id, post_id=post.id, channel_id=channel.id)
        channel.state = ChannelState.NO_RIGHTS
    question = await asked(chat, post)
    assert "📣 Oven news takes nothing now: ⚠️ I'm not allowed to post there." in question.text
    assert labels(question) == ["📍 Another place", "👤 To me instead", "‹ Back"]
    await chat.press(question, "👤 To me instead")
    assert await contents(deps, post) == [(chat.person.id, TOMORROW_9)]


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 64), "teal").save(out, "JPEG")
    return out.getvalue()


async def test_an_instagram_post_without_a_picture_is_told(chat: Chat, post: Post, deps: Deps) -> None:
    async with deps.tx() as tx:
        owner = await user_of(tx.session, post.owner_id)
        [drafted] = await make_posts(tx, owner, ["Bread"], platform=Platform.INSTAGRAM)
    question = await asked(chat, drafted)
    assert "Instagram publishes nothing without a picture or a video." in question.text
    await chat.press(question, "🖼 Add a picture or video")
    await chat.person.upload(("oven.jpg", picture()), kind="photo")
    await chat.handle_updates()
    assert [media["kind"] for media in (await row(deps, drafted)).media] == ["photo"]
    answer = await chat.press_data(question, ScheduleAt(drafted.id, int(TOMORROW_9.timestamp())).encode())
    assert answer is not None
    assert answer.text.startswith("Scheduled: ")


async def test_what_was_sent_off_before_isnt_questioned_again(chat: Chat, post: Post, deps: Deps) -> None:
    """ "Try again", "Send again" and "Send now" of what missed its time."""
    async with deps.tx() as tx:
        await another(tx, post, TEXT, tx.now + timedelta(minutes=5))
        found = await post_of(tx.session, owner_id=post.owner_id, post_id=post.id)
        found.status = PostStatus.FAILED
    await asked(chat, post, None)
    assert (await row(deps, post)).status == PostStatus.SCHEDULED


async def test_somebody_elses_post_is_not_there(chat: Chat, post: Post, deps: Deps) -> None:
    listed = await chat.say("/posts")
    async with deps.tx() as tx:
        theirs = await make_post(tx, await make_user(tx))
    at = int(TOMORROW_9.timestamp())
    for action in (
        SendAnyway(theirs.id, at),
        SendAnyway(theirs.id, None),
        SendToMe(theirs.id, at),
        ShowOther(theirs.id),
    ):
        answer = await chat.press_data(listed, action.encode())
        assert answer is not None
        assert answer.text == "That post isn't there any more, or it isn't yours.", action
    assert await contents(deps, theirs) == []


@pytest.mark.parametrize("able", [True, False])
async def test_borrowed_words_are_shown_with_a_way_to_ones_own(chat: Chat, deps: Deps, post: Post, able: bool) -> None:
    async with deps.tx() as tx:
        (video_id,) = await keep_page(tx, [video(title="Bread that pays for the <oven> twice")], sample=False)
        source = await keep_source(tx, owner_id=post.owner_id, reading=read_text("Notes about bread and ovens."))
        options = WritingOptions((Platform.TELEGRAM,), video_id=str(video_id))
        batch = await open_batch(tx, owner_id=post.owner_id, source_id=source.id, options=options)
        (await post_of(tx.session, owner_id=post.owner_id, post_id=post.id)).batch_id = batch.id
    if able:
        writer = ModelWriter(ChatClient(deps.http, base_url="http://127.0.0.1:9", models=("m",), key=None))
        chat.application = replace(chat.application, deps=replace(deps, writer=writer))
    question = await asked(chat, post)
    assert BEFORE in question.text
    assert "“Bread that pays for the oven”" in question.text
    labels = [button.text for button in question.buttons]
    assert ("✍️ Rewrite it in other words" in labels) == able
    assert "✏️ Change the text" in labels
    await chat.press(question, "⏰ Schedule anyway")
    assert (await row(deps, post)).status == PostStatus.SCHEDULED
