"""Nobody reaches what is somebody else's: every button with another user's ids is answered as if nothing were there."""

from dataclasses import fields
from typing import Any, get_type_hints

import pytest
from sqlalchemy import text
from telegram import Bot

from bot.actions import Action
from bot.app import build_application
from bot.connections import actions as connection_actions
from bot.publishing import actions as publishing_actions
from bot.publishing.actions import ByHandNetwork, Switch
from bot.videos import actions as video_actions
from core import ids
from core.db import TelegramId
from core.posts.writing import Place
from core.videos.uploads import open_upload
from core.when.choices import Quick
from tests.bot.chat import Chat
from tests.bot.publishing.conftest import Studio
from tests.factories import make_posts, make_source
from tests.sandbox_server import RunningSandbox

MODULES = (publishing_actions, video_actions, connection_actions)
ALL = [
    each
    for module in MODULES
    for each in vars(module).values()
    if isinstance(each, type) and Action in each.__bases__ and each.__module__ == module.__name__
]
WITH_IDS = [each for each in ALL if any(field.name.endswith("_id") for field in fields(each))]
NOT_THERE = ("isn't there any more", "nothing to cancel")
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
        owner = await tx.session.merge(studio.owner)
        [draft] = await make_posts(tx, owner, ["Bread."])
        source = await make_source(tx, owner)
        upload = await open_upload(tx, owner_id=owner.id, place=Place(TelegramId(1), TelegramId(2), "en"))
    await studio.to_preview()
    post = await studio.post()
    theirs = {
        ids.OwnVideoId: studio.video.id,
        ids.PostId: draft.id,
        ids.VideoPostId: post.id,
        ids.PublicationId: post.publications[0].id,
        ids.ConnectionId: studio.connection.id,
        ids.SourceId: source.id,
        ids.UploadId: upload.id,
    }
    before = await everything_of(studio)
    message = await stranger.last()
    for cls in WITH_IDS:
        hints = get_type_hints(cls)
        values = {field.name: _value(hints[field.name], theirs) for field in fields(cls)}
        answer = await stranger.press_data(message, cls(**values).encode())
        assert answer is not None, cls
        assert any(said in (answer.text or "") for said in NOT_THERE), f"{cls.__name__}: {answer.text}"
    assert await everything_of(studio) == before


async def everything_of(studio: Studio) -> list[str]:
    """All rows of the owner's that these buttons are about."""
    tables = ("own_videos", "video_uploads", "video_posts", "publications", "connections", "posts", "sources", "jobs")
    async with studio.deps.sessions() as session:
        found: list[str] = []
        for table in tables:
            rows = f"SELECT {table}::text FROM {table} WHERE owner_id = :owner ORDER BY 1"  # noqa: S608 - of our own
            found += (await session.scalars(text(rows), {"owner": studio.owner.id})).all()
    return found


def test_all_buttons_are_looked_at() -> None:
    assert len(WITH_IDS) > 60
    assert {cls.__module__ for cls in WITH_IDS} == {module.__name__ for module in MODULES}


def _value(kind: Any, theirs: dict[Any, Any]) -> Any:
    options = getattr(kind, "__args__", ())
    if type(None) in options:
        kind = next(option for option in options if option is not type(None))
    return theirs[kind] if kind in theirs else PLAIN[kind]
