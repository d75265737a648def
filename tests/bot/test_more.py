"""More for a post: versions side by side, a thread in pages, the first comment."""

import pytest

from bot.deliveries.screens import status_screen
from bot.texts import Texts
from core.accounts.service import choose_time_zone
from core.clock import FixedClock
from core.deps import Deps
from core.posts.models import Post, PostStatus
from core.posts.views import post_data
from tests.bot.chat import Chat
from tests.factories import make_post
from web.sandbox.client import SeenMessage

LONG = "Small bakeries lose bread every evening, and nobody counts what that costs them in a year. " * 8


@pytest.fixture
async def post(chat: Chat, deps: Deps) -> Post:
    await chat.say("/start")
    async with deps.tx() as tx:
        user = await chat.user()
        await choose_time_zone(tx, user_id=user.id, time_zone="Europe/Berlin")
        post = await make_post(tx, user, LONG.strip())
    chat.application.actors.forget(chat.person.id)
    return post


async def more(chat: Chat) -> SeenMessage:
    listed = await chat.say("/posts")
    await chat.press(listed, listed.buttons[0].text)
    await chat.press(await chat.last(), "More")
    return await chat.last()


async def test_versions_stand_side_by_side_with_their_counts(chat: Chat, post: Post) -> None:
    await chat.press(await more(chat), "For other platforms")
    await chat.press(await chat.last(), "➕ X")
    await chat.press(await chat.last(), "➕ LinkedIn")
    shown = await chat.last()
    assert "🗂 One post, 3 platforms" in shown.text
    assert "LinkedIn · 727/3,000 · 📝 Draft" in shown.text
    assert "X · 272/280 · 📝 Draft" in shown.text
    await chat.press(shown, "📝 X")
    card = await chat.last()
    assert card.text.startswith("X · 1/3")
    await chat.press(card, "›")
    assert (await chat.last()).text.startswith("LinkedIn · 2/3")


async def test_all_versions_get_one_time(chat: Chat, post: Post) -> None:
    await chat.press(await more(chat), "For other platforms")
    await chat.press(await chat.last(), "➕ X")
    await chat.press(await chat.last(), "Schedule all")
    await chat.press(await chat.last(), "Tomorrow")
    done = await chat.last()
    assert "✅ X: scheduled\n✅ Telegram: scheduled" in done.text
    await chat.press(done, "Versions")
    assert "⏰ Schedule all" not in [button.text for button in (await chat.last()).buttons]


async def test_a_thread_comes_in_pages_that_can_be_copied(chat: Chat, post: Post) -> None:
    await chat.press(await more(chat), "As a thread for X")
    first = await chat.last()
    assert first.text.startswith("🧵 Thread for X: part 1 of 3")
    assert "in a year.\n\n1/3\n" in first.text
    await chat.press(first, "›")
    assert "part 2 of 3" in (await chat.last()).text


async def test_the_first_comment_is_kept_shown_and_handed_over_when_it_is_out(
    chat: Chat, post: Post, clock: FixedClock
) -> None:
    await chat.press(await more(chat), "First comment")
    assert "Telegram lets me write below a channel's post only as a member" in (await chat.last()).text
    assert "too long for a comment" in (await chat.say("x" * 1_001)).text
    kept = await chat.say("The link: https://example.com/")
    assert "The link: https://example.com/" in kept.text
    await chat.press(kept, "Back")
    await chat.press(await chat.last(), "Back")
    assert "💬 First comment: The link: https://example.com/" in (await chat.last()).text
    out = {**post_data(post), "status": PostStatus.PUBLISHED, "first_comment": "The link", "due_at": None}
    told = status_screen(out, Texts("en"), clock.now()).text
    assert "Now the first comment (tap to copy): <code>The link</code>" in told
