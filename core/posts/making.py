"""Drafts that come of something else than a batch: a template, or another post."""

from dataclasses import dataclass, field

from core import ids
from core.db import Json
from core.errors import InvalidInput
from core.posts.makeup import draft_problems, makeup_problem
from core.posts.models import Post, PostStatus, PostVersion
from core.posts.platforms import Draft, Platform
from core.posts.targets import preset_target
from core.posts.writing import BY_HAND
from core.telegram.content import Media
from core.tx import Tx


@dataclass(frozen=True, slots=True)
class NewDraft:
    """What it says, and what goes with it, as plain data."""

    platform: Platform
    text: str
    language: str
    title: str = ""
    entities: list[Json] = field(default_factory=list)
    media: list[Json] = field(default_factory=list)
    buttons: list[list[Json]] = field(default_factory=list)
    first_comment: str = ""
    engine: str = BY_HAND
    root_id: ids.PostId | None = None
    brand_id: ids.BrandId | None = None


async def make_draft(tx: Tx, *, owner_id: ids.UserId, draft: NewDraft) -> Post:
    """Where it goes is preset as for any draft. Raises InvalidInput with the first of the platform's problems."""
    _check(draft)
    to_telegram = draft.platform is Platform.TELEGRAM
    post = Post(
        id=ids.new(),
        owner_id=owner_id,
        batch_id=None,
        position=1,
        platform=draft.platform,
        title=draft.title,
        text=draft.text,
        entities=draft.entities,
        media=draft.media,
        buttons=draft.buttons,
        first_comment=draft.first_comment,
        language=draft.language,
        engine=draft.engine,
        status=PostStatus.DRAFT,
        channel_id=await preset_target(tx.session, owner_id=owner_id) if to_telegram else None,
        root_id=draft.root_id,
        brand_id=draft.brand_id,
        version=1,
        created_at=tx.now,
        updated_at=tx.now,
    )
    tx.session.add(post)
    await tx.session.flush()
    tx.session.add(PostVersion.of(post, tx.now))
    return post


def _check(draft: NewDraft) -> None:
    written = Draft(draft.text, draft.title)
    found = draft_problems(draft.platform, written, has_media=bool(draft.media))
    if found:
        raise InvalidInput(found[0].code, platform=draft.platform, **found[0].params)
    media = tuple(Media.from_json(row) for row in draft.media)
    problem = makeup_problem(text=draft.text, media=media, buttons=draft.buttons)
    if problem is not None:
        raise InvalidInput(problem)
