"""The pages' templates. Their looks are those of the sandbox's payment pages."""

from pathlib import Path
from typing import Any, Final

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

_HERE: Final = Path(__file__).parent
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
}
_TEMPLATES: Final = Environment(
    loader=FileSystemLoader([_HERE / "templates", _HERE.parent / "stripe" / "templates"]),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(template: str, *, status: int = 200, **values: Any) -> web.Response:
    text = _TEMPLATES.get_template(template).render(**values)
    return web.Response(text=text, content_type="text/html", status=status, headers=_HEADERS)
