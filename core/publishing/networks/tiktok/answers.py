"""What TikTok's APIs answer, behind `data`."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from core.providers.fields import Answer, Count, Flag, Id, Items, Moment, Positive, Seconds, Text, read_items


def _known_ids(value: object) -> list[str]:
    """Numbers beyond what a double holds, or their text."""
    found, _ = read_items([{"id": each} for each in value] if isinstance(value, list) else [], _Named)
    return [each.id for each in found]


class _Named(Answer):
    id: Id


class Creator(Answer):
    nickname: Text = Field(default="", alias="creator_nickname")
    username: Text = Field(default="", alias="creator_username")
    picture: Text = Field(default="", alias="creator_avatar_url")
    privacy_options: Annotated[tuple[Text, ...], Items] = Field(default=(), alias="privacy_level_options")
    comments_off: Flag = Field(default=False, alias="comment_disabled")
    duet_off: Flag = Field(default=False, alias="duet_disabled")
    stitch_off: Flag = Field(default=False, alias="stitch_disabled")
    duration_max_s: Positive = Field(default=None, alias="max_video_post_duration_sec")


class Begun(Answer):
    publish_id: Id
    upload_url: str


class State(Answer):
    status: Text = ""
    fail_reason: Text = ""
    post_ids: Annotated[tuple[str, ...], BeforeValidator(_known_ids)] = Field(
        default=(), alias="publicaly_available_post_id"
    )
    """TikTok writes it so."""
    uploaded_bytes: Count = None


class Video(Answer):
    id: Id
    share_url: Text = ""
    made_at: Moment = Field(default=None, alias="create_time")
    title: Text = ""
    description: Text = Field(default="", alias="video_description")
    duration_s: Seconds = Field(default=None, alias="duration")
    views: Count = Field(default=None, alias="view_count")
    likes: Count = Field(default=None, alias="like_count")
    comments: Count = Field(default=None, alias="comment_count")
    shares: Count = Field(default=None, alias="share_count")

    @property
    def words(self) -> str:
        return self.description or self.title

    @property
    def url(self) -> str | None:
        return self.share_url or None


def _readable(value: object) -> list[Video]:
    return read_items(value if isinstance(value, list) else [], Video)[0]


class Videos(Answer):
    """Those that can be read."""

    videos: Annotated[tuple[Video, ...], BeforeValidator(_readable)] = ()
