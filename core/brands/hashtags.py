"""Groups of hashtags that belong to a brand, and putting one under a draft."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import func, select

from core import ids
from core.brands.choosing import writable_brands
from core.brands.members import RoleTooLow, check_role
from core.brands.models import Brand, HashtagGroup, Role
from core.brands.queries import Access, hashtag_group_of, hashtag_groups
from core.db import ReadSession
from core.errors import InvalidInput
from core.posts import counting
from core.posts.makeup import entities_of
from core.posts.mending import split_tags
from core.posts.models import Post
from core.posts.platforms import Draft
from core.posts.service import editable_post, replace_text
from core.tx import Tx

GROUPS_MOST: Final = 20
HASHTAGS_MOST: Final = 30
"""As many as Instagram takes (core/posts/platforms.py)."""
NAME_CHARACTERS: Final = 40
HASHTAG_CHARACTERS: Final = 100
SIGNS: Final = "#＃"


async def create_group(
    tx: Tx, *, user_id: ids.UserId, brand_id: ids.BrandId, name: str, hashtags: Sequence[str]
) -> HashtagGroup:
    """Raises BrandNotFound, RoleTooLow for a viewer, InvalidInput ("brands.too_many_groups": limit; what
    `cleaned_name` and `cleaned_hashtags` raise)."""
    await check_role(tx.session, user_id=user_id, brand_id=brand_id)
    await tx.session.execute(select(Brand.id).where(Brand.id == brand_id).with_for_update())
    there = await tx.session.scalar(select(func.count()).where(HashtagGroup.brand_id == brand_id))
    if (there or 0) >= GROUPS_MOST:
        raise InvalidInput("brands.too_many_groups", limit=GROUPS_MOST)
    group = HashtagGroup(
        id=ids.new(),
        brand_id=brand_id,
        name=cleaned_name(name),
        hashtags=cleaned_hashtags(hashtags),
        created_at=tx.now,
    )
    tx.session.add(group)
    await tx.session.flush()
    return group


async def change_group(
    tx: Tx,
    *,
    user_id: ids.UserId,
    group_id: ids.HashtagGroupId,
    name: str | None = None,
    hashtags: Sequence[str] | None = None,
) -> HashtagGroup:
    """Another name, or other hashtags. Raises HashtagGroupNotFound, else what `create_group` does."""
    group = await _editable(tx, user_id=user_id, group_id=group_id)
    if name is not None:
        group.name = cleaned_name(name)
    if hashtags is not None:
        group.hashtags = cleaned_hashtags(hashtags)
    await tx.session.flush()
    return group


async def delete_group(tx: Tx, *, user_id: ids.UserId, group_id: ids.HashtagGroupId) -> HashtagGroup:
    """Gives what it was, so that it can be made again. Raises HashtagGroupNotFound, RoleTooLow for a viewer."""
    group = await _editable(tx, user_id=user_id, group_id=group_id)
    await tx.session.delete(group)
    await tx.session.flush()
    return group


async def groups_for_drafts(
    session: ReadSession, *, user_id: ids.UserId, first: ids.BrandId | None
) -> Sequence[tuple[Access, HashtagGroup]]:
    """The groups of all brands that a user may write with; those of the brand `first` come first."""
    brands = await writable_brands(session, user_id=user_id)
    ordered = sorted(brands, key=lambda access: (access.brand.id != first, not access.is_default))
    return [(access, group) for access in ordered for group in await hashtag_groups(session, brand_id=access.brand.id)]


async def append_group(
    tx: Tx, *, user_id: ids.UserId, post_id: ids.PostId, group_id: ids.HashtagGroupId
) -> tuple[Post, int]:
    """Put a group's hashtags under a draft: those that don't stand in it yet. Gives how many those were.

    Raises PostNotFound, NotEditable, HashtagGroupNotFound, RoleTooLow for a viewer, InvalidInput with the platform's
    problem when they don't fit: then the draft is as it was.
    """
    group = await _editable(tx, user_id=user_id, group_id=group_id)
    post = await editable_post(tx, user_id, post_id)
    there = {tag.casefold() for tag in counting.hashtags(post.text)}
    fresh = [tag for tag in group.hashtags if tag.casefold() not in there]
    if not fresh:
        return post, 0
    _, closing = split_tags(post.text)
    gap = " " if closing else "\n\n" if post.text else ""
    draft = Draft(post.text.rstrip() + gap + " ".join(fresh), post.title)
    changed = await replace_text(
        tx, owner_id=user_id, post_id=post_id, draft=draft, entities=entities_of(post.entities)
    )
    return changed, len(fresh)


def cleaned_name(name: str) -> str:
    """In one line. Raises InvalidInput ("brands.group_name_too_long": length, limit; "brands.no_name")."""
    kept = " ".join(name.split())
    if not kept:
        raise InvalidInput("brands.no_name")
    if len(kept) > NAME_CHARACTERS:
        raise InvalidInput("brands.group_name_too_long", length=len(kept), limit=NAME_CHARACTERS)
    return kept


def cleaned_hashtags(words: Sequence[str]) -> list[str]:
    """With their sign, each once, in order; words may come with or without it.

    Raises InvalidInput ("brands.no_hashtags"; "brands.not_a_hashtag": word; "brands.too_many_hashtags": count, limit).
    """
    found: dict[str, str] = {}
    for word in (each.strip(",;") for each in words):
        tag = f"#{word.lstrip(SIGNS)}"
        if not word.lstrip(SIGNS):
            continue
        if len(tag) > HASHTAG_CHARACTERS or counting.HASHTAG.fullmatch(tag) is None:
            raise InvalidInput("brands.not_a_hashtag", word=word[:HASHTAG_CHARACTERS])
        found.setdefault(tag.casefold(), tag)
    if not found:
        raise InvalidInput("brands.no_hashtags")
    if len(found) > HASHTAGS_MOST:
        raise InvalidInput("brands.too_many_hashtags", count=len(found), limit=HASHTAGS_MOST)
    return list(found.values())


async def _editable(tx: Tx, *, user_id: ids.UserId, group_id: ids.HashtagGroupId) -> HashtagGroup:
    group, access = await hashtag_group_of(tx.session, user_id=user_id, group_id=group_id)
    if not access.may(Role.EDITOR):
        raise RoleTooLow(role=access.role, least=Role.EDITOR)
    return group
