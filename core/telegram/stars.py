"""What Telegram does about Stars beside taking them: giving back, renewing no more, and its list of what moved."""

from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVar

import structlog
from telegram import Bot, StarTransaction, TransactionPartnerUser
from telegram.error import BadRequest, TelegramError

from core.errors import Conflict, ProviderError
from core.settings import Settings
from core.telegram.client import open_plain_bot

log = structlog.get_logger()

T = TypeVar("T")

PAGE: Final = 100
"""The most that are told at once. https://core.telegram.org/bots/api#getstartransactions"""
FOR_AN_INVOICE: Final = "invoice_payment"
ALREADY: Final = "CHARGE_ALREADY_REFUNDED"
"""Telegram's word, of which the library changes the case."""


@dataclass(frozen=True, slots=True)
class Movement:
    """Stars that came in, or went back (then `charge_id` is that of the payment). `payload` is our invoice's; None for
    whatever else moves Stars."""

    charge_id: str
    telegram_id: int | None
    """Of whom they are from, or went to."""
    payload: str | None
    amount: int
    at: datetime
    period: timedelta | None
    came_in: bool


class Stars:
    """A bot's Stars. Every verb raises ProviderError when Telegram can't be asked, and can be said again."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def end_renewal(self, telegram_id: int, charge_id: str) -> None:
        """Have a subscription renewed no more. One that has ended meanwhile has nothing to be ended."""
        try:
            await _asked(self._bot.edit_user_star_subscription(telegram_id, charge_id, is_canceled=True))
        except BadRequest as refusal:
            log.warning("billing.renewal_not_ended", detail=refusal.message)

    async def give_back(self, telegram_id: int, charge_id: str) -> None:
        """Refund a payment. What went back already is as good. Raises Conflict "billing.not_refundable"."""
        try:
            await _asked(self._bot.refund_star_payment(telegram_id, charge_id))
        except BadRequest as refusal:
            if ALREADY not in refusal.message.upper():
                raise Conflict("billing.not_refundable", detail=refusal.message) from refusal

    async def settle(self, telegram_id: int, charge_id: str, *, ended: str | None, is_second: bool) -> None:
        """What a payment leaves to be done: a subscription `ended` by it, and money that goes back."""
        if is_second:
            await self.give_back(telegram_id, charge_id)
        if ended is not None:
            await self.end_renewal(telegram_id, ended)

    async def movements(self, *, skip: int) -> AsyncIterator[list[Movement]]:
        """Page by page all that moved, the oldest first, behind the first `skip`."""
        while True:
            page = (await _asked(self._bot.get_star_transactions(offset=skip, limit=PAGE))).transactions
            if page:
                yield [_movement(each) for each in page]
            if len(page) < PAGE:
                return
            skip += len(page)


@asynccontextmanager
async def open_stars(settings: Settings) -> AsyncIterator[Stars]:
    """For who has no bot at hand."""
    async with open_plain_bot(settings) as bot:
        yield Stars(bot)


async def _asked(call: Awaitable[T]) -> T:
    """Raises ProviderError, and BadRequest for what Telegram refuses."""
    try:
        return await call
    except BadRequest:
        raise
    except TelegramError as exc:
        raise ProviderError(
            "telegram.unavailable", provider="telegram", retryable=True, reason=type(exc).__name__
        ) from exc


def _movement(told: StarTransaction) -> Movement:
    partner = told.source or told.receiver
    user = partner if isinstance(partner, TransactionPartnerUser) else None
    ours = user if user is not None and user.transaction_type == FOR_AN_INVOICE else None
    return Movement(
        charge_id=told.id,
        telegram_id=user.user.id if user is not None else None,
        payload=ours.invoice_payload if ours is not None else None,
        amount=abs(told.amount),
        at=told.date,
        period=ours.subscription_period if ours is not None else None,
        came_in=told.source is not None,
    )
