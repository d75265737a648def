"""Times in the chat: choosing one for a post, what became of it, the calendar."""

from bot.router import Router


def register(router: Router) -> None:
    # Not above: these show the posts' cards, whose buttons are this feature's actions.
    from bot.deliveries import calendar, checking, choosing, handlers, missed, sentences, targets

    choosing.register(router)
    checking.register(router)
    targets.register(router)
    handlers.register(router)
    missed.register(router)
    calendar.register(router)
    sentences.register(router)
