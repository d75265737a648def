"""Sources in the chat: whatever the user sends becomes a card, and is kept under /sources."""

from telegram import Message

from bot.router import Router


def register(router: Router) -> None:
    from bot.received import medium_of  # here, since cards all over the bot have buttons of this feature
    from bot.sources import handlers, library, reading
    from bot.sources.actions import ShowSource
    from bot.sources.problems import SENTENCES

    def is_readable_file(message: Message) -> bool:
        """Telegram shows an animation as a document, too."""
        return message.document is not None and message.animation is None and handlers.is_text_file(message.document)

    router.command("new", handlers.on_new, menu="Write posts from what you send")
    library.register(router)
    reading.register(router)
    router.press(ShowSource, handlers.on_show_source)
    router.content(lambda message: bool(message.text), handlers.on_text)
    router.content(is_readable_file, handlers.on_document)
    router.content(lambda message: medium_of(message) is not None or message.video_note is not None, handlers.on_media)
    router.content(lambda message: message.pinned_message is None, handlers.on_anything)
    router.edited = handlers.on_edited
    router.errors(SENTENCES)
