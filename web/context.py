"""Where handlers find what the process works with."""

from aiohttp import web

from core.deps import Deps

DEPS = web.AppKey("deps", Deps)
