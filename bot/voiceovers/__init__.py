"""Voiceovers in the chat: from a text to a voice message and an MP3."""

from bot.router import Router
from bot.voiceovers import handlers, library, sentences


def register(router: Router) -> None:
    handlers.register(router)
    library.register(router)
    sentences.register(router)
