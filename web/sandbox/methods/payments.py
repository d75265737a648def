"""Payments in Telegram Stars."""

from web.sandbox.call import Call, method
from web.sandbox.errors import bad_request
from web.sandbox.methods.sending import send
from web.sandbox.model import Json
from web.sandbox.payments import SUBSCRIPTION_PERIOD_S, keep_payment, open_invoice, place_invoice, set_renewal
from web.sandbox.posting import post

STARS = "XTR"
MOST_STARS = 10_000
LINK = "https://t.me/$"


@method("createInvoiceLink")
def create_invoice_link(call: Call) -> str:
    return LINK + open_invoice(call.world, call.bot, _invoice(call))


@method("sendInvoice")
def send_invoice(call: Call) -> Json:
    invoice = _invoice(call)
    slug = open_invoice(call.world, call.bot, invoice)
    shown = {name: invoice[name] for name in ("title", "description", "start_parameter", "currency", "total_amount")}
    markup = {"inline_keyboard": [[{"text": f"Pay ⭐️{invoice['total_amount']}", "pay": True}]]}
    content: Json = {"invoice": shown} | ({} if call.text("reply_markup") else {"reply_markup": markup})
    sent = send(call, content)
    place_invoice(call.world, slug, sent["chat"]["id"], sent["message_id"])
    return sent


def _invoice(call: Call) -> Json:
    _check_length(call, "title", 32, "PRODUCT_TITLE_INVALID")
    _check_length(call, "description", 255, "PRODUCT_DESCRIPTION_INVALID")
    payload = call.text("payload")
    if not 1 <= len(payload.encode()) <= 128:
        raise bad_request("INVOICE_PAYLOAD_INVALID")
    if call.text("currency") != STARS:
        raise bad_request("CURRENCY_INVALID" if len(call.text("currency")) != 3 else "PAYMENT_PROVIDER_INVALID")
    amount = _amount(call)
    period = call.integer("subscription_period")
    if period not in {0, SUBSCRIPTION_PERIOD_S}:
        raise bad_request("SUBSCRIPTION_PERIOD_INVALID")
    return {
        "title": call.text("title"),
        "description": call.text("description"),
        "start_parameter": call.text("start_parameter"),
        "currency": STARS,
        "total_amount": amount,
        "invoice_payload": payload,
        "subscription_period": period,
    }


def _check_length(call: Call, name: str, most: int, refusal: str) -> None:
    if not 1 <= len(call.text(name)) <= most:
        raise bad_request(refusal)


def _amount(call: Call) -> int:
    prices = call.parsed("prices", "can't parse prices JSON object")
    if not isinstance(prices, list):
        raise bad_request("expected an Array of labeled prices")
    if not prices:
        raise bad_request("there must be at least one price")
    for price in prices:
        if not isinstance(price, dict):
            raise bad_request("can't parse labeled price: LabeledPrice must be an Object")
        if not price.get("label"):
            raise bad_request("can't parse labeled price: LabeledPrice label must be non-empty")
    amount = prices[0].get("amount")
    if len(prices) != 1 or not isinstance(amount, int) or not 1 <= amount <= MOST_STARS:
        raise bad_request("STARS_INVOICE_INVALID")
    return amount


@method("answerPreCheckoutQuery")
def answer_pre_checkout_query(call: Call) -> bool:
    ok = call.flag("ok")
    if not ok and not call.text("error_message"):
        raise bad_request('parameter "error_message" is required')
    query = call.world.queries.answer(call.text("pre_checkout_query_id"), call.bot.id)
    call.world.queries.deliver(query.id, {"ok": ok, "error_message": call.text("error_message")})
    return True


@method("refundStarPayment")
def refund_star_payment(call: Call) -> bool:
    charge_id = call.text("telegram_payment_charge_id")
    payment = _payment(call, charge_id)
    if payment["refunded"]:
        raise bad_request("CHARGE_ALREADY_REFUNDED")
    keep_payment(call.world, charge_id, {**payment, "refunded": True, "refunded_at": int(call.world.now())})
    told = payment["told"]
    refund = {"currency": STARS, "total_amount": payment["amount"], "invoice_payload": told["invoice_payload"],
              "telegram_payment_charge_id": charge_id}  # fmt: skip
    chat = call.world.private_chat(call.bot, payment["user_id"])
    post(call.world, chat, payment["user_id"], {"refunded_payment": refund})
    return True


@method("editUserStarSubscription")
def edit_user_star_subscription(call: Call) -> bool:
    charge_id = call.text("telegram_payment_charge_id")
    payment = _payment(call, charge_id)
    if not payment["told"].get("is_recurring"):
        raise bad_request("SUBSCRIPTION_NOT_ACTIVE")
    set_renewal(call.world, payment, cancelled=call.flag("is_canceled"))
    return True


def _payment(call: Call, charge_id: str) -> Json:
    user_id = call.user_id()
    payment = call.world.payments.get(charge_id)
    if payment is None or (payment["bot_id"], payment["user_id"]) != (call.bot.id, user_id):
        raise bad_request("CHARGE_NOT_FOUND")
    return payment


@method("getStarTransactions")
def get_star_transactions(call: Call) -> Json:
    """Newest last; a refund is a transaction of its own."""
    shown = []
    for charge_id, payment in call.world.payments.items():
        if payment["bot_id"] == call.bot.id:
            shown += _transactions(call, charge_id, payment)
    offset, limit = call.integer("offset"), call.integer("limit", 100, low=1, high=100)
    return {"transactions": sorted(shown, key=lambda each: each["date"])[offset : offset + limit]}


def _transactions(call: Call, charge_id: str, payment: Json) -> list[Json]:
    told = payment["told"]
    partner: Json = {"type": "user", "transaction_type": "invoice_payment", "invoice_payload": told["invoice_payload"],
                     "user": call.world.user(payment["user_id"]).public()}  # fmt: skip
    if told.get("is_recurring"):
        partner["subscription_period"] = SUBSCRIPTION_PERIOD_S
    paid = {"id": charge_id, "amount": payment["amount"], "date": payment["date"], "source": partner}
    if not payment["refunded"]:
        return [paid]
    return [paid, {"id": charge_id, "amount": payment["amount"], "date": payment["refunded_at"], "receiver": partner}]


@method("getMyStarBalance")
def get_my_star_balance(call: Call) -> Json:
    mine = [each for each in call.world.payments.values() if each["bot_id"] == call.bot.id and not each["refunded"]]
    return {"amount": sum(each["amount"] for each in mine)}
