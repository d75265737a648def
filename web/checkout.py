"""Where Stripe's pages lead back to: what came of the payment, by what we have been told, and the way to the chat.

These pages change nothing. Whatever they show, the plan follows from Stripe's webhooks.
"""

from collections.abc import Callable, Mapping
from typing import Final

from aiohttp import web

from core.accounts.service import user_of
from core.billing.checkout import DONE_PATH, LEFT_PATH, CheckoutNotFound, CheckoutState, Outcome, checkout_state
from core.errors import ProviderError
from web.context import DEPS
from web.page import Page, Words, show

routes = web.RouteTableDef()
LOOK_AGAIN_S: Final = 2
LOOK_AGAIN_LATER_S: Final = 10
LONGEST_ID: Final = 200


@routes.get(DONE_PATH)
async def done(request: web.Request) -> web.Response:
    """What came of a checkout page. While that isn't known, the page looks again by itself."""
    deps, t = request.app[DEPS], Words("en")
    checkout_id = request.query.get("session_id", "")[:LONGEST_ID]
    try:
        state = await checkout_state(deps, checkout_id)
    except CheckoutNotFound:
        return await show(deps, _unknown(t), t)
    except ProviderError:
        return await show(deps, _unanswered(t), t)
    async with deps.read() as session:
        t = Words((await user_of(session, state.owner_id)).language)
    return await show(deps, PAGES[state.outcome](state, t), t)


@routes.get(LEFT_PATH)
async def left(request: web.Request) -> web.Response:
    """After the portal, or a checkout page that was left without paying."""
    t = Words("en")
    page = Page(t("That's all here"), (t("What you have changed or paid is in our chat in a moment."),))
    return await show(request.app[DEPS], page, t)


def _paid(state: CheckoutState, t: Words) -> Page:
    plan = state.plan_key.capitalize()
    return Page(t("You have {plan}", plan=plan), (t("The payment is there, and the plan is yours."),))


def _confirming(state: CheckoutState, t: Words) -> Page:
    return Page(
        t("The payment is being confirmed"),
        (t("It is through. In a few seconds the plan is yours, and our chat says so."),),
        small=t("This page looks again by itself."),
        again_s=LOOK_AGAIN_S,
    )


def _under_way(state: CheckoutState, t: Words) -> Page:
    return Page(
        t("The payment is under way"),
        (t("Your bank takes its time, some days even. Our chat says when the money has arrived."),),
        again_s=LOOK_AGAIN_LATER_S,
    )


def _second(state: CheckoutState, t: Words) -> Page:
    return Page(
        t("You had a plan already"),
        (t("This second payment goes back to your card, and your plan stays what it was."),),
        small=t("Banks take 5 to 10 days for that."),
    )


def _open(state: CheckoutState, t: Words) -> Page:
    way = (t("Go on paying"), state.url) if state.url else None
    return Page(
        t("Nothing was paid"), (t("The payment isn't finished, and nothing was taken from your card."),), way=way
    )


def _expired(state: CheckoutState, t: Words) -> Page:
    return Page(t("Nothing was paid"), (t("That page is closed. /plan in our chat opens another one."),))


def _unknown(t: Words) -> Page:
    return Page(t("This link leads nowhere"), (t("/plan in our chat says which plan you have."),), status=404)


def _unanswered(t: Words) -> Page:
    return Page(
        t("We can't see the payment right now"),
        (t("If you have paid, our chat says so as soon as we know."),),
        small=t("This page looks again by itself."),
        again_s=LOOK_AGAIN_LATER_S,
        status=503,
    )


PAGES: Final[Mapping[Outcome, Callable[[CheckoutState, Words], Page]]] = {
    Outcome.PAID: _paid,
    Outcome.CONFIRMING: _confirming,
    Outcome.UNDER_WAY: _under_way,
    Outcome.SECOND: _second,
    Outcome.OPEN: _open,
    Outcome.EXPIRED: _expired,
}
