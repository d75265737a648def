"""/paysupport: a question goes to whoever runs the bot, and the answer comes back."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from bot.app import Application
from bot.notices import render
from bot.screens import Screen
from core import ids
from core.accounts.models import User
from core.billing.support import LONGEST
from core.deliveries.models import Delivery
from core.deps import Deps
from tests.bot.chat import Chat
from tests.factories import make_user


@pytest.fixture
async def admin(application: Application, chat: Chat) -> User:
    async with application.deps.tx() as tx:
        user = await make_user(tx)
    application.deps.settings.admin_ids.append(user.telegram_user_id)
    return user


async def told(deps: Deps, owner_id: ids.UserId) -> list[Screen]:
    async with deps.sessions() as session:
        rows = await session.scalars(select(Delivery).where(Delivery.owner_id == owner_id).order_by(Delivery.id))
        told: list[dict[str, Any]] = [row.content for row in rows]
    return [render(each["notice"], each["data"], now=datetime.now(UTC)) for each in told]


async def test_a_question_reaches_who_runs_the_bot_as_it_was_written(chat: Chat, admin: User) -> None:
    shown = await chat.say("/paysupport")
    await chat.press(shown, "✍️ Ask about a payment")
    answer = await chat.say("I was charged twice <b>on Monday</b>.")
    assert "It is on its way" in answer.text
    (question,) = await told(chat.application.deps, admin.id)
    assert "I was charged twice &lt;b&gt;on Monday&lt;/b&gt;." in question.text
    assert str(chat.person.id) in question.text
    assert [str(button.text) for button in question.keyboard[0]] == ["✍️ Answer", "The user"]


async def test_an_answer_comes_back_to_who_asked(chat: Chat) -> None:
    chat.application.deps.settings.admin_ids.append(chat.person.id)
    async with chat.application.deps.tx() as tx:
        asker = await make_user(tx)
    shown = await chat.say(f"/admin user {asker.telegram_user_id}")
    await chat.press(shown, "✍️ Write to them")
    assert "It is on its way" in (await chat.say("The second payment went back today.")).text
    (answer,) = await told(chat.application.deps, asker.id)
    assert "The second payment went back today." in answer.text
    assert [str(button.text) for button in answer.keyboard[0]] == ["✍️ Ask again", "🧾 Billing"]


async def test_what_is_too_long_leaves_the_question_open(chat: Chat, admin: User) -> None:
    await chat.press(await chat.say("/paysupport"), "✍️ Ask about a payment")
    assert f"{LONGEST:,} fit" in (await chat.say("x" * (LONGEST + 1))).text
    assert await told(chat.application.deps, admin.id) == []
    assert "It is on its way" in (await chat.say("Charged twice.")).text


async def test_nobody_can_flood_who_runs_the_bot(chat: Chat, admin: User) -> None:
    for _ in range(6):
        await chat.press(await chat.say("/paysupport"), "✍️ Ask about a payment")
        answer = await chat.say("Charged twice.")
    assert "It is on its way" not in answer.text
    assert len(await told(chat.application.deps, admin.id)) == 5


async def test_where_nobody_can_be_asked_that_is_said(chat: Chat) -> None:
    await chat.press(await chat.say("/paysupport"), "✍️ Ask about a payment")
    assert "can be reached here" in (await chat.say("Charged twice.")).text
