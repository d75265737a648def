"""Instagram through ScrapeCreators. A video's id is its shortcode: what all endpoints and addresses have."""

from typing import Annotated, Any

from pydantic import AliasChoices, AliasPath, BeforeValidator, Field

from core.providers.discovery import (
    FoundCreator,
    FoundPage,
    FoundVideo,
    Network,
    Period,
    Search,
    Transcript,
    VideoFormat,
)
from core.providers.discovery_links import handle_in, instagram_profile_url, instagram_url, video_address
from core.providers.fields import Answer, Count, Flag, Id, Items, Moment, Part, Positive, Seconds, Text, first_address
from core.providers.scrapecreators.account import Endpoint, ScrapeCreators, within

PROFILE = Endpoint("/v1/instagram/profile")
POSTS = Endpoint(
    "/v2/instagram/user/posts", ("items",), cursor_param="next_max_id", cursor="next_max_id", more="more_available"
)
SEARCH = Endpoint("/v2/instagram/reels/search", ("reels",), cursor_param="page", last_page=11)
"""Found through Google, which shows no more; a twelfth page is refused."""
TRENDING = Endpoint("/v1/instagram/reels/trending", ("data.reels",), last_page=5)
POST = Endpoint("/v1/instagram/post")
TRANSCRIPT = Endpoint("/v2/instagram/media/transcript")

_PERIODS = {Period.DAY: "last-day", Period.WEEK: "last-week", Period.MONTH: "last-month"}
_PHOTOS = frozenset({1, 8})
"""media_type: 1 a photo, 2 a video, 8 a carousel."""


class _Owner(Answer):
    id: Text = Field(default="", validation_alias=AliasChoices("id", "pk"))
    username: Id
    full_name: Text = ""
    is_verified: Flag = False
    picture: Text = Field(default="", alias="profile_pic_url")
    followers: Positive = Field(
        default=None, validation_alias=AliasChoices("follower_count", AliasPath("edge_followed_by", "count"))
    )
    posts: Positive = Field(
        default=None, validation_alias=AliasChoices("post_count", AliasPath("edge_owner_to_timeline_media", "count"))
    )


class _Candidate(Answer):
    url: Text = ""


class _Pictures(Answer):
    candidates: Annotated[tuple[Any, ...], Items] = ()

    @property
    def addresses(self) -> list[Any]:
        return [within(candidate, "url") for candidate in self.candidates]


def _caption(value: Any) -> Any:
    """A text, an object with one, or null; detailed posts hold a list of nodes."""
    return within(value, "text") if isinstance(value, dict) else value


class _Media(Answer):
    """A post in any of the four shapes in which endpoints give it."""

    code: Id = Field(validation_alias=AliasChoices("code", "shortcode"))
    owner: _Owner = Field(validation_alias=AliasChoices("user", "owner"))
    caption: Annotated[Text, BeforeValidator(_caption)] = Field(
        default="",
        validation_alias=AliasChoices("caption", AliasPath("edge_media_to_caption", "edges", 0, "node", "text")),
    )
    taken_at: Moment = Field(default=None, validation_alias=AliasChoices("taken_at", "taken_at_timestamp"))
    play_count: Count = None
    ig_play_count: Count = None
    video_play_count: Count = None
    likes: Count = Field(
        default=None, validation_alias=AliasChoices("like_count", AliasPath("edge_media_preview_like", "count"))
    )
    counts_hidden: Flag = Field(default=False, alias="like_and_view_counts_disabled")
    comments: Count = Field(
        default=None,
        validation_alias=AliasChoices(
            "comment_count",
            AliasPath("edge_media_to_parent_comment", "count"),
            AliasPath("edge_media_preview_comment", "count"),
        ),
    )
    video_duration: Seconds = None
    media_type: Count = None
    kind: Text = Field(default="", alias="__typename")
    is_ad: Flag = False
    pictures: Annotated[_Pictures, Part] = Field(default=_Pictures(), alias="image_versions2")
    image_url: Text = ""
    thumbnail_src: Text = ""
    display_url: Text = ""

    @property
    def is_photos(self) -> bool:
        return self.media_type in _PHOTOS or self.kind in ("XDTGraphSidecar", "XDTGraphImage")


