"""Digests of what goes viral: subscribing, reading them, watching creators."""

from bot.digests import handlers, reading, sentences, watching
from bot.router import Router


def register(router: Router) -> None:
    handlers.register(router)
    reading.register(router)
    watching.register(router)
    sentences.register(router)
