"""Giving an address, changing and removing it, and choosing what is written about."""

from typing import Any

from markupsafe import Markup

from bot.context import Context
from bot.emails import screens
from bot.emails.actions import (
    AskAddress,
    AskRemoval,
    ChooseMail,
    KeepPresent,
    RemoveAddress,
    SendLinkAgain,
    ShowEmail,
)
from bot.prompts import Prompt
from bot.router import Router
from bot.screens import Toast
from bot.texts import Texts
from core.emails import addresses
from core.emails.models import EmailAddress
from core.emails.queries import email_address_of
from core.emails.spelling import AddressInvalid

PROMPT = "emails.address"
TYPED_CHARACTERS = 400
"""What is longer is something to write from, and no answer."""


def register(router: Router) -> None:
    router.press(ShowEmail, on_show)
    router.press(AskAddress, on_ask)
    router.press(SendLinkAgain, on_send_again)
    router.press(KeepPresent, on_keep)
    router.press(AskRemoval, on_ask_removal)
    router.press(RemoveAddress, on_remove)
    router.press(ChooseMail, on_choose)
    router.prompt(PROMPT, on_answer, about="giving an e-mail address")
    router.errors(
        {
            "emails.address_invalid": lambda t, _: t(
                "That isn't an address that mail could go to. It looks like <code>name@example.com</code>."
            ),
            "emails.several_addresses": lambda t, _: t("Those are several. Please send me just one address."),
            "emails.address_too_long": lambda t, _: t(
                "No mailbox has such a long address. Please send me a shorter one."
            ),
            "emails.address_not_ascii": lambda t, _: t(
                "In front of the @, I can only write to letters from a to z, digits and signs. Do you have another?"
            ),
            "emails.too_many_links": _too_many,
            "emails.nothing_pending": lambda t, _: t("No address waits for a link any more."),
        }
    )


async def on_show(context: Context, press: ShowEmail) -> None:
    await context.stop_asking()
    await _show(context, await _row(context))


async def on_ask(context: Context, press: AskAddress) -> None:
    message_id = await context.show(screens.ask(context.texts))
    await context.ask(PROMPT, message_id=message_id)


async def on_answer(context: Context, prompt: Prompt) -> bool:
    """A single word, or something with an @ in it. Anything else is something to write from."""
    typed = context.text
    if len(typed) > TYPED_CHARACTERS or not ("@" in typed or len(typed.split()) == 1):
        return False
    try:
        async with context.deps.tx() as tx:
            row = await addresses.give_address(tx, owner_id=context.actor.id, typed=typed)
    except AddressInvalid:
        await context.ask(PROMPT, **prompt.data)
        raise
    await context.send(screens.email(row, context.texts))
    return True


async def on_send_again(context: Context, press: SendLinkAgain) -> None:
    async with context.deps.tx() as tx:
        row = await addresses.send_link_again(tx, owner_id=context.actor.id)
    await context.toast(Toast(context.texts("Sent.")))
    await _show(context, row)


async def on_keep(context: Context, press: KeepPresent) -> None:
    async with context.deps.tx() as tx:
        row = await addresses.keep_present_address(tx, owner_id=context.actor.id)
    await _show(context, row)


async def on_ask_removal(context: Context, press: AskRemoval) -> None:
    row = await _row(context)
    address = (row.address or row.pending) if row is not None else None
    if address is None:
        await _show(context, row)
    else:
        await context.show(screens.ask_removal(address, context.texts))


async def on_remove(context: Context, press: RemoveAddress) -> None:
    async with context.deps.tx() as tx:
        await addresses.remove_address(tx, owner_id=context.actor.id)
    await context.toast(Toast(context.texts("Removed.")))
    await _show(context, None)


async def on_choose(context: Context, press: ChooseMail) -> None:
    async with context.deps.tx() as tx:
        row = await addresses.choose_mail(tx, owner_id=context.actor.id, category=press.category, wanted=press.wanted)
    await context.toast(Toast(context.texts("Saved.")))
    await _show(context, row)


async def _row(context: Context) -> EmailAddress | None:
    async with context.deps.read() as session:
        return await email_address_of(session, owner_id=context.actor.id)


async def _show(context: Context, row: EmailAddress | None) -> None:
    await context.show(screens.email(row, context.texts))


def _too_many(t: Texts, params: dict[str, Any]) -> Markup:
    minutes = -(-int(params["retry_after_s"]) // 60)
    if minutes > 90:
        return t.plural(
            "Many links were sent there already. Look into your spam folder, or try again in {n} hour.",
            "Many links were sent there already. Look into your spam folder, or try again in {n} hours.",
            -(-minutes // 60),
        )
    return t.plural(
        "A link was sent there a moment ago. Look into your spam folder, or try again in {n} minute.",
        "A link was sent there a moment ago. Look into your spam folder, or try again in {n} minutes.",
        minutes,
    )
