"""Which handler an update belongs to. Features register here; nothing else knows them all."""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from markupsafe import Markup
from telegram import Message, Update

from bot.actions import Action, OutdatedButton, decode
from bot.albums import Albums
from bot.context import Actor, Context, Handler, PromptHandler
from bot.pastes import Paste, Pastes
from bot.prompts import Prompt
from bot.screens import Screen
from bot.texts import Texts
from core.errors import InvalidInput, NotAllowed

COMMAND = re.compile(r"/(?P<name>\w{1,32})(@(?P<bot>\w+))?(?=\s|$)(?P<arguments>.*)", re.DOTALL)
"""https://core.telegram.org/bots/features#commands"""

ActionType = TypeVar("ActionType", bound=Action)
ReplyHandler = Callable[[Context, Message], Awaitable[bool]]
"""Given a reply to one of the bot's messages; False when the message isn't one of its own kind."""
Sentence = Callable[[Texts, dict[str, Any]], Markup]
"""An error's parameters as a sentence: what happened, and what to do."""
ErrorScreen = Callable[[Context, dict[str, Any]], Screen]
"""An error's parameters as a message of its own, with buttons."""
UpdateFits = Callable[[Update], bool]
LinkHandler = Callable[[Context, str], Awaitable[None]]
"""Given what stands behind the name in `t.me/<bot>?start=<name>-<rest>`."""


@dataclass(frozen=True, slots=True)
class Command:
    name: str
    handler: Handler
    description: str = ""
    """For the menu; commands without one are not in it."""
    in_groups: bool = False
    for_admins: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    handler: PromptHandler
    about: str
    """A msgid that completes "Cancelled: ..."."""


