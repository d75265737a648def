"""The address for mail, and what is written about."""

from bot.emails import handlers
from bot.router import Router

__all__ = ["register"]


def register(router: Router) -> None:
    handlers.register(router)
