"""Users' own videos: /videos, and how they get here."""

from bot.router import Router


def register(router: Router) -> None:
    from bot.videos import handlers, sentences  # here, since cards all over the bot have buttons of this feature

    handlers.register(router)
    router.errors(sentences.SENTENCES)
