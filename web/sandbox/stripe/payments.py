"""Payment intents and charges: a card is charged, or asks for 3-D Secure, or declines."""

from typing import Literal

from web.sandbox.model import Json
from web.sandbox.stripe.account import Account, bare
from web.sandbox.stripe.cards import billing_details, card_of, refusal
from web.sandbox.stripe.errors import StripeError
from web.sandbox.stripe.forms import PAGING, span, text
from web.sandbox.stripe.reversals import open_dispute
from web.sandbox.stripe.routing import Ask, Route
from web.sandbox.stripe.showing import INCLUDED, list_of, page
from web.sandbox.stripe.store import new_id

Outcome = Literal["succeeded", "requires_action", "failed"]


def new_intent(account: Account, *, customer: str | None, amount: int, currency: str, about: str) -> Json:
    intent_id = new_id("pi")
    return account.make(
        {
            "id": intent_id,
            "object": "payment_intent",
            "amount": amount,
            "amount_capturable": 0,
            "amount_details": {"tip": {}},
            "amount_received": 0,
            "application": None,
            "application_fee_amount": None,
            "automatic_payment_methods": None,
            "canceled_at": None,
            "cancellation_reason": None,
            "capture_method": "automatic",
            "client_secret": f"{intent_id}_secret_{new_id('', 24)[1:]}",
            "confirmation_method": "automatic",
            "created": account.now({"customer": customer}),
            "currency": currency,
            "customer": customer,
            "description": about,
            "last_payment_error": None,
            "latest_charge": None,
            "livemode": False,
            "metadata": {},
            "next_action": None,
            "on_behalf_of": None,
            "payment_method": None,
            "payment_method_configuration_details": None,
            "payment_method_options": {},
            "payment_method_types": ["card"],
            "processing": None,
            "receipt_email": None,
            "review": None,
            "setup_future_usage": "off_session",
            "shipping": None,
            "source": None,
            "statement_descriptor": None,
            "statement_descriptor_suffix": None,
            "status": "requires_payment_method",
            "transfer_data": None,
            "transfer_group": None,
        },
        "payment_intent.created",
    )


def pay_intent(
    account: Account, intent: Json, method: Json, *, on_session: bool, authenticated: bool = False
) -> Outcome:
    """Charge a card for it. `on_session`: its holder is there, and can be asked for 3-D Secure."""
    card = card_of(method)
    wanted = account.declines.popleft() if account.declines else ""
    if not wanted and not authenticated and _asks(card.asks, method, on_session=on_session):
        _challenge(account, intent, method)
        if not on_session:
            _decline(account, intent, method, refusal("authentication_required"), status="requires_action")
        return "requires_action"
    if authenticated:
        account.change(method, _authenticated=True)
    if reason := wanted or card.on_saving or card.on_charge:
        _decline(account, intent, method, refusal(reason), status="requires_payment_method")
        return "failed"
    _succeed(account, intent, method)
    return "succeeded"


def save_card(account: Account, method: Json, *, authenticated: bool = False) -> Outcome:
    """Make a card ready for later charges, with its holder there. Raises StripeError when the bank refuses that."""
    card = card_of(method)
    if card.on_saving:
        raise refusal(card.on_saving)
    if card.asks != "never" and not authenticated:
        return "requires_action"
    account.change(method, _authenticated=True)
    return "succeeded"


def _asks(asks: str, method: Json, *, on_session: bool) -> bool:
    if asks == "once":
        return not method["_authenticated"]
    return asks == "always"


def _challenge(account: Account, intent: Json, method: Json) -> None:
    account.change(
        intent,
        status="requires_action",
        payment_method=method["id"],
        next_action={"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect"}},
    )
    account.emit("payment_intent.requires_action", intent)


def fail_authentication(account: Account, intent: Json) -> None:
    """The holder failed 3-D Secure."""
    error = refusal("payment_intent_authentication_failure").body
    account.change(intent, status="requires_payment_method", next_action=None, last_payment_error=_told(error, None))
    account.emit("payment_intent.payment_failed", intent)


def _told(error: Json, method: Json | None) -> Json:
    """What an intent remembers of why it failed."""
    return {**error, "payment_method": bare(method)} if method else dict(error)


def _decline(account: Account, intent: Json, method: Json, error: StripeError, *, status: str) -> None:
    charge = _new_charge(account, intent, method, error.body)
    told = {**_told(error.body, method), "charge": charge["id"]}
    account.change(
        intent,
        status=status,
        payment_method=None if status == "requires_payment_method" else method["id"],
        latest_charge=charge["id"],
        last_payment_error=told,
        **({"next_action": None} if status == "requires_payment_method" else {}),
    )
    account.emit("charge.failed", charge)
    account.emit("payment_intent.payment_failed", intent)


