"""The page of an invoice, where a person pays what is open: with the card that is known, or with another one."""

from aiohttp import web

from web.sandbox.model import Json
from web.sandbox.stripe import PREFIX
from web.sandbox.stripe.account import ACCOUNT, Account
from web.sandbox.stripe.cards import typed
from web.sandbox.stripe.collecting import collect
from web.sandbox.stripe.customers import attach_to
from web.sandbox.stripe.due import catch_up
from web.sandbox.stripe.errors import StripeError
from web.sandbox.stripe.invoices import intent_of
from web.sandbox.stripe.payments import fail_authentication
from web.sandbox.stripe.periods import day_of
from web.sandbox.stripe.rendering import money, render

routes = web.RouteTableDef()
_PAGE = PREFIX + "/invoices/{id}"
NOT_COMPLETED = "The 3-D Secure check was not completed. Try again, or pay with another card."


def _invoice(request: web.Request) -> tuple[Account, Json]:
    account = request.app[ACCOUNT]
    account.origin = f"{request.scheme}://{request.host}"
    catch_up(account)
    invoice = account.store.find(request.match_info["id"])
    if invoice is None or invoice["object"] != "invoice" or invoice["status"] == "draft":
        raise web.HTTPNotFound(text="There is no such invoice.")
    return account, invoice


def _page(invoice: Json, form: dict[str, str], problem: str) -> web.Response:
    currency = invoice["currency"]
    paid_at = invoice["status_transitions"]["paid_at"]
    told = {
        "number": invoice["number"],
        "day": day_of(invoice["created"]),
        "status": invoice["status"],
        "paid_on": day_of(paid_at) if paid_at else "",
        "due": money(invoice["amount_remaining"], currency),
        "total": money(invoice["total"], currency),
        "lines": [
            {"title": line["description"], "amount": money(line["amount"], currency)}
            for line in invoice["lines"]["data"]
        ],
    }
    values = {"number": "", "expiry": "", "name": "", **form}
    return render("invoice.html", status=402 if problem else 200, invoice=told, typed=values, problem=problem)


@routes.get(_PAGE)
async def show(request: web.Request) -> web.Response:
    _, invoice = _invoice(request)
    return _page(invoice, {}, NOT_COMPLETED if request.query.get("problem") else "")


@routes.post(_PAGE)
async def submit(request: web.Request) -> web.Response:
    form = {name: str(value) for name, value in (await request.post()).items()}
    account, invoice = _invoice(request)
    if invoice["status"] != "open":
        return _page(invoice, {}, "")
    try:
        method = typed(account, form)
    except StripeError as refusal:
        return _page(invoice, form, refusal.body["message"])
    return _paid_with(account, invoice, method, form, authenticated=False)


def _paid_with(
    account: Account, invoice: Json, method: Json, form: dict[str, str], *, authenticated: bool
) -> web.Response:
    outcome = collect(account, invoice, on_session=True, method=method, authenticated=authenticated)
    if outcome == "requires_action":
        raise web.HTTPSeeOther(f"{PREFIX}/invoices/{invoice['id']}/3ds")
    if outcome == "failed":
        error = (intent_of(account, invoice) or {}).get("last_payment_error") or {}
        return _page(invoice, form, error.get("message", ""))
    attach_to(account, account.store.get("customer", invoice["customer"]), method)
    raise web.HTTPSeeOther(f"{PREFIX}/invoices/{invoice['id']}")


def _asked_about(request: web.Request) -> tuple[Account, Json, Json, Json]:
    """What 3-D Secure is about: the invoice, its intent, and the card."""
    account, invoice = _invoice(request)
    intent = intent_of(account, invoice)
    method = account.store.find((intent or {}).get("payment_method"))
    if intent is None or method is None or intent["status"] != "requires_action":
        raise web.HTTPSeeOther(f"{PREFIX}/invoices/{invoice['id']}")
    return account, invoice, intent, method


@routes.get(_PAGE + "/3ds")
async def ask(request: web.Request) -> web.Response:
    _, invoice, _, method = _asked_about(request)
    due = money(invoice["amount_remaining"], invoice["currency"])
    return render("challenge.html", last4=method["card"]["last4"], what=f"the payment of {due}")


@routes.post(_PAGE + "/3ds")
async def answer(request: web.Request) -> web.Response:
    form = await request.post()
    account, invoice, intent, method = _asked_about(request)
    if form.get("answer") != "complete":
        fail_authentication(account, intent)
        raise web.HTTPSeeOther(f"{PREFIX}/invoices/{invoice['id']}?problem=1")
    return _paid_with(account, invoice, method, {}, authenticated=True)
