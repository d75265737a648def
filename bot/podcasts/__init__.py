"""Podcasts in the chat: from a source to a script, to audio, to the private feed."""

from bot.podcasts import asking, library, music, options, script, sentences
from bot.router import Router


def register(router: Router) -> None:
    options.register(router)
    script.register(router)
    library.register(router)
    asking.register(router)
    music.register(router)
    sentences.register(router)
