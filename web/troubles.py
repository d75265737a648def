"""What somebody sees in a browser when something went wrong that no page of its own tells: plain words and the way back
to the chat. Programs get the same as JSON (middleware.py)."""

from typing import Final

from aiohttp import web

from core.deps import Deps
from core.errors import AppError, LimitReached, NotFound, ProviderError
from web.page import Page, Words, show

LANGUAGE: Final = web.RequestKey("language", str)
"""Under which a request notes its visitor's, once that is known."""
ENGLISH: Final = "en"


def is_looking(request: web.Request) -> bool:
    """Whether somebody follows an address in a browser: programs and pages' own calls don't ask for pages."""
    return "text/html" in request.headers.get("Accept", "")


async def crashed(deps: Deps, request: web.Request, *, reference: str) -> web.Response:
    """Nobody has foreseen it."""
    t = _words(request)
    page = Page(
        t("Something went wrong on our side"),
        (
            t("It isn't your fault. Our chat shows how things stand, and there you can begin again."),
            t("If it happens again, tell us this: {reference}", reference=reference),
        ),
        status=500,
    )
    return await show(deps, page, t)


async def refused(deps: Deps, request: web.Request, error: AppError, *, status: int) -> web.Response:
    """What the business says no to."""
    t = _words(request)
    return await show(deps, _page(error, t, status), t)


def _page(error: AppError, t: Words, status: int) -> Page:
    match error:
        case LimitReached():
            line = t("Please wait a minute, then load this page again.")
            return Page(t("Too many visits at once"), (line,), status=status)
        case NotFound():
            line = t("The link may be old, or not whole. Our chat gives you another.")
            return Page(t("There is nothing here"), (line,), status=status)
        case ProviderError():
            line = t("Please load this page again in a few minutes.")
            return Page(t("Something we need doesn't answer right now"), (line,), status=status)
    line = t("Our chat shows how things stand, and there you can begin again.")
    return Page(t("That can't be done"), (line,), status=status)


def _words(request: web.Request) -> Words:
    return Words(request.get(LANGUAGE, ENGLISH))
