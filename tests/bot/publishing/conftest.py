"""Somebody with a video and an account at TikTok, in a chat with the bot."""

from dataclasses import dataclass
from uuid import UUID

import pytest
from telegram import Bot

from bot.app import build_application
from core import ids
from core.accounts.models import User
from core.accounts.service import choose_time_zone
from core.billing.trials import start_trial
from core.connections.models import Connection
from core.db import Page
from core.deps import Deps
from core.providers.discovery import Network
from core.publishing.queries import VideoPostView, video_post_view, video_posts
from core.videos.models import OwnVideo
from tests.bot.chat import Chat
from tests.bot.publishing.played import PlayedPublisher, connect, make_video, played, with_publishers
from tests.sandbox_server import RunningSandbox


@dataclass(slots=True)
class Studio:
    """A chat, and what its owner has."""

    chat: Chat
    deps: Deps
    owner: User
    video: OwnVideo
    connection: Connection
    tiktok: PlayedPublisher
    youtube: PlayedPublisher

    async def press(self, button: str) -> str:
        """A button of the newest message; gives what came over the chat."""
        answer = await self.chat.press(await self.chat.last(), button)
        return answer.text or "" if answer is not None else ""

    async def press_data(self, data: str) -> str:
        """As a button that isn't there (any more)."""
        answer = await self.chat.press_data(await self.chat.last(), data)
        return answer.text or "" if answer is not None else ""

    async def write(self, button: str, words: str) -> None:
        """Answer what a button asks."""
        await self.press(button)
        await self.chat.say(words)

    async def begin(self) -> None:
        """At the choice of accounts of a new plan."""
        await self.chat.say("/publish")
        await self.press("🎬 bread.mp4 · 0:02")

    async def to_tiktok(self) -> None:
        """At TikTok's options of a new plan."""
        await self.begin()
        await self.press("TikTok @ann")
        await self.press("Go on ›")
        await self.press("✏️ TikTok @ann")

    async def to_preview(self) -> None:
        """At the last look of a plan that lacks nothing."""
        await self.to_tiktok()
        await self.press("👁 Who can see it: choose")
        await self.press("Everyone")
        await self.press("✓ Done")
        await self.press("👁 Preview and publish")

    @staticmethod
    def short(value: UUID) -> str:
        """As buttons carry it."""
        return ids.short(value)

    async def text(self) -> str:
        """Of the newest message."""
        return (await self.chat.last()).text

    async def post(self) -> VideoPostView:
        """The newest plan."""
        async with self.deps.sessions() as session:
            posts = await video_posts(session, owner_id=self.owner.id, page=Page(1))
            return await video_post_view(session, owner_id=self.owner.id, video_post_id=posts.items[0].id)


@pytest.fixture
async def studio(deps: Deps, bot: Bot, sandbox: RunningSandbox) -> Studio:
    tiktok, youtube = played(), played(Network.YOUTUBE)
    deps = with_publishers(deps, tiktok, youtube)
    chat = Chat(build_application(deps, bot), sandbox, await sandbox.client.new_person("Ann"))
    await chat.say("/start")
    owner = await chat.user()
    async with deps.tx() as tx:
        await choose_time_zone(tx, user_id=owner.id, time_zone="Europe/Berlin")
        await start_trial(tx, owner_id=owner.id)
    video = await make_video(deps, owner)
    connection = await connect(deps, owner)
    chat.application.actors.forget(chat.person.id)
    return Studio(chat, deps, owner, video, connection, tiktok, youtube)
