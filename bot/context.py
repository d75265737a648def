"""What a handler gets: who is there, what came in, and how to answer."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import structlog
from telegram import Bot, InputMediaPhoto, LinkPreviewOptions, Message, Update
from telegram.constants import ChatType, ParseMode
from telegram.error import BadRequest

from bot.actions import Action
from bot.albums import Album
from bot.pastes import Paste
from bot.prompts import Prompt, Prompts
from bot.received import Received, received
from bot.screens import Screen, Toast
from bot.texts import Texts
from core import ids
from core.db import TelegramId
from core.deps import Deps
from core.posts.cards import leave_card
from core.posts.writing import Place
from core.telegram.calls import call, opened
from core.telegram.content import Content, Entity
from core.telegram.parts import parts_of
from core.telegram.stored import StoredMedia

log = structlog.get_logger()

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
NO_TEXT = "no text in the message"
"""Telegram's words for a picture that should become a text."""
ANSWER = "answer_id"
"""What an album notes of the message that answers it."""
TOAST_LIMIT = 200
"""https://core.telegram.org/bots/api#answercallbackquery"""


@dataclass(frozen=True, slots=True)
class Actor:
    """The user who is speaking, as the last look at the database showed them."""

    id: ids.UserId
    telegram_id: TelegramId
    first_name: str
    language: str
    language_chosen: bool
    time_zone: str | None
    is_admin: bool


