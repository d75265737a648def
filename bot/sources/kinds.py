"""What a message is that has nothing to write from, in words: so that nobody wonders what was understood."""

from markupsafe import Markup
from telegram import Message

from bot.texts import Texts


def what_came(message: Message, t: Texts) -> Markup:
    """A sentence about it."""
    if message.sticker is not None:
        return t("A sticker has no words that I could write from.")
    if message.poll is not None:
        return t("I can't write from a poll. Send me its question as text.")
    if message.contact is not None:
        return t("I can't write from a contact.")
    if message.venue is not None or message.location is not None:
        return t("I can't write from a place on the map. Send me what there is to say about it.")
    if message.dice is not None or message.game is not None:
        return t("That is a game, and I am a bad player.")
    if message.story is not None:
        return t("Telegram doesn't show me stories. Save it, and send me the video or the picture.")
    if message.paid_media is not None:
        return t("Telegram doesn't give me paid media.")
    return t("I can't write from that.")
