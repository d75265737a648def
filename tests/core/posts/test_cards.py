"""Which post a message shows, when the user presses in the moment in which a worker writes down what it sent."""

import asyncio

from core import ids
from core.db import TelegramId
from core.deps import Deps
from core.posts.models import Post
from core.posts.queries import post_on_card
from core.posts.writing import bind_card
from tests.factories import make_post, make_user

CHAT, MESSAGE = TelegramId(7_000_000_001), TelegramId(164)


async def two_posts(deps: Deps) -> tuple[Post, Post]:
    async with deps.tx() as tx:
        owner = await make_user(tx)
        return await make_post(tx, owner), await make_post(tx, owner)


async def shown(deps: Deps, owner_id: ids.UserId) -> ids.PostId | None:
    async with deps.read() as session:
        post = await post_on_card(session, owner_id=owner_id, chat_id=CHAT, message_id=MESSAGE)
    return post.id if post is not None else None


async def test_paging_while_the_sent_card_is_written_down_keeps_what_the_user_sees(concurrent_deps: Deps) -> None:
    """Both write the row of the same message at once: neither may fail, and the page turned to is what counts."""
    deps = concurrent_deps
    sent, turned_to = await two_posts(deps)
    written_down = asyncio.Event()

    async def write_down() -> None:
        async with deps.tx() as tx:
            await bind_card(tx, post_id=sent.id, chat_id=CHAT, message_id=MESSAGE, first=True)
            written_down.set()
            await asyncio.sleep(0.2)

    async def turn() -> None:
        await written_down.wait()
        async with deps.tx() as tx:
            await bind_card(tx, post_id=turned_to.id, chat_id=CHAT, message_id=MESSAGE)

    await asyncio.gather(write_down(), turn())
    assert await shown(deps, sent.owner_id) == turned_to.id


async def test_what_is_written_down_late_does_not_turn_the_page_back(deps: Deps) -> None:
    sent, turned_to = await two_posts(deps)
    async with deps.tx() as tx:
        await bind_card(tx, post_id=turned_to.id, chat_id=CHAT, message_id=MESSAGE)
        await bind_card(tx, post_id=sent.id, chat_id=CHAT, message_id=MESSAGE, first=True)
    assert await shown(deps, sent.owner_id) == turned_to.id
