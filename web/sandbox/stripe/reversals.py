"""Money that goes back: refunds, and disputes that a cardholder's bank opens."""

from web.sandbox.model import Json
from web.sandbox.stripe.account import DAY_S, Account
from web.sandbox.stripe.errors import StripeError, invalid, missing_param
from web.sandbox.stripe.forms import PAGING, integer, merged_metadata, metadata, one_of, span, text
from web.sandbox.stripe.routing import Ask, Route
from web.sandbox.stripe.showing import page
from web.sandbox.stripe.store import new_id

REASONS = (
    "bank_cannot_process",
    "credit_not_processed",
    "customer_initiated",
    "duplicate",
    "fraudulent",
    "general",
    "product_not_received",
    "product_unacceptable",
    "subscription_canceled",
    "unrecognized",
)
_EVIDENCE_S = 9 * DAY_S
_EVIDENCE = (
    "access_activity_log",
    "billing_address",
    "cancellation_policy",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_communication",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "customer_signature",
    "duplicate_charge_documentation",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "receipt",
    "refund_policy",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "service_documentation",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_documentation",
    "shipping_tracking_number",
    "uncategorized_file",
    "uncategorized_text",
)


def create_refund(ask: Ask) -> Json:
    charge = _charge_of(ask)
    rest = charge["amount"] - charge["amount_refunded"]
    amount = ask.params.get("amount", rest)
    if charge["disputed"]:
        message = f"Charge {charge['id']} has been charged back; cannot issue a refund."
        raise StripeError(400, "invalid_request_error", message, code="charge_disputed")
    if not charge["paid"]:
        raise invalid(f"Charge {charge['id']} failed: there is nothing to refund.")
    if not rest:
        raise invalid(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if not 0 < amount <= rest:
        raise invalid(
            f"Refund amount (${amount / 100:.2f}) is greater than unrefunded amount on charge (${rest / 100:.2f})",
            param="amount",
        )
    return refund_charge(ask.account, charge, amount, ask.params)


def refund_charge(account: Account, charge: Json, amount: int, given: Json) -> Json:
    refund = account.make(
        {
            "id": new_id("re"),
            "object": "refund",
            "amount": amount,
            "balance_transaction": None,
            "charge": charge["id"],
            "created": account.now(charge),
            "currency": charge["currency"],
            "destination_details": {
                "card": {
                    "reference_status": "pending",
                    "reference_type": "acquirer_reference_number",
                    "type": "refund",
                },
                "type": "card",
            },
            "metadata": merged_metadata({}, given.get("metadata") or {}),
            "payment_intent": charge["payment_intent"],
            "reason": given.get("reason"),
            "receipt_number": None,
            "source_transfer_reversal": None,
            "status": "succeeded",
            "transfer_reversal": None,
            "_customer": charge["customer"],
        },
        "refund.created",
    )
    refunded = charge["amount_refunded"] + amount
    account.change(charge, "charge.refunded", amount_refunded=refunded, refunded=refunded == charge["amount"])
    return refund


def _charge_of(ask: Ask) -> Json:
    account, given = ask.account, ask.params
    if given.get("charge"):
        return account.store.get("charge", given["charge"], param="charge")
    if not given.get("payment_intent"):
        raise missing_param("charge")
    intent = account.store.get("payment_intent", given["payment_intent"], param="payment_intent")
    if not intent["latest_charge"]:
        raise invalid(f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.")
    return account.store.get("charge", intent["latest_charge"])


def refund(ask: Ask) -> Json:
    return ask.account.store.get("refund", ask.id)


def refunds(ask: Ask) -> Json:
    wanted = {name: ask.params[name] for name in ("charge", "payment_intent") if name in ask.params}
    return page(ask.account.store.all("refund", **wanted), ask.params, "/v1/refunds")


def open_dispute(account: Account, charge: Json, reason: str) -> Json:
    """The bank takes the money back. Raises StripeError for a charge that isn't paid, or is disputed already."""
    if charge["disputed"] or not charge["paid"]:
        raise invalid(f"Charge {charge['id']} can't be disputed.")
    dispute = account.make(
        {
            "id": new_id("du"),
            "object": "dispute",
            "amount": charge["amount"] - charge["amount_refunded"],
            "balance_transactions": [],
            "charge": charge["id"],
            "created": account.now(charge),
            "currency": charge["currency"],
            "enhanced_eligibility_types": [],
            "evidence": {**dict.fromkeys(_EVIDENCE), "enhanced_evidence": {}},
            "evidence_details": {
                "due_by": account.now(charge) + _EVIDENCE_S,
                "enhanced_eligibility": {},
                "has_evidence": False,
                "past_due": False,
                "submission_count": 0,
                "submission_method": "not_submitted",
            },
            "is_charge_refundable": False,
            "livemode": False,
            "metadata": {},
            "payment_intent": charge["payment_intent"],
            "payment_method_details": {
                "card": {
                    "brand": charge["payment_method_details"]["card"]["brand"],
                    "case_type": "chargeback",
                    "network": charge["payment_method_details"]["card"]["network"],
                    "network_reason_code": "10.4",
                },
                "type": "card",
            },
            "reason": reason,
            "status": "needs_response",
            "_customer": charge["customer"],
        }
    )
    account.change(charge, "charge.updated", disputed=True)
    account.emit("charge.dispute.created", dispute)
    account.emit("charge.dispute.funds_withdrawn", dispute)
    return dispute


def close_dispute(account: Account, dispute: Json, status: str) -> Json:
    """Won: the money comes back. Lost: it doesn't."""
    if dispute["status"] in ("won", "lost"):
        raise invalid("This dispute is already closed", code="dispute_already_closed")
    account.change(dispute, status=status)
    account.emit("charge.dispute.closed", dispute)
    if status == "won":
        account.emit("charge.dispute.funds_reinstated", dispute)
    return dispute


def dispute(ask: Ask) -> Json:
    return ask.account.store.get("dispute", ask.id)


def disputes(ask: Ask) -> Json:
    wanted = {name: ask.params[name] for name in ("charge", "payment_intent") if name in ask.params}
    return page(ask.account.store.all("dispute", **wanted), ask.params, "/v1/disputes")


def accept_dispute(ask: Ask) -> Json:
    return close_dispute(ask.account, dispute(ask), "lost")


_OF_A_CHARGE = {**PAGING, "charge": text, "created": span, "payment_intent": text}
ROUTES = [
    Route(
        "POST",
        "refunds",
        create_refund,
        {
            "amount": integer,
            "charge": text,
            "metadata": metadata,
            "payment_intent": text,
            "reason": one_of("duplicate", "fraudulent", "requested_by_customer"),
        },
    ),
    Route("GET", "refunds", refunds, _OF_A_CHARGE),
    Route("GET", "refunds/{id}", refund),
    Route("GET", "disputes", disputes, _OF_A_CHARGE),
    Route("GET", "disputes/{id}", dispute),
    Route("POST", "disputes/{id}/close", accept_dispute),
]
