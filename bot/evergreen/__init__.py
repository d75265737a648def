"""Evergreen posts in the chat: they fill the slots that nothing else takes."""

from bot.router import Router


def register(router: Router) -> None:
    # Not above: the screens show the posts' cards, which show this feature's actions.
    from bot.evergreen import handlers

    handlers.register(router)
