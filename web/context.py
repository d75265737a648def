"""Where handlers find what the process works with."""

from aiohttp import web

from core.connections.links import ConsentLinks
from core.deps import Deps
from core.emails.links import EmailLinks
from core.metrics import Meter
from core.storage import Links
from core.videos.links import UploadLinks
from web.receiving import Receiving

CONSENT_LINKS = web.AppKey("consent_links", ConsentLinks)
DEPS = web.AppKey("deps", Deps)
EMAIL_LINKS = web.AppKey("email_links", EmailLinks)
LINKS = web.AppKey("links", Links)
METER = web.AppKey("meter", Meter)
RECEIVING = web.AppKey("receiving", Receiving)
UPLOAD_LINKS = web.AppKey("upload_links", UploadLinks)
