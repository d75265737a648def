"""Where handlers find what the process works with."""

from aiohttp import web

from core.deps import Deps
from core.emails.links import EmailLinks
from core.metrics import Meter
from core.storage import Links

DEPS = web.AppKey("deps", Deps)
EMAIL_LINKS = web.AppKey("email_links", EmailLinks)
LINKS = web.AppKey("links", Links)
METER = web.AppKey("meter", Meter)
