"""Brands: what they say, their voice and hashtags, and who may use them."""

from bot.brands import handlers, hashtags, look, members, sentences, voice
from bot.router import Router


def register(router: Router) -> None:
    handlers.register(router)
    members.register(router)
    voice.register(router)
    look.register(router)
    hashtags.register(router)
    sentences.register(router)
