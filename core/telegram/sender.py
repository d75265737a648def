"""Sending content of any length to a chat, part by part, with an honest answer about each."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import IO, TYPE_CHECKING, Final

import structlog
import telegram
from telegram.error import TelegramError

from core.errors import InvalidInput, NotFound, ProviderError
from core.telegram.calls import MediaSource, Ready, call, opened
from core.telegram.client import open_limiter, open_plain_bot
from core.telegram.content import Content, SentPart
from core.telegram.errors import FloodWait
from core.telegram.failures import failure_of
from core.telegram.limiter import Limiter, LimiterAway, Priority
from core.telegram.markup import MarkupInvalid
from core.telegram.outcomes import Delivered, Failure, Outcome, Refusal, Refused, SafeToRetry
from core.telegram.parts import Part, parts_of
from core.telegram.stored import StoredMedia

if TYPE_CHECKING:
    from core.deps import Deps

log = structlog.get_logger()

Sent = SentPart | Failure
STORAGE_RETRY_S: Final = 5.0

BeforeTurn = Callable[[], None]
"""Called when the part's files are at hand and it begins to wait for its turn."""
BeforePart = Callable[[int], Awaitable[None]]
"""Awaited with the part's index after its turn has come and before its call: commit that it is being sent."""
LastLook = Callable[[], None]
"""Called right before a part's call, whatever has held it up since: what it raises keeps the call from being made."""
AfterPart = Callable[[int, SentPart], Awaitable[None]]
"""Awaited with the part's index once it is there and another is to follow: commit that. The last one is told of by the
outcome."""


@dataclass(frozen=True, slots=True)
class _Hooks:
    priority: Priority
    before_turn: BeforeTurn | None
    before_part: BeforePart | None
    last_look: LastLook | None


class NoMedia:
    """Where there is no storage: nothing can be uploaded from it."""

    def open(self, key: str) -> AbstractAsyncContextManager[IO[bytes]]:
        raise NotFound("storage.not_found", key=key)


class Sender:
    """Sends within the shared limit. `bot` must have no rate limiter of its own."""

    def __init__(self, bot: telegram.Bot, limiter: Limiter, media: MediaSource | None = None) -> None:
        self._bot = bot
        self._limiter = limiter
        self._media = media or NoMedia()

    async def send(
        self,
        chat_id: int,
        content: Content,
        *,
        priority: Priority = Priority.BULK,
        already_sent: Sequence[SentPart] = (),
        before_turn: BeforeTurn | None = None,
        before_part: BeforePart | None = None,
        last_look: LastLook | None = None,
        after_part: AfterPart | None = None,
    ) -> Outcome:
        """Send what isn't there yet: all parts but the first `len(already_sent)`.

        Raises only what the callbacks raise, and then makes no further call: `before_part` is the place to find out
        that somebody else has the delivery now. Cancelled between `last_look` and `after_part`, the part's state is
        unknown; before, it surely isn't there.
        """
        try:
            parts = parts_of(content)
        except MarkupInvalid as exc:
            return Refused(Refusal.BAD_CONTENT, str(exc), parts=tuple(already_sent))
        hooks = _Hooks(priority, before_turn, before_part, last_look)
        sent = list(already_sent)
        for index, part in enumerate(parts[len(sent) :], start=len(sent)):
            result = await self._send_part(chat_id, content, part, index, hooks)
            if not isinstance(result, SentPart):
                return replace(result, parts=tuple(sent))
            sent.append(result)
            if after_part and len(sent) < len(parts):
                await after_part(index, result)
        return Delivered(tuple(sent))

    async def pin(self, chat_id: int, message_id: int, *, silent: bool) -> Failure | None:
        """Pin a message within the shared limit; None when it is. Again, it does no harm.

        https://core.telegram.org/bots/api#pinchatmessage
        """
        try:
            turn = await self._limiter.acquire(chat_id, priority=Priority.STATUS, edit=True)
            await self._limiter.start(turn)
        except LimiterAway as exc:
            return SafeToRetry(exc.retry_after_s or 1.0, exc.error_code)
        try:
            await self._bot.pin_chat_message(chat_id, message_id, disable_notification=silent)
        except TelegramError as exc:
            if isinstance(exc, FloodWait):
                await self._limiter.pause(exc.seconds, chat=chat_id)
            return failure_of(exc)
        return None

    def waiting(self, priority: Priority) -> int:
        """How many calls of this process that are no more urgent wait for their turn."""
        return self._limiter.waiting(priority)

    async def preview(self, chat_id: int, draft_id: int, text: str) -> float:
        """Stream a text that is still being written into a private chat; it vanishes by itself.

        Gives the seconds for which Telegram wants to be left alone: 0, or more after a 429; infinite where it can't be.
        https://core.telegram.org/bots/api#sendmessagedraft
        """
        try:
            await self._bot.send_message_draft(chat_id, draft_id, text)
        except FloodWait as exc:
            return exc.seconds
        except TelegramError as exc:
            log.info("telegram.preview_not_shown", chat_id=chat_id, detail=exc.message)
            return float("inf")
        return 0.0

    async def _send_part(self, chat_id: int, content: Content, part: Part, index: int, hooks: _Hooks) -> Sent:
        async with AsyncExitStack() as files:
            try:
                ready = await opened(part.media, self._media, files)
            except (NotFound, InvalidInput) as exc:
                return Refused(Refusal.BAD_MEDIA, str(exc))
            except ProviderError as exc:
                return SafeToRetry(exc.retry_after_s or STORAGE_RETRY_S, str(exc))
            if hooks.before_turn:
                hooks.before_turn()
            return await self._call_in_turn(chat_id, content, part, ready, index, hooks)

    async def _call_in_turn(
        self, chat_id: int, content: Content, part: Part, ready: Sequence[Ready], index: int, hooks: _Hooks
    ) -> Sent:
        edit = content.edit is not None
        try:
            turn = await self._limiter.acquire(chat_id, priority=hooks.priority, messages=part.messages, edit=edit)
            if hooks.before_part:
                await hooks.before_part(index)
            begun = await self._limiter.start(turn)
        except LimiterAway as exc:
            return SafeToRetry(exc.retry_after_s or 1.0, exc.error_code)
        if hooks.last_look:
            hooks.last_look()
        try:
            return await call(self._bot, chat_id, content, part, ready)
        except TelegramError as exc:
            return await self._failure(chat_id, content, exc)
        finally:
            await self._limiter.ended(begun)

    async def _failure(self, chat_id: int, content: Content, error: TelegramError) -> Sent:
        if isinstance(error, FloodWait):
            await self._limiter.pause(error.seconds, chat=chat_id)
        failure = failure_of(error)
        if failure is None:
            return SentPart(message_id=content.edit or 0)
        log.info("telegram.not_sent", outcome=type(failure).__name__, chat_id=chat_id, detail=error.message)
        return failure


@asynccontextmanager
async def open_sender(deps: "Deps", media: MediaSource | None = None) -> AsyncIterator[Sender]:
    """The sender of a process, with connections of its own. Uploads come from the storage."""
    async with open_plain_bot(deps.settings) as bot:
        limiter = open_limiter(deps.settings, deps.redis)
        async with limiter.keeping():
            yield Sender(bot, limiter, media or StoredMedia(deps.storage))
