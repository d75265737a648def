"""Inline mode: one's own posts, dropped into any chat as they are; and the links that lead back."""

import asyncio
from dataclasses import dataclass

import pytest

from core import ids
from core.accounts.models import User
from core.deps import Deps
from core.posts.models import Post
from core.telegram.content import Entity
from tests.bot.chat import Chat
from tests.factories import make_post, make_posts, make_user
from tests.patience import PATIENCE_S
from tests.pictures import picture
from web.sandbox.client import SeenMessage
from web.sandbox.inline_client import InlineAnswer, choose_result, type_inline


@dataclass
class Typist:
    """Somebody who types behind the bot's name."""

    chat: Chat
    deps: Deps

    async def types(self, query: str = "", *, offset: str = "", chat_id: int | None = None) -> InlineAnswer:
        await self.chat.handle_updates()
        typing = asyncio.ensure_future(
            type_inline(self.chat.person, query, offset=offset, chat_id=chat_id, timeout_s=PATIENCE_S)
        )
        await self.chat.handle_updates(wait_s=int(PATIENCE_S))
        answer = await typing
        assert answer is not None
        return answer

    async def user(self) -> User:
        await self.chat.say("/start")
        return await self.chat.user()

    async def draft(self, text: str = "Bread that pays for the oven.", **fields: object) -> Post:
        owner = await self.user()
        async with self.deps.tx() as tx:
            post = await make_post(tx, owner, text)
            for name, value in fields.items():
                setattr(post, name, value)
        return post


@pytest.fixture
def typist(chat: Chat, deps: Deps) -> Typist:
    return Typist(chat, deps)


async def test_a_draft_is_offered_and_dropped_with_its_formatting(typist: Typist) -> None:
    bold = Entity(type="bold", offset=0, length=5).to_json()
    buttons = [[{"text": "Order", "url": "https://example.com/order"}]]
    await typist.draft(entities=[bold], buttons=buttons, link_preview=False)
    group = await typist.chat.person.make_chat("supergroup", "Friends")
    answer = await typist.types("bread", chat_id=group["id"])
    (result,) = answer.results
    assert (result["type"], result["title"]) == ("article", "Bread that pays for the oven.")
    assert "Telegram · Draft" in result["description"]
    assert answer.is_personal
    dropped = await choose_result(typist.chat.person, answer, chat_id=group["id"])
    assert dropped.text == "Bread that pays for the oven."
    assert dropped.entities == [{"type": "bold", "offset": 0, "length": 5}]
    assert dropped.button("Order").url == "https://example.com/order"
    assert dropped.body["via_bot"]["username"] == "postaify_sandbox_bot"
    assert dropped.body["link_preview_options"] == {"is_disabled": True}


async def test_what_came_through_the_bot_is_nothing_to_write_from(typist: Typist) -> None:
    await typist.draft()
    answer = await typist.types()
    dropped = await choose_result(typist.chat.person, answer)
    handled = await typist.chat.handle_updates()
    assert {type(update.message or update.chosen_inline_result).__name__ for update in handled} == {
        "Message",
        "ChosenInlineResult",
    }
    assert [message.id for message in await typist.chat.person.history() if message.id > dropped.id] == []


async def test_pages_follow_each_other_and_end(typist: Typist) -> None:
    owner = await typist.user()
    async with typist.deps.tx() as tx:
        await make_posts(tx, owner, [f"Post number {number}" for number in range(45)])
    first = await typist.types()
    second = await typist.types(offset=first.next_offset)
    third = await typist.types(offset=second.next_offset)
    beyond = await typist.types(offset="99")
    assert [len(page.results) for page in (first, second, third, beyond)] == [20, 20, 5, 0]
    assert third.next_offset == beyond.next_offset == ""
    assert len({result["id"] for page in (first, second, third) for result in page.results}) == 45
    assert (await typist.types("number 44")).results[0]["title"] == "Post number 44"


async def test_nobody_sees_the_posts_of_others(typist: Typist) -> None:
    await typist.user()
    async with typist.deps.tx() as tx:
        await make_post(tx, await make_user(tx), "Somebody else's bread")
    answer = await typist.types("bread")
    assert answer.results == []
    assert answer.button == {"text": "No post has these words", "start_parameter": "inline"}


async def test_who_has_never_started_the_bot_is_led_to_it_and_not_kept(typist: Typist) -> None:
    answer = await typist.types()
    assert answer.results == []
    assert answer.button is not None
    assert answer.button["text"] == "No posts yet: write one"
    with pytest.raises(AssertionError):
        await typist.chat.user()


async def test_a_picture_that_telegram_has_goes_along(typist: Typist) -> None:
    (sent,) = await typist.chat.person.upload(("oven.jpg", picture("JPEG")), kind="photo")
    photo = {"kind": "photo", "file_id": sent.body["photo"][-1]["file_id"]}
    await typist.draft(media=[photo])
    answer = await typist.types("oven")
    dropped = await choose_result(typist.chat.person, answer)
    assert "photo" in dropped.body
    assert dropped.text == "Bread that pays for the oven."


async def test_what_takes_several_messages_is_left_out(typist: Typist) -> None:
    photo = {"kind": "photo", "url": "https://example.com/a.jpg"}
    await typist.draft("a" * 5000)
    await typist.draft("album", media=[photo, photo])
    await typist.draft("link", media=[photo])
    assert (await typist.types()).results == []


async def test_a_single_one_can_be_opened_where_it_was_written(typist: Typist) -> None:
    post = await typist.draft()
    answer = await typist.types("bread")
    assert answer.button == {"text": "Open this draft", "start_parameter": f"d-{ids.short(post.id)}"}
    card = await typist.chat.say(f"/start {answer.button['start_parameter']}")
    assert _is_card_of(card, post)
    assert "post" in (await typist.chat.say("/start inline")).text


@pytest.mark.parametrize("rest", ["", "x", "../etc", "A" * 22])
async def test_a_link_to_no_draft_or_somebody_elses_is_not_found(typist: Typist, rest: str) -> None:
    await typist.user()
    async with typist.deps.tx() as tx:
        theirs = await make_post(tx, await make_user(tx))
    for payload in (f"d-{rest}", f"d-{ids.short(theirs.id)}"):
        assert "isn't" in (await typist.chat.say(f"/start {payload}")).text


async def test_an_answer_that_comes_too_late_is_no_failure(typist: Typist) -> None:
    await typist.draft()
    typing = asyncio.ensure_future(type_inline(typist.chat.person, "bread", timeout_s=0.05))
    assert await typing is None
    await typist.chat.sandbox.client.request("POST", "/control/expire_queries", json={})
    handled = await typist.chat.handle_updates()
    assert [update.inline_query is not None for update in handled] == [True]


def _is_card_of(message: SeenMessage, post: Post) -> bool:
    return post.text in message.text and any("Schedule" in button.text for button in message.buttons)
