"""Somebody with a video and an account at TikTok, in a chat with the bot."""

from dataclasses import dataclass

import pytest
from telegram import Bot

from bot.app import build_application
from core.accounts.models import User
from core.accounts.service import choose_time_zone
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
    video = await make_video(deps, owner)
    connection = await connect(deps, owner)
    chat.application.actors.forget(chat.person.id)
    return Studio(chat, deps, owner, video, connection, tiktok, youtube)