@dataclass(slots=True)
class Context:
    """One update, from its arrival to its answer."""

    deps: Deps
    bot: Bot
    update: Update
    actor: Actor
    texts: Texts
    prompts: Prompts
    forget_actor: Callable[[], None]
    run: "PressHandler[Any]"
    """The way from an action to its handler."""
    arguments: str = ""
    """What stands behind a command."""
    paste: Paste | None = None
    """The text of which this message is the end so far."""
    album: Album | None = None
    """The album of which this message is the newest item."""
    ended_question: str | None = None
    """What the question was about that this command has put an end to (a msgid, or ""); None when none waited."""
    _answered: bool = field(default=False)

    @property
    def chat_id(self) -> TelegramId:
        chat = self.update.effective_chat
        return TelegramId(chat.id) if chat is not None else self.actor.telegram_id

    @property
    def is_private(self) -> bool:
        chat = self.update.effective_chat
        return chat is None or chat.type == ChatType.PRIVATE

    @property
    def message(self) -> Message | None:
        """What the user sent, or has changed since; None when they pressed a button."""
        return self.update.message or self.update.edited_message

    @property
    def text(self) -> str:
        """What the user wrote: of a text that their app has cut, all that came so far. Empty for anything else."""
        if self.paste is not None:
            return self.paste.text
        return (self.message.text if self.message is not None else None) or ""

    @property
    def received(self) -> Received:
        """All that came: words with their formatting (a caption's, too) and media; of an album all items so far."""
        if self.album is not None:
            return self.album.whole
        if self.paste is not None:
            return Received(self.paste.text, tuple(Entity.from_json(entity) for entity in self.paste.entities))
        return received(self.message) if self.message is not None else Received()

    @property
    def pressed(self) -> Message | None:
        """The message whose button was pressed, if it is still there."""
        query = self.update.callback_query
        return query.message if query is not None and isinstance(query.message, Message) else None

    @property
    def place(self) -> Place:
        """The pressed message. Raises RuntimeError outside of a press."""
        if self.pressed is None:
            raise RuntimeError("no message was pressed")
        return Place(self.chat_id, TelegramId(self.pressed.message_id), self.actor.language)

    async def show(self, screen: Screen) -> TelegramId:
        """Change the pressed message into this screen; without one, or when it is gone, send it. Gives where it is."""
        if self.pressed is None or screen.reply_keyboard is not None:
            return await self.send(screen)
        return await self.change(self.pressed.message_id, screen)

    async def change(self, message_id: int, screen: Screen) -> TelegramId:
        """Change one of the bot's messages; when that is too late, send a new one. Gives the message's id.

        A picture can't become a text: then the text takes the place of the message.
        """
        await leave_card(self.deps.redis, chat_id=self.chat_id, message_id=TelegramId(message_id))
        try:
            await self._edit(message_id, screen)
        except BadRequest as error:
            if _is_gone(error):
                return await self.send(screen)
            if NO_TEXT in error.message:
                return await self._replace(message_id, screen)
            if "not modified" not in error.message:
                raise
        return TelegramId(message_id)

    async def _edit(self, message_id: int, screen: Screen) -> None:
        if screen.picture is not None:
            await self.bot.edit_message_media(
                InputMediaPhoto(screen.picture, screen.text, parse_mode=ParseMode.HTML),
                chat_id=self.chat_id,
                message_id=message_id,
                reply_markup=screen.inline_markup(),
            )
            return
        await self.bot.edit_message_text(
            screen.text,
            chat_id=self.chat_id,
            message_id=message_id,
            parse_mode=ParseMode.HTML,
            reply_markup=screen.inline_markup(),
            link_preview_options=None if screen.link_preview else NO_PREVIEW,
        )

    async def _replace(self, message_id: int, screen: Screen) -> TelegramId:
        """A message over two days old can't be removed and stays."""
        with suppress(BadRequest):
            await self.bot.delete_message(self.chat_id, message_id)
        return await self.send(screen)

    async def send_growing(self, screen: Screen) -> None:
        """As `send`. But an album gets one answer: its further items change it, once no more come for a moment."""
        album = self.album
        if album is None:
            await self.send(screen)
        elif ANSWER not in album.notes:
            album.notes[ANSWER] = await self.send(screen)
        else:
            answer_id = album.notes[ANSWER]

            async def show() -> None:
                await self.change(answer_id, screen)

            album.show_when_complete(show)

    async def send(self, screen: Screen, *, reply_to: int | None = None) -> TelegramId:
        """A new message. Gives its id."""
        if screen.picture is not None:
            return await self._send_picture(screen, screen.picture, reply_to)
        sent = await self.bot.send_message(
            self.chat_id,
            screen.text,
            parse_mode=ParseMode.HTML,
            reply_markup=screen.reply_markup(),
            reply_to_message_id=reply_to,
            allow_sending_without_reply=True if reply_to is not None else None,
            link_preview_options=None if screen.link_preview else NO_PREVIEW,
        )
        return TelegramId(sent.message_id)

    async def _send_picture(self, screen: Screen, picture: bytes, reply_to: int | None) -> TelegramId:
        sent = await self.bot.send_photo(
            self.chat_id,
            picture,
            caption=screen.text,
            parse_mode=ParseMode.HTML,
            reply_markup=screen.reply_markup(),
            reply_to_message_id=reply_to,
            allow_sending_without_reply=True if reply_to is not None else None,
        )
        return TelegramId(sent.message_id)

    async def send_file(self, content: bytes, filename: str, screen: Screen) -> TelegramId:
        """A document with the screen under it. Gives the message's id."""
        sent = await self.bot.send_document(
            self.chat_id,
            content,
            filename=filename,
            caption=screen.text,
            parse_mode=ParseMode.HTML,
            reply_markup=screen.reply_markup(),
            disable_content_type_detection=True,
        )
        return TelegramId(sent.message_id)

    async def send_plain(self, text: str) -> Message:
        """Text without any markup, as one message."""
        return await self.bot.send_message(self.chat_id, text, link_preview_options=NO_PREVIEW)

    async def send_content(self, content: Content) -> None:
        """As a delivery sends it, in as many messages as it takes. Raises what storage and Telegram raise."""
        source = StoredMedia(self.deps.storage)
        for part in parts_of(content):
            async with AsyncExitStack() as files:
                ready = await opened(part.media, source, files)
                await call(self.bot, self.chat_id, content, part, ready)

    async def toast(self, toast: Toast | str) -> None:
        """Answer the press, with words. Without effect outside of a press, or when it was answered."""
        said = toast if isinstance(toast, Toast) else Toast(toast)
        await self._answer(said.text[:TOAST_LIMIT], alert=said.alert)

    async def settle(self) -> None:
        """Answer the press if nobody has."""
        await self._answer(None, alert=False)

    async def ask(self, name: str, **data: object) -> None:
        """Take the next message of this chat as the answer to the question `name`."""
        await self.prompts.ask(self.chat_id, Prompt(name, data))

    async def waiting(self) -> Prompt | None:
        """The question that waits for an answer in this chat."""
        return await self.prompts.waiting(self.chat_id)

    async def stop_asking(self) -> Prompt | None:
        """Expect no answer any more. Gives the question that had waited for one."""
        return await self.prompts.forget(self.chat_id)

    async def perform(self, action: Action) -> None:
        """Go on as if the button of this action had been pressed."""
        await self.run(self, action)

    def adopt(self, **changed: Any) -> None:
        """The user has just changed these fields of theirs: go on with the new values, here and in later updates."""
        self.actor = replace(self.actor, **changed)
        self.texts = Texts(self.actor.language)
        self.forget_actor()

    async def _answer(self, text: str | None, *, alert: bool) -> None:
        query = self.update.callback_query
        if query is None or self._answered:
            return
        self._answered = True
        try:
            await self.bot.answer_callback_query(query.id, text=text, show_alert=alert)
        except BadRequest as error:
            log.info("bot.press_answered_too_late", detail=error.message)


def _is_gone(error: BadRequest) -> bool:
    message = error.message.lower()
    return any(part in message for part in ("message to edit not found", "can't be edited", "message_id_invalid"))


Handler = Callable[[Context], Awaitable[None]]
ActionType = TypeVar("ActionType", bound=Action)
PressHandler = Callable[[Context, ActionType], Awaitable[None]]
PromptHandler = Callable[[Context, Prompt], Awaitable[bool | None]]
"""Handles the answer to a question. The question is forgotten before; ask again when the answer is no good. False: it
was no answer at all. Then the question stays, and the message goes the way of all messages."""
