"""The world that the sandbox keeps: who exists, which chats there are, and what is remembered of each."""

import itertools
import secrets
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from core.settings import SANDBOX_TOKEN
from web.sandbox.calls import CallLog
from web.sandbox.drafts import Drafts
from web.sandbox.errors import not_found
from web.sandbox.events import EventLog
from web.sandbox.faults import Faults
from web.sandbox.files import FileStore
from web.sandbox.inline import InlineAnswers
from web.sandbox.limits import SendLimits
from web.sandbox.model import Bot, Chat, ChatKey, Json, Member, Message, User
from web.sandbox.queries import OpenQueries
from web.sandbox.storage import Storage
from web.sandbox.updates import Update, UpdateQueue

FIRST_USER_ID = 7_000_000_001
"""Over 32 bits, as new accounts have."""
FIRST_GROUP_ID = 4_000_000_001
FIRST_SUPERGROUP_ID = 1_000_000_000_001 + 1_000_000_000
DEFAULT_USERNAME = "postaify_sandbox_bot"
KEPT_MESSAGES = 20_000
"""Per chat; older ones are forgotten."""


class World:
    """Everything of one sandbox. Most is read from memory, messages and files from SQLite; every change is written."""

    def __init__(self, folder: Path, database: Path | None) -> None:
        self.storage = Storage(database)
        self.files = FileStore(folder, self.storage)
        self.events = EventLog()
        self.drafts = Drafts(self.events)
        self.limits = SendLimits(time.monotonic)
        self.faults = Faults()
        self.calls = CallLog()
        self.latency_s = 0.0
        self._ahead_s = 0.0
        self.on_webhook: Callable[[Bot], Awaitable[None]] = _nothing
        self._load()

    def _load(self) -> None:
        self.users = {int(key): User.from_row(row) for key, row in self.storage.documents("user")}
        self.bots = {int(key): Bot.from_row(row) for key, row in self.storage.documents("bot")}
        chats = (Chat.from_row(row) for _, row in self.storage.documents("chat"))
        self.chats: dict[ChatKey, Chat] = {chat.key: chat for chat in chats}
        self.invoices = dict(self.storage.documents("invoice"))
        self.payments = dict(self.storage.documents("payment"))
        self.polls = dict(self.storage.documents("poll"))
        self.queries = OpenQueries(self.storage, self.now)
        self.inline = InlineAnswers()
        self.queues: dict[int, UpdateQueue] = {}
        self._ids = itertools.count(int(self._document("counter", "ids").get("next", 1)))
        self._message_ids: dict[int, int] = {}
        self._restore_message_ids()
        if not self.bots:
            self.add_bot(SANDBOX_TOKEN, username=DEFAULT_USERNAME, first_name="Postaify (sandbox)")
        else:
            self._restore_queues()
        self.storage.commit()

    def _document(self, kind: str, key: str) -> Json:
        return next((row for name, row in self.storage.documents(kind) if name == key), {})

    def _restore_message_ids(self) -> None:
        for bot_id, chat_id, last_id in self.storage.last_message_ids():
            chat = self.chats.get((bot_id, chat_id))
            counter = self._counter(chat) if chat else chat_id
            self._message_ids[counter] = max(last_id, self._message_ids.get(counter, 0))

    def _restore_queues(self) -> None:
        rows = itertools.groupby(self.storage.updates(), key=lambda row: row[0])
        pending = {bot_id: [Update(*row[1:]) for row in group] for bot_id, group in rows}
        last_ids = {int(key): row["id"] for key, row in self.storage.documents("last_update")}
        for bot in self.bots.values():
            queue = self.queues[bot.id] = UpdateQueue(bot, self.storage, self.now)
            queue.restore(pending.get(bot.id, []), last_ids.get(bot.id, 0))

    def reset(self) -> None:
        """Forget everything but the default bot and its account."""
        self.storage.clear()
        self.files.clear()
        self.drafts.clear()
        self.faults.clear()
        self.calls.clear()
        self.limits = SendLimits(time.monotonic)
        self.latency_s = self._ahead_s = 0.0
        self._load()

    def now(self) -> float:
        """Unix time, as far ahead of the machine's as a test said."""
        return time.time() + self._ahead_s

    def advance(self, seconds: float) -> None:
        self._ahead_s += seconds

    def new_id(self) -> int:
        """A number that was never given out before."""
        number = next(self._ids)
        self.storage.put("counter", "ids", {"next": number + 1})
        return number

    @property
    def default_bot(self) -> Bot:
        return next(iter(self.bots.values()))

    def bot_with_token(self, token: str) -> Bot | None:
        return next((bot for bot in self.bots.values() if bot.token == token), None)

    def add_bot(self, token: str, *, username: str, first_name: str) -> Bot:
        bot = Bot(int(token.partition(":")[0]), token, username, first_name)
        self.bots[bot.id] = bot
        self.queues[bot.id] = UpdateQueue(bot, self.storage, self.now)
        self.save_bot(bot)
        return bot

    def save_bot(self, bot: Bot) -> None:
        self.storage.put("bot", bot.id, bot.to_row())

    def add_user(self, first_name: str, **more: str | None) -> User:
        user = User.from_row({"id": FIRST_USER_ID - 1 + self.new_id(), "first_name": first_name, **more})
        self.users[user.id] = user
        self.save_user(user)
        return user

    def save_user(self, user: User) -> None:
        self.storage.put("user", user.id, user.to_row())

    def user(self, user_id: int) -> User:
        if (user := self.users.get(user_id)) is None:
            raise not_found("person")
        return user

    def account(self, account_id: int) -> User | Bot | None:
        return self.users.get(account_id) or self.bots.get(account_id)

    def private_chat(self, bot: Bot, user_id: int) -> Chat:
        """The chat of a bot and a person; made, not yet started, when there was none."""
        key = (bot.id, user_id)
        if key not in self.chats:
            self.add_chat(Chat(bot.id, user_id, "private", started=False))
        return self.chats[key]

    def new_chat(self, type_: str, *, title: str, owner_id: int, username: str | None = None) -> Chat:
        first = FIRST_GROUP_ID if type_ == "group" else FIRST_SUPERGROUP_ID
        chat = Chat(0, 1 - first - self.new_id(), type_, title=title, username=username)
        chat.members[owner_id] = Member(owner_id, "creator")
        return self.add_chat(chat)

    def add_chat(self, chat: Chat) -> Chat:
        chat.chat_instance = str(secrets.randbits(62))
        self.chats[chat.key] = chat
        self.save_chat(chat)
        return chat

    def save_chat(self, chat: Chat) -> None:
        self.storage.put("chat", f"{chat.bot_id}:{chat.id}", chat.to_row())

    def next_message_id(self, chat: Chat) -> int:
        counter = self._counter(chat)
        number = self._message_ids.get(counter, 0) + 1
        self._message_ids[counter] = number
        if number % 1_000 == 0 and number > KEPT_MESSAGES:
            self.storage.prune_messages(chat.key, number - KEPT_MESSAGES)
        return number

    def _counter(self, chat: Chat) -> int:
        """Whose numbers a chat's messages take: its own, or those of the bot's account."""
        if chat.type in {"supergroup", "channel"}:
            return chat.id
        return chat.bot_id or self.default_bot.id

    def people_in(self, chat: Chat) -> frozenset[int]:
        if chat.is_private:
            return frozenset({chat.id})
        return frozenset(user_id for user_id in chat.audience if user_id in self.users)

    def bots_in(self, chat: Chat) -> list[Bot]:
        if chat.is_private:
            return [self.bots[chat.bot_id]]
        return [self.bots[user_id] for user_id in chat.audience if user_id in self.bots]

    def last_message(self, chat: Chat, *, after: int = 0) -> Message | None:
        newest = self.storage.messages_before(chat.key, 1 << 60, after=after, limit=1)
        return newest[0] if newest else None

    def close(self) -> None:
        self.drafts.clear()
        self.storage.close()


async def _nothing(bot: Bot) -> None:
    """Until somebody delivers, a webhook's updates wait."""
