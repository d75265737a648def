"""The user in the chat: hello, help, settings, the time zone, and what doesn't belong anywhere else."""

from functools import partial

from bot.accounts import handlers, settings, time_zones
from bot.accounts.time_zones import ask_time_zone
from bot.router import Router

__all__ = ["ask_time_zone", "register"]


def register(router: Router) -> None:
    handlers.register(router)
    settings.register(router)
    time_zones.register(router)
    router.command("start", partial(handlers.on_start, router))
    router.command("help", partial(handlers.on_help, router), menu="What I can do")
    router.unknown = partial(handlers.on_unknown, router)
