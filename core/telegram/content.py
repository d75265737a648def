"""What is to be sent, as plain data: deliveries store it as JSON, so it knows nothing of any library."""

from enum import StrEnum
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

TEXT_LIMIT: Final = 4096
"""UTF-16 units after entity parsing. https://core.telegram.org/bots/api#sendmessage"""
CAPTION_LIMIT: Final = 1024
"""Likewise for the caption of a medium. https://core.telegram.org/bots/api#sendphoto"""
ALBUM_LIMIT: Final = 10
"""https://core.telegram.org/bots/api#sendmediagroup"""
BUTTON_DATA_BYTES: Final = 64
"""https://core.telegram.org/bots/api#inlinekeyboardbutton"""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    def to_json(self) -> dict[str, Any]:
        """Plain data for a JSON column; what equals its default is left out."""
        return self.model_dump(mode="json", exclude_defaults=True)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """The inverse of `to_json`. Raises ValueError for anything else."""
        return cls.model_validate(data)


class TextFormat(StrEnum):
    HTML = "html"
    """Telegram's HTML. https://core.telegram.org/bots/api#html-style"""
    PLAIN = "plain"
    """As it is, with `entities` beside it."""


class Entity(_Frozen):
    """One stretch of formatting in a plain text. https://core.telegram.org/bots/api#messageentity"""

    type: str
    offset: int = Field(ge=0)
    """In UTF-16 units, like `length`."""
    length: int = Field(gt=0)
    url: str | None = None
    user_id: int | None = None
    """Whom a `text_mention` names."""
    language: str | None = None
    custom_emoji_id: str | None = None


class Button(_Frozen):
    """An inline button that does exactly one thing: press (`data`), open (`url`) or copy (`copy_text`)."""

    text: str = Field(min_length=1)
    data: str | None = None
    url: str | None = None
    copy_text: str | None = Field(default=None, min_length=1, max_length=256)

    @model_validator(mode="after")
    def _does_one_thing(self) -> Self:
        if sum(value is not None for value in (self.data, self.url, self.copy_text)) != 1:
            raise ValueError("a button has exactly one of data, url and copy_text")
        if self.data is not None and not 1 <= len(self.data.encode()) <= BUTTON_DATA_BYTES:
            raise ValueError(f"a button's data has 1 to {BUTTON_DATA_BYTES} bytes")
        return self


class MediaKind(StrEnum):
    PHOTO = "photo"
    VIDEO = "video"
    AUDIO = "audio"
    VOICE = "voice"
    DOCUMENT = "document"
    ANIMATION = "animation"
    """A GIF, or a film without sound."""


NEVER_IN_ALBUMS: Final = frozenset({MediaKind.VOICE, MediaKind.ANIMATION})
ONLY_AMONG_THEMSELVES: Final = frozenset({MediaKind.AUDIO, MediaKind.DOCUMENT})
"""They can't be mixed with another kind in an album. https://core.telegram.org/bots/api#sendmediagroup"""


class Media(_Frozen):
    """One file from one place: Telegram already has it, Telegram fetches it, or it is uploaded from storage."""

    kind: MediaKind
    file_id: str | None = None
    url: str | None = None
    storage_key: str | None = None
    filename: str | None = None
    """What the receiver sees; only for uploads."""
    thumbnail_key: str | None = None
    """A JPEG in storage, at most 320x320 and 200 kB."""
    duration_s: int | None = None
    width: int | None = None
    height: int | None = None
    title: str | None = None
    performer: str | None = None

    @model_validator(mode="after")
    def _from_one_place(self) -> Self:
        if sum(value is not None for value in (self.file_id, self.url, self.storage_key)) != 1:
            raise ValueError("a medium has exactly one of file_id, url and storage_key")
        return self


Row = Annotated[tuple[Button, ...], Field(min_length=1)]


class Content(_Frozen):
    """A message of any length. What Telegram takes only in pieces is split when it goes out.

    With media, `text` is the caption. The keyboard goes under the last piece, the reply arrow to the first.
    """

    text: str = ""
    format: TextFormat = TextFormat.HTML
    entities: tuple[Entity, ...] = ()
    keyboard: tuple[Row, ...] = ()
    link_preview: bool = True
    silent: bool = False
    reply_to: int | None = None
    """The message to answer; if it is gone, the answer is sent all the same."""
    edit: int | None = None
    """The message to change instead of sending a new one. Its text must fit into one message."""
    media: Annotated[tuple[Media, ...], Field(max_length=ALBUM_LIMIT)] = ()
    media_last: bool = False
    """All of the text goes first, as messages of its own, and the media below it without a caption."""

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        problem = self._problem()
        if problem:
            raise ValueError(problem)
        return self

    def _problem(self) -> str | None:
        if not self.text.strip() and not self.media:
            return "there is nothing to send"
        if self.entities and self.format is TextFormat.HTML:
            return "entities belong to plain text"
        if len(self.media) > 1:
            return self._album_problem()
        return None

    def _album_problem(self) -> str | None:
        kinds = {media.kind for media in self.media}
        if self.edit is not None:
            return "an album can't be edited"
        if kinds & NEVER_IN_ALBUMS:
            return "voice messages and animations are no part of an album"
        if len(kinds) > 1 and kinds & ONLY_AMONG_THEMSELVES:
            return "audio and documents go into albums of their own kind"
        if self.keyboard and not self.text.strip():
            return "an album carries no buttons; they need a text below it"
        return None


class SentPart(_Frozen):
    """One call that succeeded: its message, and for an album the ids of all its messages."""

    message_id: int
    album_ids: tuple[int, ...] = ()
