"""The pages of the customer portal: subscriptions, card, invoices, and the flows that lead to one of them."""

from aiohttp import web

from web.sandbox.model import Json
from web.sandbox.stripe import PREFIX
from web.sandbox.stripe.account import ACCOUNT, Account
from web.sandbox.stripe.changes import preview
from web.sandbox.stripe.due import catch_up
from web.sandbox.stripe.errors import StripeError
from web.sandbox.stripe.periods import day_of
from web.sandbox.stripe.portal import (
    OPEN_S,
    choices,
    comes_later,
    features_of,
    keep_card,
    leave,
    next_price,
    own_subscription,
    stay,
    switch,
    type_card,
)
from web.sandbox.stripe.rendering import every, message, money, render
from web.sandbox.stripe.subscriptions import items_of, period_of

routes = web.RouteTableDef()
_HOME = PREFIX + "/portal/{id}"
_FLOW_PAGES = {
    "payment_method_update": "card",
    "subscription_cancel": "cancel",
    "subscription_update": "plan",
    "subscription_update_confirm": "plan",
}
_STATUS = {
    "active": ("Active", "good"),
    "trialing": ("Trial", "good"),
    "past_due": ("Payment failed", "bad"),
    "unpaid": ("Not paid", "bad"),
    "incomplete": ("Not paid yet", "bad"),
}
NOT_COMPLETED = "The 3-D Secure check was not completed. Try again, or use another card."


def _session(request: web.Request) -> tuple[Account, Json]:
    account = request.app[ACCOUNT]
    account.origin = f"{request.scheme}://{request.host}"
    catch_up(account)
    session = account.store.find(request.match_info["id"])
    if session is None or session["object"] != "billing_portal.session":
        raise web.HTTPNotFound(text="There is no such portal session.")
    if account.now(session) > session["created"] + OPEN_S:
        raise web.HTTPGone(text="This link to the portal has expired. Ask for a new one where this one came from.")
    return account, session


def _subscription(request: web.Request, account: Account, session: Json) -> Json:
    try:
        return own_subscription(account, session, request.match_info["subscription"])
    except StripeError as refusal:
        raise web.HTTPNotFound(text=str(refusal.body["message"])) from None


def _need(account: Account, session: Json, feature: str) -> None:
    if not features_of(account, session)[feature]["enabled"]:
        raise web.HTTPForbidden(text="This is switched off in the portal's configuration.")


@routes.get(_HOME)
async def home(request: web.Request) -> web.Response:
    account, session = _session(request)
    flow = session["flow"]
    if flow and not session.get("_flow_done"):
        page = _FLOW_PAGES[flow["type"]]
        target = flow.get(flow["type"]) or {}
        behind = f"/{target['subscription']}" if "subscription" in target else ""
        raise web.HTTPSeeOther(f"{PREFIX}/portal/{session['id']}/{page}{behind}")
    customer = account.store.get("customer", session["customer"])
    living = account.store.all("subscription", customer=customer["id"], ended_at=None)
    return render(
        "portal.html",
        base=f"{PREFIX}/portal/{session['id']}",
        who=customer["name"] or customer["email"] or customer["id"],
        return_url=session["return_url"],
        features=features_of(account, session),
        subscriptions=[_told(account, body) for body in living],
        card=_card(account, customer),
        invoices=[_invoice(body) for body in reversed(list(account.store.all("invoice", customer=customer["id"])))],
        done=request.query.get("done", ""),
    )


def _told(account: Account, subscription: Json) -> Json:
    item = items_of(subscription)[0]
    title, tone = _STATUS.get(subscription["status"], (subscription["status"], ""))
    following = next_price(account, subscription)
    end = day_of(period_of(subscription)[1])
    if subscription["cancel_at"]:
        then = f"Ends on {day_of(subscription['cancel_at'])}."
    elif following:
        then = f"Becomes {_product(account, following)} on {end}."
    else:
        then = f"Renews on {end}."
    return {
        "id": subscription["id"],
        "title": _product(account, item["price"]),
        "price": _price(item["price"]),
        "status": title,
        "tone": tone,
        "then": then,
        "ends": bool(subscription["cancel_at"]),
    }


