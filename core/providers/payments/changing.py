"""What is bought, changed, cancelled and paid back at Stripe."""

from datetime import UTC, datetime
from typing import Any, Final

from core.errors import ProviderError
from core.providers.payments import looking, reading
from core.providers.payments.contract import (
    Changed,
    ChangeQuote,
    CheckoutOrder,
    CheckoutPage,
    PaymentErrorCode,
    SeenSubscription,
)
from core.providers.payments.sdk import Sdk

GONE_ALREADY: Final = frozenset({"charge_already_refunded", "resource_missing"})


async def customer_for(sdk: Sdk, *, owner: str, name: str, email: str | None) -> str:
    """Looked for before it is made: the key only helps for a day, and the search only finds what is a minute old. Both
    may come up with one that was deleted since; what follows that one has a key of its own."""
    query = f"metadata['{reading.OWNER}']:'{owner}'"
    there = await sdk.call(lambda client: client.v1.customers.search_async(params={"query": query, "limit": 10}))
    for found in there.data:
        if await looking.has_customer(sdk, found.id):
            return found.id
    params: dict[str, Any] = {"name": name[:256], "metadata": {reading.OWNER: owner}}
    if email:
        params["email"] = email
    made = await _made_customer(sdk, params, key=f"customer:{owner}")
    while not await looking.has_customer(sdk, made):
        made = await _made_customer(sdk, params, key=f"customer:{owner}:{made}")
    return made


async def _made_customer(sdk: Sdk, params: dict[str, Any], *, key: str) -> str:
    made = await sdk.call(
        lambda client: client.v1.customers.create_async(
            params=params,  # type: ignore[arg-type] # a plain dict
            options={"idempotency_key": key},
        )
    )
    return made.id


async def open_checkout(sdk: Sdk, order: CheckoutOrder) -> CheckoutPage:
    """What we want to find again stands on the session and on the subscription: Stripe doesn't copy it."""
    ours = {reading.OWNER: order.owner, reading.PLAN: order.plan_key}
    session = await sdk.call(
        lambda client: client.v1.checkout.sessions.create_async(
            params={
                "mode": "subscription",
                "customer": order.customer_id,
                "client_reference_id": order.owner,
                "line_items": [{"price": order.price_id, "quantity": 1}],
                "metadata": ours,
                "subscription_data": {"metadata": ours},
                "success_url": order.success_url,
                "cancel_url": order.cancel_url,
                "locale": "auto",
            },
            options={"idempotency_key": order.key},
        )
    )
    return CheckoutPage(session.id, session.url or "", datetime.fromtimestamp(session.expires_at, UTC))


async def close_checkout(sdk: Sdk, checkout_id: str) -> None:
    try:
        await sdk.call(lambda client: client.v1.checkout.sessions.expire_async(checkout_id))
    except ProviderError as error:
        if error.error_code not in {PaymentErrorCode.BAD_REQUEST, PaymentErrorCode.NOT_THERE}:
            raise


async def quote_change(sdk: Sdk, subscription: SeenSubscription, *, price_id: str) -> ChangeQuote:
    """Only what the change itself costs: the preview of an immediate invoice has nothing else on it."""
    asked_at = datetime.now(UTC).replace(microsecond=0)
    asked_at = min(max(asked_at, subscription.period_start), subscription.period_end)
    preview = await sdk.call(
        lambda client: client.v1.invoices.create_preview_async(
            params={
                "customer": subscription.customer_id,
                "subscription": subscription.id,
                "subscription_details": {
                    "items": [{"id": subscription.item_id, "price": price_id}],
                    "proration_behavior": "always_invoice",
                    "proration_date": int(asked_at.timestamp()),
                },
            }
        )
    )
    return ChangeQuote(preview.total, preview.currency.upper(), asked_at)


async def change_now(
    sdk: Sdk, subscription: SeenSubscription, *, price_id: str, asked_at: datetime, key: str
) -> Changed:
    await forget_change(sdk, subscription)
    changed = await sdk.call(
        lambda client: client.v1.subscriptions.update_async(
            subscription.id,
            params={
                "items": [{"id": subscription.item_id, "price": price_id}],
                "proration_behavior": "always_invoice",
                "proration_date": int(asked_at.timestamp()),
                "payment_behavior": "pending_if_incomplete",
                "expand": ["latest_invoice"],
            },
            options={"idempotency_key": key},
        )
    )
    told = changed.to_dict()
    if told.get("pending_update") is None:
        return Changed()
    return Changed(pay_url=(told.get("latest_invoice") or {}).get("hosted_invoice_url"))


async def change_later(sdk: Sdk, subscription: SeenSubscription, *, price_id: str, owner: str, plan_key: str) -> None:
    """A schedule of two phases: what is paid for, and a month of the new price, after which the schedule lets go."""
    schedule_id = subscription.schedule_id
    if schedule_id is None:
        made = await sdk.call(
            lambda client: client.v1.subscription_schedules.create_async(params={"from_subscription": subscription.id})
        )
        schedule_id = made.id
    ours = {reading.OWNER: owner, reading.PLAN: plan_key}
    await sdk.call(
        lambda client: client.v1.subscription_schedules.update_async(
            schedule_id,
            params={
                "end_behavior": "release",
                "proration_behavior": "none",
                "phases": [
                    {
                        "items": [{"price": subscription.price.id, "quantity": 1}],
                        "start_date": int(subscription.period_start.timestamp()),
                        "end_date": int(subscription.period_end.timestamp()),
                    },
                    {
                        "items": [{"price": price_id, "quantity": 1}],
                        "duration": {"interval": "month", "interval_count": 1},
                        "metadata": ours,
                    },
                ],
            },
        )
    )


async def forget_change(sdk: Sdk, subscription: SeenSubscription) -> None:
    """Whatever a schedule manages takes no other change."""
    schedule_id = subscription.schedule_id
    if schedule_id is not None:
        await sdk.call(lambda client: client.v1.subscription_schedules.release_async(schedule_id))


async def cancel_at_period_end(sdk: Sdk, subscription: SeenSubscription) -> None:
    await forget_change(sdk, subscription)
    await sdk.call(
        lambda client: client.v1.subscriptions.update_async(subscription.id, params={"cancel_at_period_end": True})
    )


async def resume(sdk: Sdk, subscription: SeenSubscription) -> None:
    """The portal may have set a date instead of the period's end."""
    await sdk.call(lambda client: client.v1.subscriptions.update_async(subscription.id, params={"cancel_at": ""}))


async def cancel_at_once(sdk: Sdk, subscription_id: str) -> None:
    try:
        await sdk.call(
            lambda client: client.v1.subscriptions.cancel_async(
                subscription_id, params={"invoice_now": False, "prorate": False}
            )
        )
    except ProviderError as error:
        if error.error_code != PaymentErrorCode.NOT_THERE:  # cancelled ones can't be cancelled
            raise


async def delete_customer(sdk: Sdk, customer_id: str) -> None:
    """https://docs.stripe.com/api/customers/delete"""
    try:
        await sdk.call(lambda client: client.v1.customers.delete_async(customer_id))
    except ProviderError as error:
        if error.error_code != PaymentErrorCode.NOT_THERE:
            raise


async def refund(sdk: Sdk, payment_id: str, *, key: str) -> None:
    params: dict[str, Any] = {"payment_intent" if payment_id.startswith("pi_") else "charge": payment_id}
    try:
        await sdk.call(
            lambda client: client.v1.refunds.create_async(params=params, options={"idempotency_key": key})  # type: ignore[arg-type]
        )
    except ProviderError as error:
        if error.params.get("reason") not in GONE_ALREADY:
            raise
