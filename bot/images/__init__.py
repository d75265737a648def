"""Images: options, how far they are, the picture, and where it goes."""

from bot.images import choosing, library, making, sentences
from bot.router import Router


def register(router: Router) -> None:
    choosing.register(router)
    making.register(router)
    library.register(router)
    router.errors(sentences.SENTENCES)
