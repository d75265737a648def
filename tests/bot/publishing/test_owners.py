"""Nobody reaches what is somebody else's: every button with another user's ids is answered as if nothing were there."""

from dataclasses import fields
from typing import Any, get_type_hints

import pytest
from telegram import Bot

from bot.actions import Action
from bot.app import build_application
from bot.publishing import actions
from bot.publishing.actions import ByHandNetwork, Switch
from core import ids
from core.when.choices import Quick
from tests.bot.chat import Chat
from tests.bot.publishing.conftest import Studio
from tests.factories import make_posts
from tests.sandbox_server import RunningSandbox

ALL = [each for each in vars(actions).values() if isinstance(each, type) and Action in each.__bases__]
WITH_IDS = [each for each in ALL if any(field.name.endswith("_id") for field in fields(each))]
PLAIN: dict[Any, Any] = {
    int: 1,
    bool: True,
    str: "SELF_ONLY",
    ByHandNetwork: ByHandNetwork.TIKTOK,
    Switch: Switch.COMMENTS,
    Quick: Quick.TOMORROW,
}


@pytest.fixture
async def stranger(studio: Studio, bot: Bot, sandbox: RunningSandbox) -> Chat:
    chat = Chat(build_application(studio.deps, bot), sandbox, await sandbox.client.new_person("Eve"))
    await chat.say("/start")
    return chat


async def test_no_button_reaches_what_is_somebody_elses(studio: Studio, stranger: Chat) -> None:
    async with studio.deps.tx() as tx:
        [draft] = await make_posts(tx, await tx.session.merge(studio.owner), ["Bread."])
    await studio.to_preview()
    before = await studio.post()
    theirs = {
        ids.OwnVideoId: studio.video.id,
        ids.PostId: draft.id,
        ids.VideoPostId: before.id,
        ids.PublicationId: before.publications[0].id,
        ids.ConnectionId: studio.connection.id,
    }
    message = await stranger.last()
    for cls in WITH_IDS:
        hints = get_type_hints(cls)
        values = {field.name: _value(hints[field.name], theirs) for field in fields(cls)}
        answer = await stranger.press_data(message, cls(**values).encode())
        assert answer is not None, cls
        assert "isn't there any more" in (answer.text or ""), f"{cls.__name__}: {answer.text}"
    assert await studio.post() == before


def _value(kind: Any, theirs: dict[Any, Any]) -> Any:
    options = getattr(kind, "__args__", ())
    if type(None) in options:
        kind = next(option for option in options if option is not type(None))
    return theirs[kind] if kind in theirs else PLAIN[kind]
