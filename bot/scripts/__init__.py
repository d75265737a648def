"""Scripts for videos: sending one, having it analysed, keeping it, writing one like a channel's."""

from bot.router import Router
from bot.scripts import library, sentences, taking, working


def register(router: Router) -> None:
    taking.register(router)
    working.register(router)
    library.register(router)
    sentences.register(router)
