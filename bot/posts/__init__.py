"""Posts in the chat: options, draft cards, history."""

from bot.posts import details, drafts, history, makeup_problems, more, options
from bot.posts.problems import register_sentences
from bot.router import Router


def register(router: Router) -> None:
    options.register(router)
    drafts.register(router)
    details.register(router)
    history.register(router)
    more.register(router)
    register_sentences(router)
    makeup_problems.register_sentences(router)
