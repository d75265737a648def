"""What Instagram answers."""

from typing import Annotated, Any, Final

from pydantic import AliasPath, BeforeValidator, Field, SecretStr

from core.providers.fields import Answer, Count, Id, Items, Moment, Part, Positive, Text, read_items
from core.providers.wire import object_of

API_VERSION: Final = "v26.0"
"""Of 2026-07-29. https://developers.facebook.com/docs/graph-api/changelog"""
PERSONAL: Final = "PERSONAL"


def _scopes(value: object) -> list[str]:
    """A list, or words with commas."""
    told = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
    return [scope.strip() for scope in told if isinstance(scope, str) and scope.strip()]


class Granted(Answer):
    access_token: SecretStr
    expires_in: Positive = None
    permissions: Annotated[tuple[str, ...], BeforeValidator(_scopes)] = ()


class Me(Answer):
    """`user_id` is the professional account, which publishes; `id` is only how this app calls a person."""

    user_id: Id
    username: Text = ""
    name: Text = ""
    picture: Text = Field(default="", alias="profile_picture_url")
    account_type: Text = ""


class Container(Answer):
    id: Id
    uri: str | None = None
    """Where its bytes are sent; None when Instagram fetches them."""


class _Uploading(Answer):
    status: Text = ""
    bytes: Count = Field(default=None, alias="bytes_transferred")


class State(Answer):
    code: Text = Field(default="", alias="status_code")
    words: Text = Field(default="", alias="status")
    uploading: Annotated[_Uploading, Part] = Field(
        default=_Uploading(), validation_alias=AliasPath("video_status", "uploading_phase")
    )


class Media(Answer):
    id: Id
    caption: Text = ""
    at: Moment = Field(default=None, alias="timestamp")
    permalink: Text = ""


class Made(Answer):
    id: Id


class Quota(Answer):
    used: Count = Field(default=None, alias="quota_usage")
    total: Count = Field(default=None, validation_alias=AliasPath("config", "quota_total"))


class Metric(Answer):
    name: Text
    value: Count = Field(default=None, validation_alias=AliasPath("values", 0, "value"))


class _Page(Answer):
    data: Annotated[tuple[Any, ...], Items] = ()


def first_of(body: dict[str, Any]) -> dict[str, Any]:
    """The documentation shows some answers inside a list under `data`, Instagram sends them flat: either will do."""
    listed = _Page.model_validate(body).data
    return object_of(listed[0]) if listed else body


def media_in(body: dict[str, Any]) -> list[Media]:
    return read_items(_Page.model_validate(body).data, Media)[0]


def metrics_in(body: dict[str, Any]) -> dict[str, int | None]:
    return {metric.name: metric.value for metric in read_items(_Page.model_validate(body).data, Metric)[0]}
