"""What can be wrong with a chat, as sentences: what it is, and what to do."""

from collections.abc import Callable
from typing import Any

from markupsafe import Markup

from bot.router import Router, Sentence
from bot.texts import Texts

SENTENCES: dict[str, Callable[[Texts], Markup]] = {
    "channels.not_found": lambda t: t("That chat isn't connected any more, or it isn't yours. See /channels."),
    "channels.not_seen": lambda t: t("I can't see that chat. Make me an admin there, and try again."),
    "channels.neither_channel_nor_group": lambda t: t("That is neither a channel nor a group. Please choose one."),
    "channels.bot_not_in": lambda t: t("I'm not in that chat. Add me there as an admin, and try again."),
    "channels.bot_cant_post": lambda t: t(
        "I'm in the channel, but may not post. Give me the admin right “Post messages”, and try again."
    ),
    "channels.bot_cant_write": lambda t: t(
        "I'm in the group, but may not write. Let me send messages or make me an admin, and try again."
    ),
    "channels.you_not_admin": lambda t: t(
        "Only admins can connect a chat, and you aren't one there. Ask one of them to make you an admin, or to do it."
    ),
    "channels.you_cant_post": lambda t: t(
        "You may not post in that channel, so I don't, either. Ask its owner for the right “Post messages”."
    ),
    "channels.test_refused": lambda t: t(
        "Telegram didn't take the test. Look whether I may post there, then press Check again or try once more."
    ),
    "channels.test_unsure": lambda t: t(
        "Telegram didn't answer. The test may be there: please look before you repeat it."
    ),
    "channels.test_not_deleted": lambda t: t("Telegram didn't let me delete it. Please delete it there yourself."),
}


def register(router: Router) -> None:
    for code, sentence in SENTENCES.items():
        router.error(code, _told(sentence))
    router.error("channels.posts_waiting", _posts_waiting)


def _posts_waiting(t: Texts, params: dict[str, Any]) -> Markup:
    return t.plural(
        "{n} post is to go out there. Cancel it or send it elsewhere first; see /calendar.",
        "{n} posts are to go out there. Cancel them or send them elsewhere first; see /calendar.",
        int(params["posts"]),
    )


def _told(sentence: Callable[[Texts], Markup]) -> Sentence:
    return lambda t, _: sentence(t)
