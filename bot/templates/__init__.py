"""Texts with variables, used again and again."""

from bot.router import Router


def register(router: Router) -> None:
    # Not above: the screens show the posts' cards, which show this feature's actions.
    from bot.templates import handlers, sentences, using

    handlers.register(router)
    using.register(router)
    sentences.register(router)
