"""What the YouTube Data API answers."""

from datetime import timedelta
from typing import Annotated, Any, TypeVar

from pydantic import AliasPath, Field, WrapValidator

from core.providers.fields import Answer, Count, Id, Items, Moment, Part, Text, first_address, or_none, read_items
from core.providers.wire import object_of

_Duration = Annotated[timedelta | None, WrapValidator(or_none)]


class Channel(Answer):
    id: Id
    title: Text = Field(default="", validation_alias=AliasPath("snippet", "title"))
    handle: Text = Field(default="", validation_alias=AliasPath("snippet", "customUrl"))
    thumbnails: Annotated[dict[str, Any], Part] = Field(default={}, validation_alias=AliasPath("snippet", "thumbnails"))
    uploads: Text = Field(default="", validation_alias=AliasPath("contentDetails", "relatedPlaylists", "uploads"))

    @property
    def picture(self) -> str | None:
        return first_address(object_of(self.thumbnails.get(size)).get("url") for size in ("default", "medium", "high"))


class Upload(Answer):
    """An entry of the playlist of uploads."""

    id: Id = Field(validation_alias=AliasPath("contentDetails", "videoId"))


class Made(Answer):
    id: Id


class Video(Answer):
    """`state`: uploaded, processed, failed, rejected or deleted."""

    id: Id
    title: Text = Field(default="", validation_alias=AliasPath("snippet", "title"))
    at: Moment = Field(default=None, validation_alias=AliasPath("snippet", "publishedAt"))
    duration: _Duration = Field(default=None, validation_alias=AliasPath("contentDetails", "duration"))
    state: Text = Field(default="", validation_alias=AliasPath("status", "uploadStatus"))
    failure: Text = Field(default="", validation_alias=AliasPath("status", "failureReason"))
    rejection: Text = Field(default="", validation_alias=AliasPath("status", "rejectionReason"))

    @property
    def duration_s(self) -> float | None:
        """None while it is being processed, when it is told as 0."""
        return (self.duration.total_seconds() or None) if self.duration else None


class Statistics(Answer):
    """Numbers come as text; likes and comments that are hidden don't come at all."""

    id: Id
    views: Count = Field(default=None, validation_alias=AliasPath("statistics", "viewCount"))
    likes: Count = Field(default=None, validation_alias=AliasPath("statistics", "likeCount"))
    comments: Count = Field(default=None, validation_alias=AliasPath("statistics", "commentCount"))


class _Page(Answer):
    items: Annotated[tuple[Any, ...], Items] = ()


A = TypeVar("A", bound=Answer)


def items_in(body: dict[str, Any], model: type[A]) -> list[A]:
    """Those that can be read."""
    return read_items(_Page.model_validate(body).items, model)[0]
