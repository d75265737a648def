"""A brand's voice as words for a writer: what it is, whom it speaks to, and how. Pure."""

from collections.abc import Iterable, Sequence

from core.brands.models import Brand
from core.brands.style import StyleCard
from core.posts.manner import NO_MANNER, Manner


def voice_text(brand: Brand) -> str:
    """Free text for `Brief.brand_voice` and `ScriptBrief.brand_voice`, in English; what isn't known is left out.

    It holds what people have typed and posted, so to a model it is material like a source.
    """
    card = style_of(brand)
    told = [
        _line("Name", brand.name),
        _line("What it is", brand.description),
        _line("Speaks to", brand.audience),
        _line("Tone", card.tone),
        *_figures(card),
        _list("Posts begin like", card.openings),
        _list("Posts end like", card.closings),
        _list("Sounds like", card.samples),
        _line("Never uses the words", ", ".join(card.taboo)),
    ]
    return "\n".join(line for line in told if line)


def style_of(brand: Brand) -> StyleCard:
    """The brand's style card; an empty one as long as nothing was learned or written."""
    return StyleCard.from_json(brand.voice)


def manner_of(brand: Brand | None) -> Manner:
    """What of it can be counted, for `Brief.manner` and `Change.manner`; without a brand nothing is asked."""
    if brand is None:
        return NO_MANNER
    card = style_of(brand)
    return Manner(
        characters=card.characters,
        emojis_per_post=card.emojis_per_post,
        emojis=card.emojis,
        hashtags_per_post=card.hashtags_per_post,
        hashtags=card.hashtags,
        taboo=card.taboo,
        signature=brand.signature,
    )


def _figures(card: StyleCard) -> Iterable[str]:
    if card.characters is not None:
        yield f"Length of a post: about {card.characters} characters"
    if card.sentence_words is not None:
        yield f"Length of a sentence: about {card.sentence_words} words"
    if card.paragraphs is not None:
        yield f"Paragraphs in a post: about {card.paragraphs}"
    if card.emojis_per_post is not None:
        yield _counted("Emojis", card.emojis_per_post, card.emojis)
    if card.hashtags_per_post is not None:
        yield _counted("Hashtags", card.hashtags_per_post, card.hashtags)


def _counted(name: str, per_post: int, such_as: Sequence[str]) -> str:
    if not per_post:
        return f"{name}: none"
    return ", ".join([f"{name} in a post: about {per_post}", *([f"such as {' '.join(such_as)}"] if such_as else [])])


def _line(name: str, told: str) -> str:
    return f"{name}: {told.strip()}" if told.strip() else ""


def _list(name: str, told: Sequence[str]) -> str:
    return "\n".join([f"{name}:", *(f"- {each}" for each in told)]) if told else ""
