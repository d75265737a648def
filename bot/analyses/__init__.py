"""How channels do: naming one, its report, its history, two side by side."""

from bot.analyses import details, handlers, sentences
from bot.router import Router


def register(router: Router) -> None:
    handlers.register(router)
    details.register(router)
    sentences.register(router)
