"""The bot put together: the ordered list of features, and the way of an update through them."""

import time
from dataclasses import dataclass

import structlog
from telegram import Bot, Update

from bot import (
    accounts,
    admin,
    analyses,
    approvals,
    billing,
    brands,
    channels,
    connections,
    deliveries,
    digests,
    emails,
    evergreen,
    images,
    imports,
    podcasts,
    posts,
    publishing,
    queues,
    scripts,
    series,
    sources,
    templates,
    videos,
    viral,
    voiceovers,
)
from bot.channels.connecting import answer_anonymous
from bot.channels.membership import note_chat_news
from bot.context import Context
from bot.errors import answer_error, answer_without_context, outcome_of
from bot.inline import answer_inline, came_through, is_inline
from bot.middleware import ActionCounter, Actors
from bot.prompts import Prompts
from bot.router import Router
from bot.texts import Texts
from core.accounts.service import mark_blocked
from core.db import TelegramId
from core.deps import Deps
from core.metrics import Meter

log = structlog.get_logger()

FEATURES = (
    accounts,
    emails,
    admin,
    billing,
    posts,
    brands,
    deliveries,
    approvals,
    channels,
    connections,
    queues,
    evergreen,
    series,
    templates,
    images,
    imports,
    podcasts,
    voiceovers,
    viral,
    digests,
    analyses,
    scripts,
    videos,
    publishing,
    sources,
)
"""In the order in which they are asked. `sources` takes whatever nobody else wanted, so it comes last."""


def build_router() -> Router:
    """All handlers."""
    router = Router()
    for feature in FEATURES:
        feature.register(router)
    return router


@dataclass(frozen=True, slots=True)
class Application:
    """What happens to an update."""

    deps: Deps
    bot: Bot
    router: Router
    actors: Actors
    prompts: Prompts
    actions: ActionCounter
    meter: Meter

    async def handle(self, update: Update) -> None:
        """Find who it is and what they want, and answer; whatever goes wrong is answered, too."""
        began = time.monotonic()
        outcome = "crashed"
        try:
            outcome = await self._handle(update)
        finally:
            self.meter.observe("update_seconds", time.monotonic() - began, kind=kind_of(update), outcome=outcome)

    async def _handle(self, update: Update) -> str:
        """Gives the outcome as a word."""
        if is_inline(update):
            return await answer_inline(self.deps, self.bot, update)
        if came_through(update, self.bot):
            return "ignored"
        if await note_chat_news(self.deps, update):
            return "noted"
        user = update.effective_user
        if user is None or user.is_bot:
            return "answered" if await answer_anonymous(self.bot, update.message) else "ignored"
        with structlog.contextvars.bound_contextvars(request_id=f"update:{update.update_id}"):
            if update.my_chat_member is not None:
                await self._note_membership(update)
                return "noted"
            try:
                context = await self._context_of(update)
            except Exception as error:
                await answer_without_context(self.bot, update, error)
                return "crashed"
            return await self._answer(context) if context is not None else "ignored"

    async def _answer(self, context: Context) -> str:
        try:
            service = self.router.service_of(context.update)
            if service is not None:
                await service(context)
                return "answered"
            if not self.actions.admit(context.actor):
                return "flood"
            await self.router.route(context)
        except Exception as error:
            await answer_error(self.router, context, error)
            return outcome_of(error)
        return "answered"

    async def _context_of(self, update: Update) -> Context | None:
        user = update.effective_user
        taken = update.message or update.edited_message or update.callback_query or update.pre_checkout_query
        if user is None or not taken:
            return None
        actor = await self.actors.actor_of(user)
        return Context(
            deps=self.deps,
            bot=self.bot,
            update=update,
            actor=actor,
            texts=Texts(actor.language),
            prompts=self.prompts,
            forget_actor=lambda: self.actors.forget(user.id),
            run=self.router.perform,
        )

    async def _note_membership(self, update: Update) -> None:
        """A private chat tells of being blocked and unblocked this way."""
        change = update.my_chat_member
        if change is None or change.chat.type != "private":
            return
        self.actors.forget(change.from_user.id)
        async with self.deps.tx() as tx:
            blocked = change.new_chat_member.status == "kicked"
            await mark_blocked(tx, telegram_user_id=TelegramId(change.from_user.id), blocked=blocked)


def kind_of(update: Update) -> str:
    """For figures: few words, whatever people send."""
    if update.callback_query is not None:
        return "press"
    if update.message is not None:
        return "command" if (update.message.text or "").startswith("/") else "message"
    if is_inline(update):
        return "inline"
    return "edit" if update.edited_message is not None else "other"


def build_application(deps: Deps, bot: Bot) -> Application:
    return Application(
        deps=deps,
        bot=bot,
        router=build_router(),
        actors=Actors(deps),
        prompts=Prompts(deps.redis),
        actions=ActionCounter(deps.redis),
        meter=Meter(deps.redis),
    )
