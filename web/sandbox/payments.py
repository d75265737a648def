"""Telegram Stars: invoices, the question before the payment, payments, refunds, subscriptions."""

import secrets

from web.sandbox.errors import bad_request, invalid, not_found
from web.sandbox.model import Bot, Json, Message
from web.sandbox.posting import post
from web.sandbox.queries import PRE_CHECKOUT_LIFE_S
from web.sandbox.state import World

SUBSCRIPTION_PERIOD_S = 30 * 24 * 3600


def open_invoice(world: World, bot: Bot, invoice: Json) -> str:
    """Keep an invoice, and give the name in its link."""
    slug = secrets.token_urlsafe(12)
    world.invoices[slug] = {**invoice, "bot_id": bot.id, "slug": slug}
    world.storage.put("invoice", slug, world.invoices[slug])
    return slug


def place_invoice(world: World, slug: str, chat_id: int, message_id: int) -> None:
    """Remember which message shows the invoice."""
    world.invoices[slug] |= {"chat_id": chat_id, "message_id": message_id}
    world.storage.put("invoice", slug, world.invoices[slug])


def invoice_in(world: World, message: Message) -> str:
    """The name of the invoice that a message shows."""
    place = {"chat_id": message.chat_id, "message_id": message.id}
    shown = (slug for slug, invoice in world.invoices.items() if place.items() <= invoice.items())
    if "invoice" not in message.content or (slug := next(shown, None)) is None:
        raise not_found("invoice")
    return slug


def invoice_called(world: World, slug: str) -> Json:
    """What stands behind an invoice's link. Raises when there is none."""
    invoice = world.invoices.get(slug)
    if invoice is None:
        raise not_found("invoice")
    return invoice


async def pay(world: World, user_id: int, slug: str) -> Json:
    """Try to pay: the bot is asked first and has 10 s to answer. {"status": "paid" or "refused", "error"?}."""
    invoice = invoice_called(world, slug)
    user = world.user(user_id)
    bot_id: int = invoice["bot_id"]
    query = world.queries.open(bot_id=bot_id, user_id=user_id, life_s=PRE_CHECKOUT_LIFE_S, about={"invoice": slug})
    terms = {name: invoice[name] for name in ("currency", "total_amount", "invoice_payload")}
    question = {"id": query.id, "from": user.public(), **terms}
    world.queues[bot_id].push("pre_checkout_query", question, source=str(user_id))
    world.storage.commit()
    answer = await world.queries.wait(query.id, PRE_CHECKOUT_LIFE_S)
    if answer is None:
        return {"status": "refused", "error": "The bot did not answer in time."}
    if not answer["ok"]:
        return {"status": "refused", "error": answer["error_message"]}
    charge(world, user_id, invoice)
    return {"status": "paid"}


def charge(world: World, user_id: int, invoice: Json, *, first: str | None = None) -> Json:
    """Take the stars, and tell the bot. Later payments of a subscription name its `first` one."""
    charge_id = f"stx{secrets.token_urlsafe(32)}"
    now = int(world.now())
    told: Json = {name: invoice[name] for name in ("currency", "total_amount", "invoice_payload")}
    if invoice.get("subscription_period"):
        begins = max(now, _paid_until(world, first)) if first else now
        told |= {"subscription_expiration_date": begins + invoice["subscription_period"], "is_recurring": True}
        told |= {} if first else {"is_first_recurring": True}
    told |= {"telegram_payment_charge_id": charge_id, "provider_payment_charge_id": f"sandbox_{charge_id[3:15]}"}
    payment = {"user_id": user_id, "bot_id": invoice["bot_id"], "slug": invoice["slug"], "amount": told["total_amount"],
               "date": now, "first": first or charge_id, "refunded": False, "cancelled": False,
               "told": told}  # fmt: skip
    keep_payment(world, charge_id, payment)
    chat = world.private_chat(world.bots[invoice["bot_id"]], user_id)
    post(world, chat, user_id, {"successful_payment": told})
    return told


def keep_payment(world: World, charge_id: str, payment: Json) -> None:
    world.payments[charge_id] = payment
    world.storage.put("payment", charge_id, payment)


def renew(world: World, charge_id: str) -> Json:
    """The next month of a subscription, as Telegram would take it. Raises when it was cancelled."""
    payment = world.payments.get(charge_id)
    if payment is None:
        raise not_found("payment")
    invoice = world.invoices[payment["slug"]]
    if first_payment(world, payment)["cancelled"] or not invoice.get("subscription_period"):
        raise invalid("this payment is not renewed")
    return charge(world, payment["user_id"], invoice, first=payment["first"])


def first_payment(world: World, payment: Json) -> Json:
    """The one that a subscription began with: whether it is renewed stands there, whichever charge names it."""
    return world.payments[payment["first"]]


def set_renewal(world: World, payment: Json, *, cancelled: bool) -> None:
    """Have a subscription renewed, or not. Raises when it has run out: then only paying anew begins it again."""
    if _paid_until(world, payment["first"]) <= world.now():
        raise bad_request("SUBSCRIPTION_NOT_ACTIVE")
    keep_payment(world, payment["first"], {**first_payment(world, payment), "cancelled": cancelled})


def _paid_until(world: World, first: str) -> int:
    told = [each["told"] for each in world.payments.values() if each["first"] == first]
    return max(int(each["subscription_expiration_date"]) for each in told)
