"""Which handler an update belongs to. Features register here; nothing else knows them all."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from markupsafe import Markup
from telegram import Message

from bot import prompts
from bot.actions import Action, decode
from bot.context import Context, Handler, PromptHandler
from bot.texts import Texts
from core.db import TelegramId

ActionType = TypeVar("ActionType", bound=Action)
ReplyHandler = Callable[[Context, Message], Awaitable[bool]]
"""Given a reply to one of the bot's messages; False when the message isn't one of its own kind."""
Sentence = Callable[[Texts, dict[str, Any]], Markup]
"""An error's parameters as a sentence: what happened, and what to do."""


@dataclass(frozen=True, slots=True)
class Command:
    name: str
    handler: Handler
    description: str = ""
    """For the menu; commands without one are not in it."""
    in_groups: bool = False
    for_admins: bool = False


@dataclass(slots=True)
class Router:
    """The table of handlers. Text that is neither a command nor an answer nor a reply goes to `anything`."""

    commands: dict[str, Command] = field(default_factory=dict)
    presses: dict[type[Action], Callable[[Context, Any], Awaitable[None]]] = field(default_factory=dict)
    prompts: dict[str, PromptHandler] = field(default_factory=dict)
    replies: list[ReplyHandler] = field(default_factory=list)
    contents: list[tuple[Callable[[Message], bool], Handler]] = field(default_factory=list)
    sentences: dict[str, Sentence] = field(default_factory=dict)

    def command(
        self, name: str, handler: Handler, *, menu: str = "", in_groups: bool = False, for_admins: bool = False
    ) -> None:
        """`menu` is the msgid that the command menu shows."""
        self.commands[name] = Command(name, handler, menu, in_groups, for_admins)

    def press(self, action: type[ActionType], handler: Callable[[Context, ActionType], Awaitable[None]]) -> None:
        self.presses[action] = handler

    def prompt(self, name: str, handler: PromptHandler) -> None:
        self.prompts[name] = handler

    def reply(self, handler: ReplyHandler) -> None:
        self.replies.append(handler)

    def content(self, fits: Callable[[Message], bool], handler: Handler) -> None:
        """The first registered kind that fits handles a message."""
        self.contents.append((fits, handler))

    def error(self, code: str, sentence: Sentence) -> None:
        """How an error with this code is told."""
        self.sentences[code] = sentence

    async def route(self, context: Context) -> None:
        """Find the handler and run it. Raises what it raises."""
        query = context.update.callback_query
        if query is not None:
            wanted = decode(query.data or "")
            await self.presses[type(wanted)](context, wanted)
            await context.settle()
        elif context.message is not None:
            await self._route_message(context, context.message)

    async def _route_message(self, context: Context, message: Message) -> None:
        command = self._command_in(context, message)
        if command is not None:
            await context.stop_asking()
            await command.handler(context)
            return
        if not context.is_private:
            return
        if await self._answer_reply(context, message) or await self._answer_prompt(context, message):
            return
        for fits, handler in self.contents:
            if fits(message):
                await handler(context)
                return

    def _command_in(self, context: Context, message: Message) -> Command | None:
        text = message.text or ""
        if not text.startswith("/"):
            return None
        word, *rest = text.split(maxsplit=1)
        context.arguments = rest[0] if rest else ""
        name, _, addressee = word[1:].partition("@")
        if addressee and addressee.lower() != context.bot.username.lower():
            return None
        command = self.commands.get(name.lower())
        if command is None or (command.for_admins and not context.actor.is_admin):
            return self.commands["help"] if context.is_private else None
        return command if context.is_private or command.in_groups else None

    async def _answer_reply(self, context: Context, message: Message) -> bool:
        replied = message.reply_to_message
        if replied is None or replied.from_user is None or replied.from_user.id != context.bot.id:
            return False
        for handler in self.replies:
            if await handler(context, replied):
                await context.stop_asking()
                return True
        return False

    async def _answer_prompt(self, context: Context, message: Message) -> bool:
        prompt = await prompts.waiting(context.deps.redis, TelegramId(message.chat_id))
        if prompt is None or prompt.name not in self.prompts:
            return False
        await context.stop_asking()
        await self.prompts[prompt.name](context, prompt)
        return True
