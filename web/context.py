"""Where handlers find what the process works with."""

from aiohttp import web

from core.deps import Deps
from core.metrics import Meter

DEPS = web.AppKey("deps", Deps)
METER = web.AppKey("meter", Meter)