def _succeed(account: Account, intent: Json, method: Json) -> None:
    charge = _new_charge(account, intent, method, None)
    account.change(
        intent,
        status="succeeded",
        payment_method=method["id"],
        latest_charge=charge["id"],
        amount_received=intent["amount"],
        last_payment_error=None,
        next_action=None,
    )
    account.emit("charge.succeeded", charge)
    account.emit("payment_intent.succeeded", intent)
    if card_of(method).disputed:
        open_dispute(account, charge, "fraudulent")


def cancel_intent(account: Account, intent: Json, reason: str) -> None:
    if intent["status"] not in ("succeeded", "canceled"):
        account.change(intent, status="canceled", canceled_at=account.now(intent), cancellation_reason=reason)
        account.emit("payment_intent.canceled", intent)


def _new_charge(account: Account, intent: Json, method: Json, error: Json | None) -> Json:
    paid = error is None
    charge_id = new_id("ch")
    return account.make(
        {
            "id": charge_id,
            "object": "charge",
            "amount": intent["amount"],
            "amount_captured": intent["amount"] if paid else 0,
            "amount_refunded": 0,
            "application": None,
            "application_fee": None,
            "application_fee_amount": None,
            "balance_transaction": None,
            "billing_details": method.get("billing_details") or billing_details(None, None),
            "calculated_statement_descriptor": "SANDBOX",
            "captured": paid,
            "created": account.now(intent),
            "currency": intent["currency"],
            "customer": intent["customer"],
            "description": intent["description"],
            "disputed": False,
            "failure_balance_transaction": None,
            "failure_code": error["code"] if error else None,
            "failure_message": error["message"] if error else None,
            "fraud_details": {},
            "livemode": False,
            "metadata": {},
            "on_behalf_of": None,
            "outcome": _outcome(error),
            "paid": paid,
            "payment_intent": intent["id"],
            "payment_method": method["id"],
            "payment_method_details": _details(method),
            "receipt_email": None,
            "receipt_number": None,
            "receipt_url": None,
            "refunded": False,
            "review": None,
            "shipping": None,
            "source": None,
            "source_transfer": None,
            "statement_descriptor": None,
            "statement_descriptor_suffix": None,
            "status": "succeeded" if paid else "failed",
            "transfer_data": None,
            "transfer_group": None,
        }
    )


def _outcome(error: Json | None) -> Json:
    return {
        "advice_code": None if error is None else "try_again_later",
        "network_advice_code": None,
        "network_decline_code": None if error is None else "01",
        "network_status": "approved_by_network" if error is None else "declined_by_network",
        "reason": None if error is None else error.get("decline_code") or error["code"],
        "risk_level": "normal",
        "risk_score": 20,
        "seller_message": "Payment complete." if error is None else "The bank refused the charge.",
        "type": "authorized" if error is None else "issuer_declined",
    }


def _details(method: Json) -> Json:
    card = method["card"]
    kept = ("brand", "checks", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4", "wallet")
    return {
        "card": {
            **{name: card[name] for name in kept},
            "amount_authorized": None,
            "authorization_code": "123456",
            "installments": None,
            "mandate": None,
            "network": card["brand"],
            "network_token": {"used": False},
            "network_transaction_id": None,
            "regulated_status": card["regulated_status"],
            "three_d_secure": None,
        },
        "type": "card",
    }


def intent(ask: Ask) -> Json:
    return ask.account.store.get("payment_intent", ask.id)


def intents(ask: Ask) -> Json:
    wanted = {"customer": ask.params["customer"]} if "customer" in ask.params else {}
    return page(ask.account.store.all("payment_intent", **wanted), ask.params, "/v1/payment_intents")


def charge(ask: Ask) -> Json:
    return ask.account.store.get("charge", ask.id)


def charges(ask: Ask) -> Json:
    wanted = {name: ask.params[name] for name in ("customer", "payment_intent") if name in ask.params}
    return page(ask.account.store.all("charge", **wanted), ask.params, "/v1/charges")


def _refunds_of(account: Account, charge: Json) -> Json:
    return list_of(list(account.store.all("refund", charge=charge["id"]))[::-1], f"/v1/charges/{charge['id']}/refunds")


INCLUDED["charge", "refunds"] = _refunds_of

ROUTES = [
    Route("GET", "payment_intents", intents, {**PAGING, "created": span, "customer": text}),
    Route("GET", "payment_intents/{id}", intent),
    Route("GET", "charges", charges, {**PAGING, "created": span, "customer": text, "payment_intent": text}),
    Route("GET", "charges/{id}", charge),
]
