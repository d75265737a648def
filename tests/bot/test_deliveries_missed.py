"""What missed its time while the service was down: the setting, the question about it, and every way out."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.deliveries.actions import SendMissedPost, ShowMissed, SkipMissedPost
from bot.notices import render
from core.accounts.models import LatePolicy
from core.accounts.service import choose_late_policy, user_of
from core.clock import FixedClock
from core.deliveries.models import Delivery, StatusMessage
from core.deps import Deps
from core.posts.models import Post, PostStatus
from core.posts.scheduling import schedule_post
from jobs.outages import note_keeping_up
from jobs.scheduler import Scheduler
from tests.bot.chat import Chat
from tests.factories import make_post, make_user
from web.sandbox.client import SeenMessage

BERLIN = "Europe/Berlin"


async def missed(
    chat: Chat, deps: Deps, clock: FixedClock, policy: LatePolicy = LatePolicy.ASK, count: int = 2
) -> list[Post]:
    """Posts that were due in the first minutes of an outage of 20."""
    await chat.say("/start")
    async with deps.tx() as tx:
        user = await make_user(tx, telegram_user_id=chat.person.id, time_zone=BERLIN)
        await choose_late_policy(tx, user_id=user.id, policy=policy)
        posts = [await make_post(tx, user, f"Bread {number}.") for number in range(1, count + 1)]
        for number, post in enumerate(posts, start=1):
            due_at = tx.now + timedelta(minutes=number)
            await schedule_post(tx, owner_id=user.id, post_id=post.id, due_at=due_at)
    chat.application.actors.forget(chat.person.id)
    await note_keeping_up(deps)
    clock.advance(timedelta(minutes=20))
    await Scheduler(deps).tick()
    return posts


async def question(chat: Chat) -> SeenMessage:
    """The list of what waits for a word, in the place of another screen."""
    listed = await chat.say("/posts")
    await chat.press_data(listed, ShowMissed(1).encode())
    return await chat.person.refresh(listed)


async def status(deps: Deps, post: Post) -> str:
    async with deps.sessions() as session:
        return (await session.get_one(Post, post.id, populate_existing=True)).status


async def status_message(deps: Deps, clock: FixedClock, post: Post) -> tuple[str, list[str]]:
    """What the post's status message says, and its buttons."""
    async with deps.sessions() as session:
        row = await session.get_one(StatusMessage, post.id, populate_existing=True)
    screen = render(row.notice, row.data, now=clock.now())
    return screen.text.striptags(), [button.text for line in screen.keyboard for button in line]


def labels(message: SeenMessage) -> Sequence[str]:
    return [button.text for button in message.buttons]


async def test_the_setting_is_shown_and_changed_in_place(chat: Chat) -> None:
    await chat.say("/start")
    settings = await chat.say("/settings")
    assert "After I was down: 🚀 Send it late" in settings.text
    await chat.press(settings, "🔌 After I was down")
    choice = await chat.person.refresh(settings)
    assert labels(choice) == ["✓ 🚀 Send it late", "❓ Ask me", "⏭ Skip it", "‹ Settings"]
    await chat.press(choice, "❓ Ask me")
    assert "After I was down: ❓ Ask me" in (await chat.person.refresh(settings)).text
    assert (await chat.user()).late_policy == LatePolicy.ASK


async def test_the_question_names_each_post_with_its_time_and_its_ways_out(
    chat: Chat, deps: Deps, clock: FixedClock
) -> None:
    await missed(chat, deps, clock)
    async with deps.sessions() as session:
        rows = await session.scalars(select(Delivery).where(Delivery.kind == "notice"))
        [notice] = [row.content for row in rows if row.content["notice"] == "posts.missed"]
    sent = render(notice["notice"], notice["data"] | {"language": "en"}, now=clock.now())
    shown = await question(chat)
    assert " ".join(shown.text.split()) == sent.text.striptags()
    assert "2 posts missed their time. What now?" in shown.text
    assert "1. Sat, 21 Nov, 13:01 · Telegram · Bread 1." in shown.text
    assert labels(shown) == ["1 🚀", "1 ⏰", "1 ⏭", "2 🚀", "2 ⏰", "2 ⏭", "🚀 Send all now", "⏭ Skip all"]


