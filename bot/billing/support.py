"""/paysupport: help with payments, and a question to whoever runs the bot."""

from typing import Final

from bot.billing import support_screens as screens
from bot.billing.actions import AskSupport
from bot.context import Context
from bot.prompts import Prompt
from bot.router import Router
from core.billing.policy import policy_of
from core.billing.support import ask_support
from core.errors import InvalidInput
from core.limits import RateLimit, hit

PROMPT: Final = "billing.support"
QUESTIONS: Final = RateLimit("questions", most=5, window_s=86_400)


def register(router: Router) -> None:
    router.command("paysupport", on_pay_support)
    router.press(AskSupport, on_ask)
    router.prompt(PROMPT, on_question, about="the question about a payment")


async def on_pay_support(context: Context) -> None:
    await context.send(screens.help_with_payments(context.texts))


async def on_ask(context: Context, press: AskSupport) -> None:
    await context.ask(PROMPT)
    await context.send(screens.ask(context.texts))


async def on_question(context: Context, prompt: Prompt) -> None:
    """What can't be brought leaves the question open."""
    try:
        async with context.deps.tx() as tx:
            await ask_support(tx, policy_of(context.deps.settings), owner_id=context.actor.id, text=context.text)
            await hit(context.deps.redis, QUESTIONS, str(context.actor.telegram_id))
    except InvalidInput:
        await context.ask(prompt.name, **prompt.data)
        raise
    await context.send(screens.asked(context.texts))
