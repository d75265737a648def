"""Groups of hashtags, and one of them under a draft."""

import pytest

from core.accounts.models import User
from core.brands.hashtags import (
    GROUPS_MOST,
    HASHTAGS_MOST,
    append_group,
    change_group,
    cleaned_hashtags,
    create_group,
    delete_group,
    groups_for_drafts,
)
from core.brands.members import RoleTooLow, add_member
from core.brands.models import HashtagGroup, Role
from core.brands.queries import BrandNotFound, HashtagGroupNotFound, hashtag_group_of, hashtag_groups
from core.brands.service import delete_brand
from core.errors import InvalidInput
from core.posts.platforms import Platform
from core.posts.queries import PostNotFound
from core.posts.service import undo
from core.tx import Tx
from tests.factories import make_brand, make_post, make_posts, make_user


async def made(tx: Tx, *hashtags: str) -> tuple[User, HashtagGroup]:
    owner = await make_user(tx)
    brand = await make_brand(tx, owner)
    tags = hashtags or ("#bread", "#Porto")
    return owner, await create_group(tx, user_id=owner.id, brand_id=brand.id, name="Daily", hashtags=tags)


def test_hashtags_come_with_or_without_their_sign_and_each_once() -> None:
    assert cleaned_hashtags(["bread,", "#Bread", "＃안녕", "#", "#rye_2;"]) == ["#bread", "#안녕", "#rye_2"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ([], "brands.no_hashtags"),
        (["#"], "brands.no_hashtags"),
        (["#no-dash"], "brands.not_a_hashtag"),
        (["<b>"], "brands.not_a_hashtag"),
        (["x" * 100], "brands.not_a_hashtag"),
        ([f"t{number}" for number in range(HASHTAGS_MOST + 1)], "brands.too_many_hashtags"),
    ],
)
def test_what_cant_be_hashtags_is_refused(words: list[str], code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        cleaned_hashtags(words)
    assert refused.value.error_code == code


async def test_a_group_is_renamed_changed_and_deleted(tx: Tx) -> None:
    owner, group = await made(tx)
    changed = await change_group(tx, user_id=owner.id, group_id=group.id, name=" Every \n day ", hashtags=["rye"])
    assert (changed.name, changed.hashtags) == ("Every day", ["#rye"])
    await delete_group(tx, user_id=owner.id, group_id=group.id)
    assert await hashtag_groups(tx.session, brand_id=group.brand_id) == []


async def test_a_brand_has_room_for_so_many_groups(tx: Tx) -> None:
    owner, group = await made(tx)
    for number in range(GROUPS_MOST - 1):
        await create_group(tx, user_id=owner.id, brand_id=group.brand_id, name=f"Group {number}", hashtags=["bread"])
    with pytest.raises(InvalidInput) as refused:
        await create_group(tx, user_id=owner.id, brand_id=group.brand_id, name="More", hashtags=["bread"])
    assert refused.value.error_code == "brands.too_many_groups"


async def test_one_press_puts_under_a_draft_what_isnt_there_and_undo_takes_it_away(tx: Tx) -> None:
    owner, group = await made(tx, "#bread", "#Porto", "#rye")
    post = await make_post(tx, owner, "Bread that pays.\n\n#porto")
    changed, added = await append_group(tx, user_id=owner.id, post_id=post.id, group_id=group.id)
    assert (changed.text, added) == ("Bread that pays.\n\n#porto #bread #rye", 2)
    again, added = await append_group(tx, user_id=owner.id, post_id=post.id, group_id=group.id)
    assert (again.version, added) == (2, 0)
    back = await undo(tx, owner_id=owner.id, post_id=post.id, from_version=2)
    assert back.text == "Bread that pays.\n\n#porto"


@pytest.mark.parametrize(
    ("platform", "text", "code"),
    [
        (Platform.TWITTER, "x" * 275, "post.too_long"),
        (Platform.INSTAGRAM, " ".join(f"#t{n}" for n in range(29)), "post.too_many_hashtags"),
    ],
)
async def test_what_the_platform_doesnt_take_is_refused_and_nothing_changes(
    tx: Tx, platform: Platform, text: str, code: str
) -> None:
    owner, group = await made(tx)
    (post,) = await make_posts(tx, owner, [text], platform=platform)
    with pytest.raises(InvalidInput) as refused:
        await append_group(tx, user_id=owner.id, post_id=post.id, group_id=group.id)
    assert refused.value.error_code == code
    assert (post.text, post.version) == (text, 1)


async def test_the_groups_of_the_drafts_own_brand_come_first_and_those_one_only_sees_arent_offered(tx: Tx) -> None:
    _, group = await made(tx)
    editor, viewer = await make_user(tx), await make_user(tx)
    own = await make_brand(tx, editor)
    mine = await create_group(tx, user_id=editor.id, brand_id=own.id, name="Mine", hashtags=["a"])
    await add_member(tx, brand_id=group.brand_id, user_id=editor.id, role=Role.EDITOR)
    await add_member(tx, brand_id=group.brand_id, user_id=viewer.id, role=Role.VIEWER)
    for first, expected in ((group.brand_id, [group.id, mine.id]), (None, [mine.id, group.id])):
        found = await groups_for_drafts(tx.session, user_id=editor.id, first=first)
        assert [each.id for _, each in found] == expected
    assert await groups_for_drafts(tx.session, user_id=viewer.id, first=None) == []


async def test_groups_of_somebody_elses_brand_are_not_found(tx: Tx) -> None:
    owner, group = await made(tx)
    viewer, stranger = await make_user(tx), await make_user(tx)
    await add_member(tx, brand_id=group.brand_id, user_id=viewer.id, role=Role.VIEWER)
    for user, error in ((viewer, RoleTooLow), (stranger, HashtagGroupNotFound)):
        post = await make_post(tx, user)
        tries = (
            change_group(tx, user_id=user.id, group_id=group.id, name="Mine"),
            delete_group(tx, user_id=user.id, group_id=group.id),
            append_group(tx, user_id=user.id, post_id=post.id, group_id=group.id),
        )
        for attempt in tries:
            with pytest.raises(error):
                await attempt
    with pytest.raises(BrandNotFound):
        await create_group(tx, user_id=stranger.id, brand_id=group.brand_id, name="Mine", hashtags=["a"])
    theirs = await make_post(tx, stranger)
    with pytest.raises(PostNotFound):
        await append_group(tx, user_id=owner.id, post_id=theirs.id, group_id=group.id)
    await delete_brand(tx, user_id=owner.id, brand_id=group.brand_id)
    with pytest.raises(HashtagGroupNotFound):
        await hashtag_group_of(tx.session, user_id=owner.id, group_id=group.id)
