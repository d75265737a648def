"""`Payments` at Stripe: what each verb means there stands in looking.py, changing.py, portal.py and catalogue.py."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime

import httpx
from pydantic import SecretStr

from core.providers.payments import catalogue, changing, looking, portal
from core.providers.payments.contract import (
    CatalogueLine,
    Changed,
    ChangeQuote,
    CheckoutOrder,
    CheckoutPage,
    PortalFlow,
    SeenCheckout,
    SeenCustomer,
    SeenEvent,
    SeenPrice,
    SeenSubscription,
    Sellable,
)
from core.providers.payments.sdk import API_BASE, Sdk


class StripeAccount:
    """The account of a secret key, by the unmodified SDK."""

    def __init__(self, http: httpx.AsyncClient, *, key: SecretStr, base_url: str = API_BASE) -> None:
        self._sdk = Sdk(http, key=key, base_url=base_url)
        self.livemode = "_live_" in key.get_secret_value()[:8]

    async def customer_for(self, *, owner: str, name: str, email: str | None = None) -> str:
        return await changing.customer_for(self._sdk, owner=owner, name=name, email=email)

    async def has_customer(self, customer_id: str) -> bool:
        return await looking.has_customer(self._sdk, customer_id)

    async def delete_customer(self, customer_id: str) -> None:
        await changing.delete_customer(self._sdk, customer_id)

    async def customer(self, customer_id: str) -> SeenCustomer:
        return await looking.customer(self._sdk, customer_id)

    async def customer_behind(self, payment_id: str) -> str | None:
        return await looking.customer_behind(self._sdk, payment_id)

    def customers(self) -> AsyncIterator[str]:
        return looking.customers(self._sdk)

    def events(self, *, since: datetime) -> AsyncIterator[SeenEvent]:
        return looking.events(self._sdk, since=since, types=catalogue.EVENTS)

    async def price_for(self, plan_key: str) -> SeenPrice | None:
        return await looking.price_for(self._sdk, plan_key)

    async def price(self, price_id: str) -> SeenPrice:
        return await looking.price(self._sdk, price_id)

    async def open_checkout(self, order: CheckoutOrder) -> CheckoutPage:
        return await changing.open_checkout(self._sdk, order)

    async def checkout(self, checkout_id: str) -> SeenCheckout:
        return await looking.checkout(self._sdk, checkout_id)

    async def close_checkout(self, checkout_id: str) -> None:
        await changing.close_checkout(self._sdk, checkout_id)

    async def open_portal(
        self, customer_id: str, *, return_url: str, flow: PortalFlow | None = None, about: str | None = None
    ) -> str:
        return await portal.open_portal(self._sdk, customer_id, return_url=return_url, flow=flow, about=about)

    async def quote_change(self, subscription: SeenSubscription, *, price_id: str) -> ChangeQuote:
        return await changing.quote_change(self._sdk, subscription, price_id=price_id)

    async def change_now(
        self, subscription: SeenSubscription, *, price_id: str, asked_at: datetime, key: str
    ) -> Changed:
        return await changing.change_now(self._sdk, subscription, price_id=price_id, asked_at=asked_at, key=key)

    async def change_later(self, subscription: SeenSubscription, *, price_id: str, owner: str, plan_key: str) -> None:
        await changing.change_later(self._sdk, subscription, price_id=price_id, owner=owner, plan_key=plan_key)

    async def forget_change(self, subscription: SeenSubscription) -> None:
        await changing.forget_change(self._sdk, subscription)

    async def cancel_at_period_end(self, subscription: SeenSubscription) -> None:
        await changing.cancel_at_period_end(self._sdk, subscription)

    async def resume(self, subscription: SeenSubscription) -> None:
        await changing.resume(self._sdk, subscription)

    async def cancel_at_once(self, subscription_id: str) -> None:
        await changing.cancel_at_once(self._sdk, subscription_id)

    async def refund(self, payment_id: str, *, key: str) -> None:
        await changing.refund(self._sdk, payment_id, key=key)

    async def sync_catalogue(self, plans: Sequence[Sellable]) -> Sequence[CatalogueLine]:
        return await catalogue.sync_catalogue(self._sdk, plans)

    async def sync_portal(self, price_ids: Sequence[str]) -> CatalogueLine:
        return await portal.sync_portal(self._sdk, price_ids)

    async def sync_webhook(self, url: str) -> tuple[CatalogueLine, str | None]:
        return await catalogue.sync_webhook(self._sdk, url)

    async def account_facts(self) -> Mapping[str, str]:
        """Prices that are there under our names, and the webhook endpoint's state."""
        return await catalogue.facts(self._sdk)
