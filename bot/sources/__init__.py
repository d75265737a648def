"""Sources in the chat: whatever the user sends becomes a card."""

from telegram import Message

from bot.received import medium_of
from bot.router import Router
from bot.sources import handlers
from bot.sources.actions import ShowSource
from bot.sources.problems import register_sentences


def register(router: Router) -> None:
    router.command("new", handlers.on_new, menu="Write posts from what you send")
    router.press(ShowSource, handlers.on_show_source)
    router.content(lambda message: bool(message.text), handlers.on_text)
    router.content(_is_readable_file, handlers.on_document)
    router.content(lambda message: medium_of(message) is not None, handlers.on_media)
    router.content(lambda message: message.pinned_message is None, handlers.on_anything)
    router.edited = handlers.on_edited
    register_sentences(router)


def _is_readable_file(message: Message) -> bool:
    """Telegram shows an animation as a document, too."""
    return message.document is not None and message.animation is None and handlers.is_text_file(message.document)
