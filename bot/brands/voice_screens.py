"""A brand's voice: its style card, and how it is learned."""

from markupsafe import Markup

from bot.texts import Texts
from core.brands.style import StyleCard


def voice_line(card: StyleCard, t: Texts) -> Markup:
    """The voice in a line."""
    if card == StyleCard():
        return t("🗣 Voice: not learned yet")
    if card.posts:
        return t.plural("🗣 Voice: learned from {n} post", "🗣 Voice: learned from {n} posts", card.posts)
    return t("🗣 Voice: written by hand")
