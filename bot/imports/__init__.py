"""The schedule as files: many posts from a CSV, and all that is planned as CSV and for calendars."""

from bot.router import Router


def register(router: Router) -> None:
    # Not above: the calendar, whose screens these share, has this feature's actions under them.
    from bot.imports import exports, handlers, sentences

    handlers.register(router)
    exports.register(router)
    sentences.register(router)