def _product(account: Account, price: Json) -> str:
    product = account.store.find(price["product"]) or {}
    return str(product.get("name") or price["product"])


def _price(price: Json) -> str:
    return f"{money(price['unit_amount'], price['currency'])} {every(price['recurring'])}"


def _card(account: Account, customer: Json) -> str:
    subscriptions = account.store.all("subscription", customer=customer["id"], ended_at=None)
    ids = [body["default_payment_method"] for body in subscriptions]
    ids.append(customer["invoice_settings"]["default_payment_method"])
    method = next((account.store.find(method_id) for method_id in ids if method_id), None)
    if method is None:
        return "No card yet."
    card = method["card"]
    return f"{card['brand'].capitalize()} •••• {card['last4']}, expires {card['exp_month']:02}/{card['exp_year'] % 100}"


def _invoice(invoice: Json) -> Json:
    tone = {"paid": "good", "open": "bad"}.get(invoice["status"], "")
    return {
        "day": day_of(invoice["created"]),
        "number": invoice["number"] or "Draft",
        "total": money(invoice["total"], invoice["currency"]),
        "status": "Not paid" if invoice["status"] == "open" else str(invoice["status"]).capitalize(),
        "tone": tone,
        "url": invoice["hosted_invoice_url"],
        "open": invoice["status"] == "open",
    }


def _finished(account: Account, session: Json, done: str) -> web.Response:
    """Where a flow leads to, or back to the portal's first page."""
    completion = (session["flow"] or {}).get("after_completion") or {"type": "portal_homepage"}
    account.change(session, _flow_done=True)
    if completion["type"] == "redirect":
        raise web.HTTPSeeOther(completion["redirect"]["return_url"])
    if completion["type"] == "hosted_confirmation":
        said = (completion["hosted_confirmation"] or {}).get("custom_message") or "That's done."
        return message("Done", said, url=session["return_url"], link="Go back")
    raise web.HTTPSeeOther(f"{PREFIX}/portal/{session['id']}?done={done}")


@routes.get(_HOME + "/card")
async def show_card(request: web.Request) -> web.Response:
    account, session = _session(request)
    _need(account, session, "payment_method_update")
    return _card_page(session, {}, NOT_COMPLETED if request.query.get("problem") else "")


def _card_page(session: Json, form: dict[str, str], problem: str) -> web.Response:
    values = {"number": "", "expiry": "", "name": "", **form}
    back = _back(session)
    return render("portal_card.html", status=402 if problem else 200, typed=values, problem=problem, back=back)


def _back(session: Json) -> str | None:
    """Out of a page: a flow leads back to where it came from."""
    if session["flow"] and not session.get("_flow_done"):
        url: str | None = session["return_url"]
        return url
    return f"{PREFIX}/portal/{session['id']}"


@routes.post(_HOME + "/card")
async def submit_card(request: web.Request) -> web.Response:
    form = {name: str(value) for name, value in (await request.post()).items()}
    account, session = _session(request)
    _need(account, session, "payment_method_update")
    try:
        outcome = type_card(account, session, form)
    except StripeError as refusal:
        return _card_page(session, form, refusal.body["message"])
    if outcome == "requires_action":
        raise web.HTTPSeeOther(f"{PREFIX}/portal/{session['id']}/card/3ds")
    return _finished(account, session, "card")


@routes.get(_HOME + "/card/3ds")
async def ask_about_card(request: web.Request) -> web.Response:
    account, session = _session(request)
    method = account.store.find(session["_pending_card"])
    if method is None:
        raise web.HTTPSeeOther(f"{PREFIX}/portal/{session['id']}/card")
    return render("challenge.html", last4=method["card"]["last4"], what="that it may be charged later")


