"""Users' own videos: /videos, and how they get here."""

from bot.router import Router
from bot.videos import handlers
from bot.videos.sentences import SENTENCES


def register(router: Router) -> None:
    handlers.register(router)
    router.errors(SENTENCES)
