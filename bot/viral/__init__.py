"""What goes viral: searching, one video, keeping it, and writing one's own version."""

from bot.router import Router
from bot.viral import finding, saved, sentences, videos


def register(router: Router) -> None:
    finding.register(router)
    videos.register(router)
    saved.register(router)
    sentences.register(router)
