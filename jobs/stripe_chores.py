"""What a person has done at Stripe from the command line."""

import asyncio
from typing import Literal

from rich.console import Console
from rich.table import Table

from core.billing.checkout import CardsNotTaken, payments_of, sellable_plans, sold_price_ids
from core.deps import Deps, open_deps
from core.errors import AppError, ProviderError
from core.providers.payments.contract import CatalogueLine, PaymentErrorCode
from core.schema import is_newest
from core.settings import Settings
from jobs.stripe import resync

ADVICE = {
    PaymentErrorCode.KEY_REFUSED: "Stripe refuses the key: check STRIPE_SECRET_KEY, and a restricted one's rights.",
    PaymentErrorCode.UNAVAILABLE: "Stripe can't be reached (the sandbox's is there while `postaify up` runs).",
    CardsNotTaken.code: "Nobody takes cards here: set STRIPE_SECRET_KEY, and BILLING_RAILS with stripe in it.",
}


def do(settings: Settings, chore: Literal["sync", "resync"], console: Console) -> bool:
    """`sync`: products, prices, portal and webhook endpoint as the plans want them. `resync`: have everybody looked
    into who ever paid by card; workers do it. False when it couldn't be done; what to do then is printed."""
    return asyncio.run(_do(settings, chore, console))


async def _do(settings: Settings, chore: Literal["sync", "resync"], console: Console) -> bool:
    if not await is_newest(settings):
        console.print("The database isn't ready: run `postaify migrate` first.", soft_wrap=True)
        return False
    async with open_deps(settings) as deps:
        try:
            if chore == "sync":
                await sync(deps, console)
            else:
                console.print(f"{await resync(deps)} customers will be looked into.")
        except AppError as error:
            reason = error.params.get("message") if isinstance(error, ProviderError) else None
            told = ADVICE.get(error.error_code) or f"Stripe says: {reason or error.error_code}"
            console.print(told, markup=False, soft_wrap=True)
            return False
    return True


async def sync(deps: Deps, console: Console) -> None:
    """The same with what is open already. Raises CardsNotTaken, ProviderError."""
    payments = payments_of(deps)
    lines = list(await payments.sync_catalogue(await sellable_plans(deps)))
    lines.append(await payments.sync_portal(await sold_price_ids(deps)))
    url, secret = deps.settings.stripe_webhook_url, None
    if url is not None:
        line, secret = await payments.sync_webhook(url)
        lines.append(line)
    console.print(_table(lines, title=f"Stripe, {'live' if payments.livemode else 'test'} mode"))
    if url is None and not deps.settings.stripe_in_sandbox:
        console.print("No webhook: set WEB_PUBLIC_URL to where Stripe can reach the web service, and sync again.")
    if secret is not None:
        console.print("Put this into .env; Stripe doesn't say it again:", soft_wrap=True)
        console.print(f"STRIPE_WEBHOOK_SECRET={secret}", markup=False, soft_wrap=True)


def _table(lines: list[CatalogueLine], *, title: str) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for column in ("what", "did", "id", ""):
        table.add_column(column, overflow="fold")
    for line in lines:
        table.add_row(line.thing, line.did, line.id, line.note)
    return table
