"""The well-known test cards, and what they do. Any other number is refused, so nobody's real card is ever kept.

Numbers: docs.stripe.com/testing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from web.sandbox.model import Json
from web.sandbox.stripe.account import Account
from web.sandbox.stripe.errors import StripeError, declined, no_such
from web.sandbox.stripe.periods import month_of
from web.sandbox.stripe.store import new_id

_SAYS = {
    "": "Your card was declined.",
    "authentication_required": "Your card was declined. This transaction requires authentication.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "incorrect_number": "Your card number is incorrect.",
    "insufficient_funds": "Your card has insufficient funds.",
    "invalid_cvc": "Your card's security code is invalid.",
    "invalid_expiry_year": "Your card's expiration year is invalid.",
    "live_mode_test_card": "Your card was declined. Your request was in test mode, but used a non test card. For a "
    "list of valid test cards, visit: https://stripe.com/docs/testing.",
    "payment_intent_authentication_failure": "We are unable to authenticate your payment method. Please choose a "
    "different payment method and try again.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
}
_OWN_CODES = frozenset(_SAYS) - {"", "insufficient_funds", "live_mode_test_card"}
DECLINES = ("generic_decline", "insufficient_funds", "lost_card", "stolen_card", "expired_card", "processing_error")


def refusal(reason: str) -> StripeError:
    """The card error of a decline code, or of a code of its own."""
    code = reason if reason in _OWN_CODES else "card_declined"
    said = _SAYS.get(reason, _SAYS[""])
    decline_code = reason if code in ("card_declined", "authentication_required") else ""
    return declined(said, code=code, decline_code=decline_code)


@dataclass(frozen=True, slots=True)
class Card:
    """What a test number does. `on_saving` and `on_charge` are decline codes; `asks` for 3-D Secure never, until it
    has been set up once, or always."""

    number: str
    brand: str = "visa"
    on_saving: str = ""
    on_charge: str = ""
    asks: str = "never"
    disputed: bool = False
    alias: str = ""


CARDS = {
    card.number: card
    for card in (
        Card("4242424242424242", alias="pm_card_visa"),
        Card("4000056655665556", alias="pm_card_visa_debit"),
        Card("5555555555554444", "mastercard", alias="pm_card_mastercard"),
        Card("378282246310005", "amex", alias="pm_card_amex"),
        Card("4000000000000002", on_saving="generic_decline", alias="pm_card_chargeDeclined"),
        Card("4000000000009995", on_saving="insufficient_funds", alias="pm_card_chargeDeclinedInsufficientFunds"),
        Card("4000000000009987", on_saving="lost_card", alias="pm_card_chargeDeclinedLostCard"),
        Card("4000000000009979", on_saving="stolen_card", alias="pm_card_chargeDeclinedStolenCard"),
        Card("4000000000000069", on_saving="expired_card", alias="pm_card_chargeDeclinedExpiredCard"),
        Card("4000000000000127", on_saving="incorrect_cvc", alias="pm_card_chargeDeclinedIncorrectCvc"),
        Card("4000000000000119", on_saving="processing_error", alias="pm_card_chargeDeclinedProcessingError"),
        Card("4000000000000341", on_charge="generic_decline", alias="pm_card_chargeCustomerFail"),
        Card("4000002500003155", asks="once", alias="pm_card_authenticationRequiredOnSetup"),
        Card("4000002760003184", asks="always", alias="pm_card_authenticationRequired"),
        Card("4000000000003220", asks="always", alias="pm_card_threeDSecure2Required"),
        Card("4000008400001629", asks="always", on_charge="generic_decline"),
        Card("4000008260003178", asks="once", on_charge="insufficient_funds"),
        Card("4000000000000259", disputed=True, alias="pm_card_createDispute"),
    )
}
_ALIASES = {card.alias: card for card in CARDS.values() if card.alias}


def card_of(method: Json) -> Card:
    return CARDS[method["_number"]]


def typed(account: Account, form: Mapping[str, str]) -> Json:
    """The payment method of a card that somebody typed in: number, expiry, cvc, name, email. Raises StripeError with
    what is wrong with it."""
    digits = re.sub(r"[\s-]", "", form.get("number", ""))
    if not re.fullmatch(r"[0-9]{12,19}", digits) or not _checksum_fits(digits):
        raise refusal("incorrect_number")
    month, year = _expiry_of(form.get("expiry", ""))
    if (year, month) < month_of(account.now()):
        raise refusal("expired_card")
    if digits not in CARDS:
        raise refusal("live_mode_test_card")
    card = CARDS[digits]
    if not re.fullmatch(r"[0-9]{4}" if card.brand == "amex" else r"[0-9]{3}", form.get("cvc", "").strip()):
        raise refusal("invalid_cvc")
    return new_method(account, card, expires=(year, month), name=form.get("name"), email=form.get("email"))


def _expiry_of(text: str) -> tuple[int, int]:
    matched = re.fullmatch(r"\s*(0?[1-9]|1[0-2])\s*/?\s*(?:20)?(\d{2})\s*", text)
    if matched is None:
        raise refusal("invalid_expiry_year")
    return int(matched[1]), 2000 + int(matched[2])


def _checksum_fits(digits: str) -> bool:
    """Luhn's."""
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits))]
    return sum(sum(divmod(value, 10)) for value in doubled) % 10 == 0


def new_method(
    account: Account,
    card: Card,
    *,
    expires: tuple[int, int] = (2034, 12),
    name: str | None = None,
    email: str | None = None,
) -> Json:
    year, month = expires
    return account.make(
        {
            "id": new_id("pm"),
            "object": "payment_method",
            "allow_redisplay": "unspecified",
            "billing_details": billing_details(name, email),
            "card": {
                "brand": card.brand,
                "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
                "country": "US",
                "display_brand": card.brand,
                "exp_month": month,
                "exp_year": year,
                "fingerprint": f"sandbox{card.number[-9:]}",
                "funding": "credit",
                "generated_from": None,
                "last4": card.number[-4:],
                "networks": {"available": [card.brand], "preferred": None},
                "regulated_status": "unregulated",
                "three_d_secure_usage": {"supported": True},
                "wallet": None,
            },
            "created": account.now(),
            "customer": None,
            "livemode": False,
            "metadata": {},
            "type": "card",
            "_number": card.number,
            "_authenticated": False,
        }
    )


def billing_details(name: str | None, email: str | None) -> Json:
    empty = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    return {"address": empty, "email": email, "name": name, "phone": None, "tax_id": None}


def attachable(account: Account, method_id: str) -> Json:
    """A payment method, or a new one for a test token such as pm_card_visa. Raises what saving the card raises."""
    card = _ALIASES.get(method_id)
    method = account.store.find(method_id) if card is None else new_method(account, card)
    if method is None or method["object"] != "payment_method":
        raise no_such("PaymentMethod", method_id)
    if reason := card_of(method).on_saving:
        raise refusal(reason)
    return method
