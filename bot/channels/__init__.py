"""The channels and groups that posts can go to: connecting, testing, disconnecting."""

from bot.channels import connecting, footers, handlers, sentences
from bot.router import Router


def register(router: Router) -> None:
    handlers.register(router)
    connecting.register(router)
    footers.register(router)
    sentences.register(router)