class _User(Answer):
    id: Id
    username: Id
    full_name: Text = ""
    biography: Text = ""
    is_verified: Flag = False
    picture: Text = Field(default="", validation_alias=AliasChoices("profile_pic_url_hd", "profile_pic_url"))
    followers: Count = Field(default=None, validation_alias=AliasPath("edge_followed_by", "count"))
    posts: Count = Field(default=None, validation_alias=AliasPath("edge_owner_to_timeline_media", "count"))


class Instagram:
    """A creator's `videos` are all their posts: Instagram tells no other number. A region can't be asked for."""

    network = Network.INSTAGRAM

    def __init__(self, account: ScrapeCreators) -> None:
        self._account = account
        self.name = account.name

    async def search(self, search: Search, cursor: str | None = None) -> FoundPage:
        if not search.keyword:
            return await self._account.page(TRENDING, _Media, self._organic, cursor=cursor)
        return await self._account.page(
            SEARCH,
            _Media,
            self._organic,
            cursor=cursor,
            query=search.keyword,
            date_posted=_PERIODS[search.period],
        )

    async def creator(self, handle_or_url: str) -> FoundCreator:
        handle = handle_in(handle_or_url, Network.INSTAGRAM)
        answer = await self._account.get(PROFILE, handle=handle)
        user = self._account.read(within(answer, "data.user"), _User)
        return FoundCreator(
            network=Network.INSTAGRAM,
            creator_id=user.id,
            handle=user.username,
            name=user.full_name or user.username,
            url=self._account.shown(instagram_profile_url(user.username)),
            followers=user.followers,
            videos=user.posts,
            avatar_url=first_address([user.picture]),
            verified=user.is_verified,
            about=user.biography,
        )

    async def videos_of(self, creator: FoundCreator, cursor: str | None = None) -> FoundPage:
        return await self._account.page(
            POSTS,
            _Media,
            lambda item: self._found(item, of=creator),
            cursor=cursor,
            handle=creator.handle,
        )

    async def video(self, url: str) -> FoundVideo:
        answer = await self._account.get(POST, url=video_address(url, Network.INSTAGRAM))
        return self._found(self._account.read(within(answer, "data.xdt_shortcode_media"), _Media))

    async def transcript(self, video_url: str) -> Transcript | None:
        """Without times. Instagram's own speech recognition: videos up to two minutes."""
        answer = await self._account.get(TRANSCRIPT, url=video_address(video_url, Network.INSTAGRAM))
        parts = answer.get("transcripts")
        texts = [within(part, "text") for part in parts] if isinstance(parts, list) else []
        text = " ".join(part.strip() for part in texts if isinstance(part, str)).strip()
        return Transcript(text, "") if text else None

    def _organic(self, item: _Media) -> FoundVideo | None:
        """An advertisement's views are bought."""
        return None if item.is_ad else self._found(item)

    def _found(self, item: _Media, of: FoundCreator | None = None) -> FoundVideo:
        owner = self._owner(item.owner)
        plays = (item.play_count, item.ig_play_count, item.video_play_count)
        pictures = [item.thumbnail_src, item.display_url, item.image_url, *item.pictures.addresses]
        return FoundVideo(
            network=Network.INSTAGRAM,
            video_id=item.code,
            url=self._account.shown(instagram_url(item.code, reel=not item.is_photos)),
            title=item.caption,
            format=VideoFormat.PHOTOS if item.is_photos else VideoFormat.SHORT,
            creator=of if of is not None and owner.handle == of.handle else owner,
            published_at=item.taken_at,
            duration_s=item.video_duration,
            views=next((count for count in plays if count is not None), None),
            likes=None if item.counts_hidden else item.likes,
            comments=item.comments,
            thumbnail_url=first_address(pictures),
        )

    def _owner(self, owner: _Owner) -> FoundCreator:
        return FoundCreator(
            network=Network.INSTAGRAM,
            creator_id=owner.id,
            handle=owner.username,
            name=owner.full_name or owner.username,
            url=self._account.shown(instagram_profile_url(owner.username)),
            followers=owner.followers,
            videos=owner.posts,
            avatar_url=first_address([owner.picture]),
            verified=owner.is_verified,
        )
