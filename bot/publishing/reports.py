"""Placeholder."""

from bot.router import Router


def register(router: Router) -> None:
    pass
