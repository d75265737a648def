"""Accounts at TikTok, Instagram and YouTube: connecting, testing, disconnecting."""

from bot.connections import handlers
from bot.router import Router

__all__ = ["register"]


def register(router: Router) -> None:
    handlers.register(router)
