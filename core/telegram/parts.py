"""From content to the calls that send it: which texts, captions and albums, in which order."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.telegram.content import CAPTION_LIMIT, TEXT_LIMIT, Content, Entity, Media, Row, TextFormat
from core.telegram.splitting import fits, split_entities, split_html


@dataclass(frozen=True, slots=True)
class Part:
    """One call. `media`: none for a text, one, or an album; then `text` is the caption."""

    text: str
    html: bool
    entities: tuple[Entity, ...] = ()
    media: tuple[Media, ...] = ()
    keyboard: tuple[Row, ...] = ()
    reply_to: int | None = None

    @property
    def messages(self) -> int:
        return max(1, len(self.media))


def parts_of(content: Content) -> list[Part]:
    """The calls in order, the same each time for the same content. Raises MarkupInvalid for text that must be cut.

    A caption that is too long goes on as texts below its media. An album has no buttons: they get a text of their own.
    """
    texts = _texts(content)
    html = content.format is TextFormat.HTML
    parts = [Part(text, html, entities) for text, entities in texts]
    if not content.media:
        return _with_ends(parts, content)
    if texts and _has_caption(content):
        parts[0] = Part(parts[0].text, html, parts[0].entities, media=content.media)
    else:
        parts.insert(len(parts) if content.media_last else 0, Part("", html, media=content.media))
    return _with_ends(parts, content)


def _has_caption(content: Content) -> bool:
    """Whether the text begins under the media."""
    buttons_below_album = bool(content.keyboard) and len(content.media) > 1
    return bool(content.media) and not content.media_last and not buttons_below_album


def _with_ends(parts: Sequence[Part], content: Content) -> list[Part]:
    """The reply arrow at the first part, the keyboard under the last one that can have it."""
    last = max((index for index, part in enumerate(parts) if len(part.media) <= 1), default=None)
    return [
        Part(
            part.text,
            part.html,
            part.entities,
            part.media,
            keyboard=content.keyboard if index == last else (),
            reply_to=content.reply_to if index == 0 else None,
        )
        for index, part in enumerate(parts)
    ]


def _texts(content: Content) -> list[tuple[str, tuple[Entity, ...]]]:
    if not content.text:
        return []
    first_limit = CAPTION_LIMIT if _has_caption(content) else TEXT_LIMIT
    if content.edit is not None:
        return [(content.text, content.entities)]
    if content.format is TextFormat.HTML:
        return [(piece, ()) for piece in split_html(content.text, first_limit=first_limit)]
    if fits(content.text, len(content.entities), limit=first_limit):
        return [(content.text, content.entities)]
    return split_entities(content.text, content.entities, first_limit=first_limit)
