"""The page on which a person pays a checkout session, and its 3-D Secure check."""

from aiohttp import web

from web.sandbox.model import Json
from web.sandbox.stripe import PREFIX
from web.sandbox.stripe.account import ACCOUNT, Account
from web.sandbox.stripe.cards import typed
from web.sandbox.stripe.checkout import complete, fail_challenge, pay, trial_end_of
from web.sandbox.stripe.due import catch_up
from web.sandbox.stripe.errors import StripeError
from web.sandbox.stripe.periods import day_of
from web.sandbox.stripe.rendering import every, message, money, render

routes = web.RouteTableDef()
_PAGE = PREFIX + "/pay/{id}"
_CHALLENGE = PREFIX + "/pay/{id}/3ds"
NOT_COMPLETED = "The 3-D Secure check was not completed. Try again, or pay with another card."


@routes.get(_PAGE)
async def show(request: web.Request) -> web.Response:
    account, session = _session(request)
    return _closed(session) or _page(account, session, {}, request.query.get("problem", "") and NOT_COMPLETED)


@routes.post(_PAGE)
async def submit(request: web.Request) -> web.Response:
    form = {name: str(value) for name, value in (await request.post()).items()}
    account, session = _session(request)
    if session["status"] != "open":
        return _closed(session) or _done(session)
    if form.get("without_card") and _may_go_without(session):
        complete(account, session, None)
        return _done(session)
    try:
        outcome = pay(account, session, typed(account, form))
    except StripeError as refusal:
        return _page(account, session, form, refusal.body["message"])
    if outcome == "requires_action":
        raise web.HTTPSeeOther(f"{PREFIX}/pay/{session['id']}/3ds")
    if outcome == "failed":
        return _page(account, session, form, _last_problem(account, session))
    return _done(session)


@routes.get(_CHALLENGE)
async def ask(request: web.Request) -> web.Response:
    account, session = _session(request)
    method = account.store.find(session["_method"])
    if method is None or session["status"] != "open":
        raise web.HTTPSeeOther(f"{PREFIX}/pay/{session['id']}")
    due = session["amount_total"]
    what = f"the payment of {money(due, session['currency'])}" if due else "that it may be charged later"
    return render("challenge.html", last4=method["card"]["last4"], what=what)


@routes.post(_CHALLENGE)
async def answer(request: web.Request) -> web.Response:
    form = await request.post()
    account, session = _session(request)
    method = account.store.find(session["_method"])
    if method is None or session["status"] != "open":
        return _closed(session) or _done(session)
    if form.get("answer") != "complete":
        fail_challenge(account, session)
        raise web.HTTPSeeOther(f"{PREFIX}/pay/{session['id']}?problem=1")
    if pay(account, session, method, authenticated=True) == "succeeded":
        return _done(session)
    return _page(account, session, {}, _last_problem(account, session))


def _session(request: web.Request) -> tuple[Account, Json]:
    account = request.app[ACCOUNT]
    account.origin = f"{request.scheme}://{request.host}"
    catch_up(account)
    session = account.store.find(request.match_info["id"])
    if session is None or session["object"] != "checkout.session":
        raise web.HTTPNotFound(text="There is no such checkout session.")
    return account, session


def _closed(session: Json) -> web.Response | None:
    """What an address leads to that can't be paid any more."""
    if session["status"] == "complete":
        url = _success_url(session)
        return message("This is paid already", "The subscription is in place.", url=url, link="Go on")
    if session["status"] == "expired":
        text = "Links to pay are good for a day at most. Ask for a new one where this one came from."
        return message("This link has expired", text, url=session["cancel_url"], link="Go back", status=410)
    return None


def _done(session: Json) -> web.Response:
    raise web.HTTPSeeOther(_success_url(session))


def _may_go_without(session: Json) -> bool:
    return session["payment_method_collection"] == "if_required" and not session["amount_total"]


def _success_url(session: Json) -> str:
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def _last_problem(account: Account, session: Json) -> str:
    intent = account.store.find(session["_intent"]) or {}
    return str((intent.get("last_payment_error") or {}).get("message") or "Your card was declined.")


def _page(account: Account, session: Json, form: dict[str, str], problem: str) -> web.Response:
    customer = account.store.find(session["customer"]) or {}
    email = customer.get("email") or session["customer_email"] or ""
    values = {"number": "", "expiry": "", "name": customer.get("name") or "", "email": email, **form}
    return render(
        "pay.html",
        status=402 if problem else 200,
        session=_told(account, session, email),
        typed=values,
        problem=problem,
    )


def _told(account: Account, session: Json, email: str) -> Json:
    lines, currency = session["_lines"], session["currency"]
    full = sum(line["amount_total"] for line in lines)
    recurring = lines[0]["price"]["recurring"]
    due = money(session["amount_total"], currency)
    trial_end = trial_end_of(account, session)
    return {
        "title": " and ".join(line["description"] for line in lines),
        "price": money(full, currency),
        "every": every(recurring),
        "trial": f"Free until {day_of(trial_end)}, then {money(full, currency)} {every(recurring)}."
        if trial_end
        else "",
        "lines": [{"title": line["description"], "amount": money(line["amount_total"], currency)} for line in lines],
        "due": due,
        "email": email,
        "cancel_url": session["cancel_url"],
        "may_go_without": _may_go_without(session),
        "button": "Start trial" if trial_end else f"Pay {due} and subscribe",
    }
