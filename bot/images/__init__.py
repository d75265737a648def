"""Images: options, how far they are, the picture, and where it goes."""

from bot.router import Router


def register(router: Router) -> None:
    # Not above: the screens of posts show this feature's actions.
    from bot.images import choosing, library, making, sentences

    choosing.register(router)
    making.register(router)
    library.register(router)
    router.errors(sentences.SENTENCES)
