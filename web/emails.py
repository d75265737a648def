"""Where links in mails lead: a page that says what its button does, and only the button does it.

Programs that open every link in a mail to look for harm change nothing. Mail programs may press the button of
unsubscribing by themselves, by a POST without a page. https://www.rfc-editor.org/rfc/rfc8058
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

from aiohttp import web

from core import ids
from core.accounts.service import UserNotFound, user_of
from core.deps import Deps
from core.emails.addresses import LinkUsed, choose_mail, confirm_address, has_verified, is_open
from core.emails.kinds import Category
from core.emails.links import UNSUBSCRIBE_ROUTE, VERIFY_ROUTE, LinkNotOurs
from core.emails.models import EmailAddress
from core.emails.queries import email_address_of, wants
from core.emails.spelling import shown_address
from web.context import DEPS, EMAIL_LINKS
from web.page import Page, Words, show

routes = web.RouteTableDef()

What = TypeVar("What", UUID, Category)
"""What a link is about: an address to verify, or the mail that isn't wanted any more."""
Answer = Callable[[Deps, ids.UserId, What, Words], Awaitable[Page]]


@routes.get(f"{VERIFY_ROUTE}/{{token}}")
async def ask_to_verify(request: web.Request) -> web.Response:
    return await _answer(request, request.app[EMAIL_LINKS].verified, _verification)


@routes.post(f"{VERIFY_ROUTE}/{{token}}")
async def verify(request: web.Request) -> web.Response:
    return await _answer(request, request.app[EMAIL_LINKS].verified, _verified)


@routes.get(f"{UNSUBSCRIBE_ROUTE}/{{token}}")
async def ask_to_unsubscribe(request: web.Request) -> web.Response:
    return await _answer(request, request.app[EMAIL_LINKS].unsubscribed, _unsubscription)


@routes.post(f"{UNSUBSCRIBE_ROUTE}/{{token}}")
async def unsubscribe(request: web.Request) -> web.Response:
    """For the page's button and for mail programs alike: whatever the body says, the address says what to do."""
    return await _answer(request, request.app[EMAIL_LINKS].unsubscribed, _unsubscribed)


async def _answer(
    request: web.Request, read: Callable[[str], tuple[ids.UserId, What]], answer: Answer[What]
) -> web.Response:
    """The page that `answer` makes for the owner of the link, in their language."""
    deps = request.app[DEPS]
    t = Words("en")
    try:
        owner_id, what = read(request.match_info["token"])
        async with deps.read() as session:
            t = Words((await user_of(session, owner_id)).language)
        page = await answer(deps, owner_id, what, t)
    except LinkNotOurs:
        page = Page(
            t("This link leads nowhere"),
            (t("Perhaps a part of it was lost on the way. Please copy the whole link from the mail."),),
            status=404,
        )
    except (LinkUsed, UserNotFound):
        page = Page(
            t("This link is of no use any more"),
            (t("It works for a day, and only the newest one does. In our chat, /settings sends another."),),
            status=410,
        )
    return await show(deps, page, t)


async def _verification(deps: Deps, owner_id: ids.UserId, link_id: UUID, t: Words) -> Page:
    async with deps.read() as session:
        row = await email_address_of(session, owner_id=owner_id)
    if row is not None and has_verified(row, link_id):
        return _confirmed(row, t)
    if row is None or row.pending is None or not is_open(row, link_id, now=deps.clock.now()):
        raise LinkUsed
    return Page(
        t("Is this your mailbox?"),
        (t("Postaify will write to {address}.", address=shown_address(row.pending)),),
        deed=t("Yes, confirm it"),
        small=t("It isn't, or it wasn't you? Then just close this page, and nothing is sent there."),
    )


async def _verified(deps: Deps, owner_id: ids.UserId, link_id: UUID, t: Words) -> Page:
    async with deps.tx() as tx:
        return _confirmed(await confirm_address(tx, owner_id=owner_id, link_id=link_id), t)


async def _unsubscription(deps: Deps, owner_id: ids.UserId, category: Category, t: Words) -> Page:
    async with deps.read() as session:
        row = await email_address_of(session, owner_id=owner_id)
    if row is None or not wants(row, category):
        return _ended(category, t)
    return Page(
        t("No more mail {about}?", about=_about(category, t)),
        (t("Receipts are sent all the same, and what concerns your address."),),
        deed=t("No more of these"),
    )


async def _unsubscribed(deps: Deps, owner_id: ids.UserId, category: Category, t: Words) -> Page:
    async with deps.tx() as tx:
        await choose_mail(tx, owner_id=owner_id, category=category, wanted=False)
    return _ended(category, t)


def _confirmed(row: EmailAddress, t: Words) -> Page:
    address = shown_address(row.address or "")
    lines = (t("Postaify writes to {address} from now on.", address=address),)
    return Page(t("Your address is confirmed"), lines, small=t("What about, you choose under /settings in our chat."))


def _ended(category: Category, t: Words) -> Page:
    lines = (t("There won't be any mail {about}.", about=_about(category, t)),)
    return Page(t("Done"), lines, small=t("You can have it again: /settings in our chat."))


def _about(category: Category, t: Words) -> str:
    return t("about published posts") if category is Category.POSTS else t("about your trial and plan")
