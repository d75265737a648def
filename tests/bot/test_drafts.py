"""Changing drafts, as far as one process can show it."""

import pytest

from core import ids
from core.posts.platforms import Platform
from core.posts.queries import post_of
from core.posts.service import undo
from tests.bot.chat import Chat
from tests.factories import make_posts


async def youtube_draft(chat: Chat, title: str) -> ids.PostId:
    """A draft with a title, and Edit is pressed: the bot waits for words."""
    await chat.say("/start")
    user = await chat.user()
    async with chat.application.deps.tx() as tx:
        [post] = await make_posts(tx, user, ["Bread needs time."], platform=Platform.YOUTUBE)
        post.title = title
    listed = await chat.say("/posts")
    await chat.press(listed, title or "Bread needs")
    await chat.press(await chat.last(), "Edit")
    assert "a single line is the new description" in (await chat.last()).text
    return post.id


@pytest.mark.parametrize(
    ("typed", "title", "text"),
    [
        ("=Less of it, and slower.", "Bread", "Less of it, and slower."),
        ("=Slow bread\nLess of it.", "Slow bread", "Less of it."),
        ("= Slow bread\n\nLess of it.\nSlower.", "Slow bread", "Less of it.\nSlower."),
    ],
)
async def test_a_line_replaces_a_description_and_several_the_title_too(
    chat: Chat, typed: str, title: str, text: str
) -> None:
    post_id = await youtube_draft(chat, "Bread")
    await chat.person.send_text(typed)
    await chat.handle_updates()
    async with chat.application.deps.tx() as tx:
        owner_id = (await chat.user()).id
        post = await post_of(tx.session, owner_id=owner_id, post_id=post_id)
        assert (post.title, post.text) == (title, text)
        await undo(tx, owner_id=owner_id, post_id=post_id, from_version=post.version)


async def test_a_line_for_a_draft_without_a_title_is_told_what_is_missing(chat: Chat) -> None:
    await youtube_draft(chat, "")
    answer = await chat.say("=Less of it, and slower.")
    assert answer.text == "YouTube needs a title: put it on the first line, and the description below."
