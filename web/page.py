"""One small page: what is so, what there is to press, and the way back to the chat. And its words."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from core.chat_address import chat_url
from core.deps import Deps
from core.languages import is_right_to_left
from core.translations import catalogue

PAGES: Final = Path(__file__).parent / "pages"
HEADERS: Final = {
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says. `deed` is the label of the button that does it; `way` leads on (label and address), with
    `leads_on` by itself; `again_s`: look again by itself after so many seconds. But for a deed to be done, a way leads
    back to the chat."""

    title: str
    lines: tuple[str, ...] = ()
    small: str | None = None
    deed: str | None = None
    way: tuple[str, str] | None = None
    again_s: int | None = None
    leads_on: bool = False
    status: int = 200


@dataclass(frozen=True, slots=True)
class Words:
    """`t("You have {plan}", plan=...)`: plain text in a language, which the page escapes."""

    language: str

    def __call__(self, message: str, /, **params: Any) -> str:
        return catalogue(self.language).gettext(message).format(**params)


async def show(deps: Deps, page: Page, t: Words) -> web.Response:
    chat = await chat_url(deps.settings, deps.redis)
    shown = template("page.html").render(page=page, language=t.language, chat_url=chat, chat=t("Back to the chat"))
    headers = HEADERS | ({"Refresh": str(page.again_s)} if page.again_s else {})
    if page.leads_on and page.way is not None:
        headers |= {"Refresh": f"0; url={page.way[1]}"}
    return web.Response(text=shown, status=page.status, content_type="text/html", headers=headers)


@cache
def template(name: str) -> Template:
    """A page of this house: `page.html`, or one that extends it."""
    environment = Environment(loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined)
    environment.globals["is_right_to_left"] = is_right_to_left
    return environment.get_template(name)
