"""/admin: the way to everything that only admins do."""

from bot.admin import payer_screens, payers, screens, spending
from bot.admin.access import for_admins, is_admin
from bot.admin.actions import ShowAdmin, ShowCredits
from bot.billing.actions import AnswerPayer, RefundPayment, ShowPayer, ShowTrail
from bot.context import Context
from bot.router import Router
from core.broadcasts.service import latest_broadcast
from core.viral.credits import credits_by_day

COMMAND = "admin"


def register(router: Router) -> None:
    async def on_admin(context: Context) -> None:
        """For anybody else there is no such command."""
        if await is_admin(context):
            await _answer(context)
        elif router.unknown is not None:
            await router.unknown(context, COMMAND)

    router.command(COMMAND, on_admin, menu="For admins", for_admins=True)
    router.press(ShowAdmin, for_admins(on_show_admin))
    router.press(ShowCredits, for_admins(on_show_credits))
    router.press(ShowPayer, for_admins(payers.on_show_payer))
    router.press(ShowTrail, for_admins(payers.on_show_trail))
    router.press(AnswerPayer, for_admins(payers.on_answer))
    router.prompt(payers.PROMPT, payers.on_words, about="the answer to a user")
    router.press(RefundPayment, for_admins(payers.on_refund))
    router.error("billing.refund_at_stripe", lambda t, _: t("Payments by card are refunded at Stripe; I hear of it."))
    router.error("billing.not_refundable", payer_screens.not_refundable)
    router.error("accounts.user_not_found", lambda t, _: t("Nobody here has this Telegram id."))


async def on_show_admin(context: Context, press: ShowAdmin) -> None:
    await _show(context)


async def on_show_credits(context: Context, press: ShowCredits) -> None:
    async with context.deps.read() as session:
        uses = await credits_by_day(session, now=context.deps.clock.now())
    await context.show(spending.by_day(uses, context.texts))


async def _answer(context: Context) -> None:
    """`/admin user <Telegram id>`, `/admin refund <charge>`, or the first screen."""
    word, _, rest = context.arguments.partition(" ")
    if word == "user":
        await payers.show_user(context, rest.strip())
    elif word == "refund":
        await payers.show_refund(context, rest.strip())
    else:
        await _show(context)


async def _show(context: Context) -> None:
    async with context.deps.read() as session:
        latest = await latest_broadcast(session)
    await context.show(screens.admin(latest, context.texts))
