"""Connecting an account: the page behind the link from the chat, a network's consent page, and the way back.

Looking at the link changes nothing; its button uses it, sets a cookie, and leads to the network. Back comes the browser
that holds the cookie, once. Nothing that comes back says where to go: every answer is a page of ours.
"""

from collections.abc import Callable, Mapping
from typing import Final

from aiohttp import web

from core.accounts.models import User
from core.accounts.service import UserNotFound, user_of
from core.connections.connecting import connect
from core.connections.consents import (
    LIFE,
    ConsentOver,
    OtherBrowser,
    Walk,
    begin_consent,
    consent_to_begin,
    new_browser,
    note_outcome,
    take_consent,
)
from core.connections.links import CALLBACK_ROUTE, START_ROUTE, ConsentLinkNotOurs
from core.connections.models import Connection
from core.deps import Deps
from core.errors import AppError
from core.providers.discovery import Network
from core.publishing.networks.contract import ConsentAsk, NetworkErrorCode
from web.context import CONSENT_LINKS, DEPS
from web.page import Page, Words, show
from web.troubles import LANGUAGE

routes = web.RouteTableDef()

COOKIE: Final = "postaify_consent_{network}"
STATE_MOST: Final = 200
CODE_MOST: Final = 4096
"""Longer ones were never given out. Google's codes have about 100 characters, TikTok's some hundreds."""
DENIED: Final = "denied"
NAMES: Final = {Network.TIKTOK: "TikTok", Network.INSTAGRAM: "Instagram", Network.YOUTUBE: "YouTube"}


@routes.get(f"{START_ROUTE}/{{token}}")
async def ask_to_begin(request: web.Request) -> web.Response:
    """Whose chat it is, and what comes next."""
    deps, t = request.app[DEPS], Words("en")
    try:
        owner_id, consent_id = request.app[CONSENT_LINKS].started(request.match_info["token"])
        async with deps.read() as session:
            user = await user_of(session, owner_id)
            t = _of(request, user)
            network = await consent_to_begin(session, owner_id=owner_id, consent_id=consent_id, now=deps.clock.now())
    except (ConsentLinkNotOurs, ConsentOver, UserNotFound):
        return await show(deps, _over(t), t)
    return await show(deps, _invitation(network, user, t), t)


@routes.post(f"{START_ROUTE}/{{token}}")
async def begin(request: web.Request) -> web.Response:
    """Use the link: this browser is the one that may come back."""
    deps, links, t, browser = request.app[DEPS], request.app[CONSENT_LINKS], Words("en"), new_browser()
    try:
        owner_id, consent_id = links.started(request.match_info["token"])
        async with deps.tx() as tx:
            t = _of(request, await user_of(tx.session, owner_id))
            network = await consent_to_begin(tx.session, owner_id=owner_id, consent_id=consent_id, now=tx.now)
            ask = await begin_consent(
                tx,
                deps.cipher,
                owner_id=owner_id,
                consent_id=consent_id,
                browser=browser,
                redirect_uri=links.callback(network),
            )
    except (ConsentLinkNotOurs, ConsentOver, UserNotFound):
        return await show(deps, _over(t), t)
    return await _led_on(request, network, ask, browser, t)


async def _led_on(request: web.Request, network: Network, ask: ConsentAsk, browser: str, t: Words) -> web.Response:
    """By a page of ours and no redirect: browsers hold a form's target against redirects that follow it, and networks
    redirect among hosts of theirs. https://www.w3.org/TR/CSP3/#directive-form-action"""
    consents = request.app[DEPS].consents.get(network)
    if consents is None:
        return await show(request.app[DEPS], _not_set_up(network, t), t)
    answer = await show(request.app[DEPS], _on_the_way(network, consents.consent_url(ask), t), t)
    links = request.app[CONSENT_LINKS]
    answer.set_cookie(
        COOKIE.format(network=network),
        browser,
        max_age=int(LIFE.total_seconds()),
        path=links.path,
        httponly=True,
        samesite="Lax",
        secure=links.secure,
    )
    return answer


@routes.get(CALLBACK_ROUTE, allow_head=False)
async def come_back(request: web.Request) -> web.Response:
    """With a code, or with a no. Whatever else stands in the address is passed over."""
    deps, t = request.app[DEPS], Words("en")
    try:
        walk = await _taken(request)
    except ConsentOver:
        return await show(deps, _over(t), t)
    except OtherBrowser:
        return await show(deps, _other_browser(t), t)
    async with deps.read() as session:
        t = _of(request, await user_of(session, walk.owner_id))
    answer = await show(deps, await _outcome(deps, walk, request.query.get("code", ""), t), t)
    answer.del_cookie(COOKIE.format(network=walk.network), path=request.app[CONSENT_LINKS].path)
    return answer


