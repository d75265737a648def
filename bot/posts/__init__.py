"""Posts in the chat: options, draft cards, history."""

from bot.posts import drafts, history, options
from bot.posts.problems import register_sentences
from bot.router import Router


def register(router: Router) -> None:
    options.register(router)
    drafts.register(router)
    history.register(router)
    register_sentences(router)
