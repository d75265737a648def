"""A person's chat with the bot, in one process: each act returns when the bot has handled it."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from telegram import Update

from bot.app import Application
from bot.polling import ALLOWED_UPDATES
from core.accounts.models import User
from core.accounts.service import user_by_telegram_id
from core.db import TelegramId
from tests.patience import PATIENCE_S
from tests.sandbox_server import RunningSandbox
from web.sandbox.client import Answer, Person, SeenMessage


@dataclass(slots=True)
class Chat:
    """What `person` does in their private chat, unless a chat is named."""

    application: Application
    sandbox: RunningSandbox
    person: Person
    _seen: int = field(default=0)

    async def say(self, text: str, *, chat_id: int | None = None, reply_to: SeenMessage | None = None) -> SeenMessage:
        """Write, and give the bot's last new message."""
        self._seen = (await self.person.send_text(text, chat_id=chat_id, reply_to=reply_to)).id
        await self.handle_updates()
        return (await self.answers(chat_id=chat_id))[-1]

    async def press(self, message: SeenMessage, button: str) -> Answer | None:
        """Press a button by its label, and give what came over the chat."""
        return await self._pressed(message, self.person.press(message, button, timeout_s=PATIENCE_S))

    async def press_data(self, message: SeenMessage, data: str) -> Answer | None:
        """Press a button that the message may not have (any more)."""
        return await self._pressed(message, self.person.press_data(message, data, timeout_s=PATIENCE_S))

    async def share_location(self, latitude: float, longitude: float) -> SeenMessage:
        """Answer the location button."""
        body = {"user_id": self.person.id, "latitude": latitude, "longitude": longitude}
        sent = await self.sandbox.client.request("POST", f"/client/chats/{self.person.id}/location", json=body)
        self._seen = SeenMessage(sent["messages"][-1]).id
        await self.handle_updates()
        return (await self.answers())[-1]

    async def answers(self, *, chat_id: int | None = None) -> list[SeenMessage]:
        """The bot's messages since the last act, the oldest first."""
        history = await self.person.history(chat_id=chat_id)
        return [message for message in history if message.id > self._seen and not message.outgoing]

    async def last(self) -> SeenMessage:
        """The bot's newest message in the private chat."""
        return [message for message in await self.person.history() if not message.outgoing][-1]

    async def reply_keyboard(self) -> list[list[str]]:
        """The labels of the buttons in place of the keyboard."""
        mine = next(chat for chat in await self.person.chats() if chat["id"] == self.person.id)
        rows = (mine["reply_keyboard"] or {}).get("keyboard", [])
        return [[button["text"] for button in row] for row in rows]

    async def user(self) -> User:
        """The row behind the person, as the database has it now."""
        async with self.application.deps.sessions() as session:
            found = await user_by_telegram_id(session, TelegramId(self.person.id))
        assert found is not None
        return found

    async def handle_updates(self, *, wait_s: int = 0) -> list[Update]:
        """Give the bot whatever waits for it; when nothing does, wait for something so long."""
        handled: list[Update] = []
        while updates := await self.application.bot.get_updates(
            offset=handled[-1].update_id + 1 if handled else None,
            timeout=0 if handled else wait_s,
            allowed_updates=ALLOWED_UPDATES,
        ):
            for update in updates:
                await self.application.handle(update)
                handled.append(update)
        return handled

    async def _pressed(self, message: SeenMessage, press: Coroutine[Any, Any, Answer | None]) -> Answer | None:
        await self.handle_updates()
        self._seen = (await self.person.history(chat_id=message.chat_id, limit=1))[-1].id
        pressing = asyncio.ensure_future(press)
        await asyncio.sleep(0)
        if not pressing.done():  # as it is when there is no such button
            await self.handle_updates(wait_s=int(PATIENCE_S))
        return await pressing