@routes.post(_HOME + "/card/3ds")
async def answer_about_card(request: web.Request) -> web.Response:
    form = await request.post()
    account, session = _session(request)
    if form.get("answer") != "complete" or not session["_pending_card"]:
        raise web.HTTPSeeOther(f"{PREFIX}/portal/{session['id']}/card?problem=1")
    keep_card(account, session, authenticated=True)
    return _finished(account, session, "card")


@routes.get(_HOME + "/cancel/{subscription}")
async def show_cancel(request: web.Request) -> web.Response:
    account, session = _session(request)
    _need(account, session, "subscription_cancel")
    subscription = _subscription(request, account, session)
    at_once = features_of(account, session)["subscription_cancel"]["mode"] == "immediately"
    told = _told(account, subscription)
    end = "now" if at_once else f"on {day_of(period_of(subscription)[1])}"
    return render("portal_cancel.html", subscription=told, end=end, back=_back(session))


@routes.post(_HOME + "/cancel/{subscription}")
async def submit_cancel(request: web.Request) -> web.Response:
    account, session = _session(request)
    _need(account, session, "subscription_cancel")
    subscription = _subscription(request, account, session)
    if not subscription["cancel_at"]:
        leave(account, session, subscription)
    return _finished(account, session, "cancelled")


@routes.post(_HOME + "/resume/{subscription}")
async def resume(request: web.Request) -> web.Response:
    account, session = _session(request)
    _need(account, session, "subscription_cancel")
    stay(account, _subscription(request, account, session))
    return _finished(account, session, "resumed")


@routes.get(_HOME + "/plan/{subscription}")
async def show_plans(request: web.Request) -> web.Response:
    account, session = _session(request)
    _need(account, session, "subscription_update")
    subscription = _subscription(request, account, session)
    flow = session["flow"] or {}
    if flow.get("type") == "subscription_update_confirm" and not session.get("_flow_done"):
        price_id = flow["subscription_update_confirm"]["items"][0]["price"]
        return _confirm_page(account, session, subscription, price_id, "")
    return _plans_page(account, session, subscription)


def _plans_page(account: Account, session: Json, subscription: Json) -> web.Response:
    plans = [
        {"id": price["id"], "title": _product(account, price), "price": _price(price)}
        for price in choices(account, session, subscription)
    ]
    told = _told(account, subscription)
    return render("portal_plans.html", subscription=told, plans=plans, back=_back(session))


def _confirm_page(account: Account, session: Json, subscription: Json, price_id: str, problem: str) -> web.Response:
    price = account.store.get("price", price_id)
    item = items_of(subscription)[0]
    later = comes_later(account, session, subscription, price)
    billed = features_of(account, session)["subscription_update"]["proration_behavior"]
    wanted = {"items": [{"id": item["id"], "price": price_id}], "proration_behavior": billed}
    due = preview(account, subscription, wanted)["amount_due"] if billed == "always_invoice" and not later else 0
    return render(
        "portal_confirm.html",
        status=402 if problem else 200,
        price_id=price_id,
        title=_product(account, price),
        price=_price(price),
        due=money(due, price["currency"]),
        later=day_of(period_of(subscription)[1]) if later else "",
        problem=problem,
        back=_back(session),
    )


@routes.post(_HOME + "/plan/{subscription}")
async def submit_plan(request: web.Request) -> web.Response:
    form = await request.post()
    account, session = _session(request)
    _need(account, session, "subscription_update")
    subscription = _subscription(request, account, session)
    price_id = str(form.get("price", ""))
    price = next((body for body in choices(account, session, subscription) if body["id"] == price_id), None)
    if price is None:
        return _plans_page(account, session, subscription)
    if not form.get("confirmed"):
        return _confirm_page(account, session, subscription, price_id, "")
    try:
        switch(account, session, subscription, price)
    except StripeError as refusal:
        return _confirm_page(account, session, subscription, price_id, refusal.body["message"])
    return _finished(account, session, "switched")
