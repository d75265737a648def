"""Queues in the chat: posts fill the times of the week that a chat has."""

from bot.router import Router


def register(router: Router) -> None:
    # Not above: these show the posts' cards, whose buttons are this feature's actions.
    from bot.queues import handlers, sentences, slots

    handlers.register(router)
    slots.register(router)
    sentences.register(router)
