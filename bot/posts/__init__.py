"""Posts in the chat: options, draft cards, history."""

from bot.posts import details, drafts, hashtags, history, makeup_problems, options
from bot.posts.problems import register_sentences
from bot.router import Router


def register(router: Router) -> None:
    # Not above: it asks for the time zone, whose screens name platforms.
    from bot.posts import more

    options.register(router)
    drafts.register(router)
    hashtags.register(router)
    details.register(router)
    history.register(router)
    more.register(router)
    register_sentences(router)
    makeup_problems.register_sentences(router)