async def test_one_is_sent_the_other_is_skipped_and_nothing_waits(chat: Chat, deps: Deps, clock: FixedClock) -> None:
    first, second = await missed(chat, deps, clock)
    shown = await question(chat)
    await chat.press(shown, "1 🚀")
    assert await status(deps, first) == PostStatus.SCHEDULED
    left = await chat.person.refresh(shown)
    assert "1 post missed its time" in left.text
    await chat.press(left, "1 ⏭")
    assert await status(deps, second) == PostStatus.CANCELLED
    assert "Nothing waits for you any more." in (await chat.person.refresh(shown)).text


async def test_pressed_again_on_an_old_list_it_is_still_the_same_post(
    chat: Chat, deps: Deps, clock: FixedClock
) -> None:
    first, second = await missed(chat, deps, clock)
    shown = await question(chat)
    for _ in range(2):
        answer = await chat.press_data(shown, SendMissedPost(first.id, 1).encode())
        assert answer is not None
    await chat.press_data(shown, SkipMissedPost(second.id, 1).encode())
    await chat.press_data(shown, SkipMissedPost(second.id, 1).encode())
    assert [await status(deps, post) for post in (first, second)] == [PostStatus.SCHEDULED, PostStatus.CANCELLED]


@pytest.mark.parametrize(
    ("button", "expected"), [("🚀 Send all now", PostStatus.SCHEDULED), ("⏭ Skip all", PostStatus.CANCELLED)]
)
async def test_all_at_once(chat: Chat, deps: Deps, clock: FixedClock, button: str, expected: PostStatus) -> None:
    posts = await missed(chat, deps, clock, count=7)
    shown = await question(chat)
    await chat.press(shown, button)
    assert [await status(deps, post) for post in posts] == [expected] * 7
    assert "Nothing waits for you any more." in (await chat.person.refresh(shown)).text


async def test_another_time_is_chosen_below_the_list(chat: Chat, deps: Deps, clock: FixedClock) -> None:
    first, _ = await missed(chat, deps, clock)
    shown = await question(chat)
    await chat.press(shown, "1 ⏰")
    choice = await chat.last()
    assert "When should it go out?" in choice.text
    assert "2 posts missed" in (await chat.person.refresh(shown)).text
    await chat.press(choice, "Tomorrow 09:00")
    assert await status(deps, first) == PostStatus.SCHEDULED


async def test_the_status_of_what_waits_says_why_and_offers_the_ways_out(
    chat: Chat, deps: Deps, clock: FixedClock
) -> None:
    [post] = await missed(chat, deps, clock, count=1)
    text, buttons = await status_message(deps, clock, post)
    assert "passed while I was down. What now?" in text
    assert buttons == ["🚀 Send now", "⏭ Skip", "⏰ Choose a time"]


async def test_what_was_skipped_says_so_and_can_go_out_after_all(chat: Chat, deps: Deps, clock: FixedClock) -> None:
    [post] = await missed(chat, deps, clock, LatePolicy.SKIP, count=1)
    text, buttons = await status_message(deps, clock, post)
    assert "⏭ Skipped" in text
    assert "passed while I was down, and you want such posts skipped." in text
    assert buttons == ["🚀 Send it after all", "⏰ Choose a time"]
    async with deps.tx() as tx:
        await schedule_post(tx, owner_id=post.owner_id, post_id=post.id, due_at=tx.now)
    async with deps.sessions() as session:
        assert (await session.get_one(Post, post.id, populate_existing=True)).error is None


async def test_somebody_elses_post_is_not_there(chat: Chat, deps: Deps, clock: FixedClock) -> None:
    await missed(chat, deps, clock, count=1)
    shown = await question(chat)
    async with deps.tx() as tx:
        stranger = await make_user(tx)
        theirs = await make_post(tx, await user_of(tx.session, stranger.id))
    for action in (SendMissedPost(theirs.id, 1), SkipMissedPost(theirs.id, 1)):
        answer = await chat.press_data(shown, action.encode())
        assert answer is not None
        assert answer.text == "That post isn't there any more, or it isn't yours."