@dataclass(slots=True)
class Router:
    """The table of handlers. Text that is neither a command nor an answer nor a reply goes to `anything`."""

    commands: dict[str, Command] = field(default_factory=dict)
    presses: dict[type[Action], Callable[[Context, Any], Awaitable[None]]] = field(default_factory=dict)
    questions: dict[str, Question] = field(default_factory=dict)
    replies: list[ReplyHandler] = field(default_factory=list)
    group_replies: list[ReplyHandler] = field(default_factory=list)
    group_presses: set[type[Action]] = field(default_factory=set)
    """What may be pressed in groups; everything else is between the user and the bot."""
    contents: list[tuple[Callable[[Message], bool], Handler]] = field(default_factory=list)
    services: list[tuple[UpdateFits, Handler]] = field(default_factory=list)
    sentences: dict[str, Sentence] = field(default_factory=dict)
    error_screens: dict[str, ErrorScreen] = field(default_factory=dict)
    links: dict[str, LinkHandler] = field(default_factory=dict)
    unknown: Callable[[Context, str], Awaitable[None]] | None = None
    """Answers a command that isn't there; given its name."""
    elsewhere: Handler | None = None
    """Answers a command that works in the private chat only, when it comes from a group."""
    edited: Handler | None = None
    """Takes a message that the user has changed after sending it."""
    pastes: Pastes = field(default_factory=Pastes)
    albums: Albums = field(default_factory=Albums)

    def command(
        self, name: str, handler: Handler, *, menu: str = "", in_groups: bool = False, for_admins: bool = False
    ) -> None:
        """`menu` is the msgid that the command menu shows."""
        self.commands[name] = Command(name, handler, menu, in_groups, for_admins)

    def press(
        self,
        action: type[ActionType],
        handler: Callable[[Context, ActionType], Awaitable[None]],
        *,
        in_groups: bool = False,
    ) -> None:
        self.presses[action] = handler
        if in_groups:
            self.group_presses.add(action)

    def prompt(self, name: str, handler: PromptHandler, *, about: str = "") -> None:
        """`about` is the msgid with which /cancel says what it has ended."""
        self.questions[name] = Question(handler, about)

    def reply(self, handler: ReplyHandler, *, in_groups: bool = False) -> None:
        """`in_groups`: there, and not in private chats."""
        (self.group_replies if in_groups else self.replies).append(handler)

    def content(self, fits: Callable[[Message], bool], handler: Handler) -> None:
        """The first registered kind that fits handles a message."""
        self.contents.append((fits, handler))

    def service(self, fits: UpdateFits, handler: Handler) -> None:
        """What Telegram tells and nobody wrote, such as a payment: it is no answer to a question, and no limit counts
        it."""
        self.services.append((fits, handler))

    def service_of(self, update: Update) -> Handler | None:
        """Who takes what nobody wrote; None for what somebody did."""
        return next((handler for fits, handler in self.services if fits(update)), None)

    def error(self, code: str, sentence: Sentence) -> None:
        """How an error with this code is told."""
        self.sentences[code] = sentence

    def errors(self, sentences: Mapping[str, Sentence]) -> None:
        """How each of these codes is told."""
        self.sentences.update(sentences)

    def error_screen(self, code: str, screen: ErrorScreen) -> None:
        """An error that is told by a message of its own, also after a press."""
        self.error_screens[code] = screen

    def link(self, name: str, handler: LinkHandler) -> None:
        """What `t.me/<bot>?start=<name>-...` leads to. Names are letters and digits."""
        self.links[name] = handler

    async def route(self, context: Context) -> None:
        """Find the handler and run it. Raises what it raises."""
        query = context.update.callback_query
        if query is not None:
            await self._route_press(context, query.data or "")
            await context.settle()
        elif context.update.edited_message is not None:
            if context.is_private and self.edited is not None:
                await self.edited(context)
        elif context.message is not None:
            await self._route_message(context, context.message)

    async def _route_press(self, context: Context, data: str) -> None:
        if context.is_private:
            await self.pastes.end(context.deps.redis, context.chat_id)
            await self.perform(context, decode(data))
            return
        wanted = decode(data)
        if type(wanted) not in self.group_presses:
            raise NotAllowed("bot.private_only")
        await self.perform(context, wanted)

    async def perform(self, context: Context, wanted: Action) -> None:
        """Do what an action's button does. Raises OutdatedButton for an action that nothing handles any more."""
        handler = self.presses.get(type(wanted))
        if handler is None:
            raise OutdatedButton(wanted.action_name)
        await handler(context, wanted)

    async def _route_message(self, context: Context, message: Message) -> None:
        command = COMMAND.match(message.text or "")
        if command is not None:
            await self._route_command(context, command)
            return
        if not context.is_private:
            await self._answer_reply(context, message, self.group_replies)
            return
        if message.media_group_id is not None:
            await self._route_album(context, message)
        elif message.text is None:
            await self._find_handler(context, message)
        elif (paste := await self.pastes.read(context.deps.redis, message)) is not None:
            await self._route_text(context, message, paste)

    async def _route_text(self, context: Context, message: Message, paste: Paste) -> None:
        """A text, which may have begun in earlier messages and may go on in the next."""
        context.paste = paste
        try:
            if not paste.refused:
                await self._find_handler(context, message)
        except InvalidInput:
            paste.refused = True
            raise
        finally:
            await self.pastes.keep(context.deps.redis, context.chat_id, paste)

    async def _route_album(self, context: Context, message: Message) -> None:
        """An item of an album, which may have begun in earlier messages and may go on in the next."""
        album = await self.albums.read(context.deps.redis, message)
        if album is None:
            return
        context.album = album
        try:
            if not album.refused:
                await self._find_handler(context, message)
        finally:
            await self.albums.keep(context.deps.redis, album)

    async def _find_handler(self, context: Context, message: Message) -> None:
        try:
            if await self._answer_reply(context, message, self.replies) or await self._answer_prompt(context):
                return
        except InvalidInput:
            if context.album is not None:
                context.album.refused = True
            raise
        for fits, handler in self.contents:
            if fits(message):
                await handler(context)
                return

    async def _route_command(self, context: Context, typed: re.Match[str]) -> None:
        """A command ends the question that waits. In groups only what is ours is answered."""
        name, addressee, context.arguments = typed["name"].lower(), typed["bot"], typed["arguments"].strip()
        if addressee and addressee.lower() != context.bot.username.lower():
            return
        command = self.command_for(context.actor, name)
        if not context.is_private and (command is None or not command.in_groups):
            if self.elsewhere is not None and (command is not None or addressee):
                await self.elsewhere(context)
            return
        await self.pastes.end(context.deps.redis, context.chat_id)
        context.ended_question = await self._end_question(context)
        if command is not None:
            await command.handler(context)
        elif self.unknown is not None:
            await self.unknown(context, name)

    def command_for(self, actor: Actor, name: str) -> Command | None:
        """The command of that name, if there is one for this user."""
        command = self.commands.get(name)
        return None if command is None or (command.for_admins and not actor.is_admin) else command

    async def _end_question(self, context: Context) -> str | None:
        prompt = await context.stop_asking()
        question = self.questions.get(prompt.name) if prompt is not None else None
        return question.about if question is not None else None

    async def _answer_reply(self, context: Context, message: Message, handlers: Iterable[ReplyHandler]) -> bool:
        replied = message.reply_to_message
        if replied is None or replied.from_user is None or replied.from_user.id != context.bot.id:
            return False
        for handler in handlers:
            if await handler(context, replied):
                await context.stop_asking()
                return True
        return False

    async def _answer_prompt(self, context: Context) -> bool:
        prompt = await self._question_of(context)
        if prompt is None or prompt.name not in self.questions:
            return False
        await context.stop_asking()
        arriving = context.paste or context.album
        if arriving is not None:
            arriving.prompt = prompt
        if await self.questions[prompt.name].handler(context, prompt) is not False:
            return True
        if arriving is not None:
            arriving.prompt = None
        await context.ask(prompt.name, **prompt.data)
        return False

    async def _question_of(self, context: Context) -> Prompt | None:
        """The question that waits; for a further piece of a text or an album the one that its first piece answered."""
        arriving = context.paste or context.album
        if arriving is not None and arriving.begun:
            return arriving.prompt
        return await context.waiting()