async def _taken(request: web.Request) -> Walk:
    """Raises ConsentOver, OtherBrowser."""
    try:
        network = Network(request.match_info["network"])
    except ValueError as exc:
        raise ConsentOver from exc
    deps, links = request.app[DEPS], request.app[CONSENT_LINKS]
    async with deps.tx() as tx:
        return await take_consent(
            tx,
            deps.cipher,
            network=network,
            state=request.query.get("state", "")[:STATE_MOST],
            browser=request.cookies.get(COOKIE.format(network=network), "")[:STATE_MOST],
            redirect_uri=links.callback(network),
        )


async def _outcome(deps: Deps, walk: Walk, code: str, t: Words) -> Page:
    if not code or len(code) > CODE_MOST:
        async with deps.tx() as tx:
            await note_outcome(tx, owner_id=walk.owner_id, consent_id=walk.consent_id, outcome=DENIED)
        return _denied(walk.network, t)
    try:
        connection = await connect(deps, walk, code=code)
    except AppError as error:
        return _failed(walk.network, error, t)
    return _connected(connection, walk.network, t)


def _of(request: web.Request, user: User) -> Words:
    """Their words, also for whatever goes wrong from now on."""
    request[LANGUAGE] = user.language
    return Words(user.language)


def _invitation(network: Network, user: User, t: Words) -> Page:
    """With the name that nobody else has, where there is one."""
    name = NAMES[network]
    person = f"{user.first_name} (@{user.username})" if user.username else user.first_name
    return Page(
        t("Connect {network} to Postaify", network=name),
        (
            t("It will belong to the chat of {person}.", person=person),
            t("{network} asks you what Postaify may do. Your password stays there.", network=name),
        ),
        deed=t("Go on to {network}", network=name),
        small=t("Did somebody send you this link? Then close the page: they would publish in your name."),
    )


def _on_the_way(network: Network, url: str, t: Words) -> Page:
    name = NAMES[network]
    return Page(
        t("On to {network}", network=name),
        (t("If nothing happens, press the button."),),
        way=(t("Go on to {network}", network=name), url),
        leads_on=True,
    )


def _connected(connection: Connection, network: Network, t: Words) -> Page:
    account = f"@{connection.username}" if connection.username else connection.name
    return Page(
        t("{network} is connected", network=NAMES[network]),
        (t("Postaify can publish as {account} now.", account=account),),
        small=t("You can end that at any time: /connect in our chat."),
    )


def _denied(network: Network, t: Words) -> Page:
    return Page(
        t("{network} isn't connected", network=NAMES[network]),
        (
            t("You said no, or left the page early. Nothing was stored."),
            t("Have you changed your mind? /connect in our chat gives a new link."),
        ),
    )


def _over(t: Words) -> Page:
    return Page(
        t("This link is of no use any more"),
        (t("It works once, for ten minutes, and only the newest one does. /connect in our chat gives another."),),
        status=410,
    )


def _other_browser(t: Words) -> Page:
    return Page(
        t("Please do it all in one browser"),
        (
            t("You pressed the button in another browser or app than the one that has come back here."),
            t("Copy the link from our chat (/connect gives a new one), and open it in this browser."),
        ),
        status=403,
    )


def _not_set_up(network: Network, t: Words) -> Page:
    return Page(
        t("{network} can't be connected here", network=NAMES[network]),
        (t("Whoever runs this bot hasn't set it up. Nothing was stored."),),
        status=503,
    )


def _failed(network: Network, error: AppError, t: Words) -> Page:
    """What happened, and what to do about it. Nothing that the network wrote is shown."""
    said = REASONS.get(error.error_code, _refused)(t)
    again = t("Nothing was stored. /connect in our chat gives a new link.")
    status = 503 if error.error_code in MAY_PASS else 400
    return Page(t("{network} isn't connected", network=NAMES[network]), (said, again), status=status)


def _scope_missing(t: Words) -> str:
    return t("Something that publishing needs wasn't allowed. Please leave everything on the consent page ticked.")


def _not_professional(t: Words) -> str:
    return t(
        "Instagram lets apps publish for business and creator accounts only. In Instagram's settings, under account "
        "type, you can switch to one; it costs nothing."
    )


def _no_channel(t: Words) -> str:
    return t("This Google account has no YouTube channel yet. Open YouTube, create one, and connect again.")


def _unavailable(t: Words) -> str:
    return t("It doesn't answer right now. Please try again in a few minutes.")


def _refused(t: Words) -> str:
    return t("It didn't accept the answer that came back. Please try again.")


MAY_PASS: Final = (NetworkErrorCode.UNAVAILABLE, NetworkErrorCode.RATE_LIMITED)
REASONS: Final[Mapping[str, Callable[[Words], str]]] = {
    NetworkErrorCode.SCOPE_MISSING: _scope_missing,
    NetworkErrorCode.NOT_PROFESSIONAL: _not_professional,
    NetworkErrorCode.NO_CHANNEL: _no_channel,
    **dict.fromkeys(MAY_PASS, _unavailable),
}
