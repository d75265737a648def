"""Publishing videos: choosing networks, words and options, the time, and what came of it."""

from bot.publishing import drafting, going, options, reports, results, sentences, words
from bot.router import Router

__all__ = ["register"]


def register(router: Router) -> None:
    for part in (drafting, options, words, going, results, reports, sentences):
        part.register(router)
