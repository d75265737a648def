"""The pages: a list, one mail as HTML, text and source. A mail's own HTML stands in a frame that can do nothing."""

from functools import cache
from pathlib import Path
from typing import Final

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from web.sandbox.mail.reading import StoredMail, mail_named, mails_in

MAIL_FOLDER: web.AppKey[Path] = web.AppKey("mail_folder", Path)
VIEWS: Final = ("html", "text", "source")
FRAMED: Final = {
    "Content-Security-Policy": (
        "sandbox allow-popups allow-popups-to-escape-sandbox; "
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
PAGE: Final = {
    "Content-Security-Policy": "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'",
    "Cache-Control": "no-store",
}
routes = web.RouteTableDef()


def add_to(app: web.Application, folder: Path | None) -> None:
    """The pages, over a folder; without one, there are no mails."""
    if folder is not None:
        app[MAIL_FOLDER] = folder
    app.router.add_routes(routes)


@routes.get("/mail")
async def list_mails(request: web.Request) -> web.Response:
    folder = request.app.get(MAIL_FOLDER)
    return _page("list.html", mails=mails_in(folder) if folder is not None else [], folder=folder)


@routes.get("/mail/{name}")
async def show_mail(request: web.Request) -> web.Response:
    """`?view=` is html (where the mail has it), text or source."""
    mail = _mail(request)
    asked = request.query.get("view", "html" if mail.html is not None else "text")
    return _page("mail.html", mail=mail, view=asked if asked in VIEWS else "text", views=VIEWS)


@routes.get("/mail/{name}/html")
async def framed_html(request: web.Request) -> web.Response:
    """What stands in the frame; by itself it can do as little."""
    return web.Response(text=_mail(request).html or "", content_type="text/html", headers=FRAMED)


@routes.get("/mail/{name}/source")
async def raw_source(request: web.Request) -> web.Response:
    """The file as it is, for another mail program."""
    mail = _mail(request)
    headers = {"Content-Disposition": f'attachment; filename="{mail.name}"', "X-Content-Type-Options": "nosniff"}
    return web.Response(body=mail.raw, content_type="message/rfc822", headers=headers)


def _mail(request: web.Request) -> StoredMail:
    folder = request.app.get(MAIL_FOLDER)
    mail = mail_named(folder, request.match_info["name"]) if folder is not None else None
    if mail is None:
        raise web.HTTPNotFound(text="There is no such mail.")
    return mail


def _page(template: str, **shown: object) -> web.Response:
    text = _templates().get_template(template).render(**shown)
    return web.Response(text=text, content_type="text/html", headers=PAGE)


@cache
def _templates() -> Environment:
    return Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined)
