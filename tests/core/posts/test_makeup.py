"""What goes with a post, from the choice to the content of its delivery."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core.accounts.models import User
from core.deliveries.models import Delivery
from core.errors import InvalidInput
from core.posts.content import post_content
from core.posts.details import Detail, OnlyForTelegram, add_media, choose_layout, remove_media, set_buttons, set_detail
from core.posts.footers import change_footer
from core.posts.makeup import Footer, copied_values, needs_layout, one_message_limit, units_of
from core.posts.models import Layout, Post
from core.posts.platforms import Draft, Platform
from core.posts.queries import PostNotFound
from core.posts.scheduling import choose_target, schedule_post
from core.posts.service import duplicate_post, record_rewrite, replace_text, undo
from core.posts.writing import draft_from_source
from core.sources.reading import read_text
from core.sources.service import keep_source
from core.telegram.content import Button, Content, Entity, Media, MediaKind
from core.tx import Tx
from tests.factories import make_channel, make_post, make_user

BOLD = Entity(type="bold", offset=0, length=5)
PHOTO, VIDEO = Media(kind=MediaKind.PHOTO, file_id="p"), Media(kind=MediaKind.VIDEO, file_id="v")
PAPER, GIF = Media(kind=MediaKind.DOCUMENT, file_id="d"), Media(kind=MediaKind.ANIMATION, file_id="a")
ROWS = [[Button(text="Shop", url="https://example.com")]]
IN_AN_HOUR = timedelta(hours=1)


@pytest.fixture
async def owner(tx: Tx) -> User:
    return await make_user(tx)


@pytest.fixture
async def post(tx: Tx, owner: User) -> Post:
    return await make_post(tx, owner)


def mine(post: Post) -> dict[str, Any]:
    return {"owner_id": post.owner_id, "post_id": post.id}


async def content_of(tx: Tx, post: Post) -> Content:
    """What waits to be delivered."""
    found = await tx.session.scalars(
        select(Delivery.content).where(Delivery.subject_id == post.id, Delivery.kind == "post")
    )
    return Content.from_json(found.one())


async def test_everything_of_a_copy_is_its_own(tx: Tx, post: Post) -> None:
    await replace_text(tx, **mine(post), draft=Draft("Bread"), entities=[BOLD])
    await add_media(tx, **mine(post), media=[PHOTO, VIDEO])
    await set_buttons(tx, **mine(post), rows=ROWS)
    await choose_layout(tx, **mine(post), layout=Layout.TEXT_FIRST)
    for detail in Detail:
        await set_detail(tx, **mine(post), detail=detail, on=detail in (Detail.SILENT, Detail.PIN))
    copied = await duplicate_post(tx, **mine(post))
    assert copied_values(copied) == copied_values(post)
    await remove_media(tx, **mine(post))
    assert len(copied.media) == 2


async def test_a_scheduled_post_goes_out_as_it_is_made_up_now(tx: Tx, post: Post) -> None:
    await schedule_post(tx, **mine(post), due_at=tx.now + IN_AN_HOUR)
    await add_media(tx, **mine(post), media=[PHOTO])
    await set_buttons(tx, **mine(post), rows=ROWS)
    await set_detail(tx, **mine(post), detail=Detail.SILENT, on=True)
    await set_detail(tx, **mine(post), detail=Detail.LINK_PREVIEW, on=False)
    content = await content_of(tx, post)
    assert (content.media, content.keyboard) == ((PHOTO,), (tuple(ROWS[0]),))
    assert (content.silent, content.link_preview) == (True, False)


async def test_the_footer_stands_below_with_its_formatting_moved(tx: Tx, owner: User, post: Post) -> None:
    channel = await make_channel(tx, owner)
    await choose_target(tx, **mine(post), channel_id=channel.id)
    await replace_text(tx, **mine(post), draft=Draft("😀 Bread"), entities=[Entity(type="bold", offset=3, length=5)])
    await schedule_post(tx, **mine(post), due_at=tx.now + IN_AN_HOUR)
    changed = await change_footer(tx, owner_id=owner.id, channel_id=channel.id, text="Daily", entities=[BOLD])
    assert changed == 1
    content = await content_of(tx, post)
    assert content.text == "😀 Bread\n\nDaily"
    assert [(one.offset, one.length) for one in content.entities] == [(3, 5), (10, 5)]
    await set_detail(tx, **mine(post), detail=Detail.FOOTER, on=False)
    assert (await content_of(tx, post)).text == "😀 Bread"
    assert await change_footer(tx, owner_id=owner.id, channel_id=channel.id, text="") == 0


async def test_a_footer_has_a_limit(tx: Tx, owner: User) -> None:
    channel = await make_channel(tx, owner)
    with pytest.raises(InvalidInput) as refused:
        await change_footer(tx, owner_id=owner.id, channel_id=channel.id, text="x" * 501)
    assert refused.value.params == {"length": 501, "limit": 500}


@pytest.mark.parametrize(
    ("media", "code"),
    [
        ([PHOTO, PAPER], "makeup.kinds_dont_mix"),
        ([PHOTO, GIF], "makeup.goes_alone"),
        ([Media(kind=MediaKind.PHOTO, file_id=str(n)) for n in range(11)], "makeup.too_many_media"),
    ],
)
async def test_what_telegram_takes_into_no_album_is_refused(tx: Tx, post: Post, media: list[Media], code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await add_media(tx, **mine(post), media=media)
    assert refused.value.error_code == code


async def test_the_same_medium_isnt_added_twice(tx: Tx, post: Post) -> None:
    for _ in range(2):
        await add_media(tx, **mine(post), media=[PHOTO])
    assert len(post.media) == 1
    await add_media(tx, **mine(post), media=[VIDEO], replace=True)
    assert post.media == [VIDEO.to_json()]


async def test_buttons_under_an_album_need_the_text_to_stay(tx: Tx, post: Post) -> None:
    await add_media(tx, **mine(post), media=[PHOTO, VIDEO])
    await set_buttons(tx, **mine(post), rows=ROWS)
    with pytest.raises(InvalidInput) as refused:
        await replace_text(tx, **mine(post), draft=Draft(""))
    assert refused.value.error_code == "makeup.album_buttons_need_text"
    await set_buttons(tx, **mine(post), rows=())
    await replace_text(tx, **mine(post), draft=Draft(""))
    with pytest.raises(InvalidInput) as refused:
        await remove_media(tx, **mine(post))
    assert refused.value.error_code == "post.empty"


async def test_a_text_for_elsewhere_has_no_details(tx: Tx, owner: User, post: Post) -> None:
    post.platform = Platform.LINKEDIN
    with pytest.raises(OnlyForTelegram):
        await add_media(tx, **mine(post), media=[PHOTO])
    channel = await make_channel(tx, owner)
    await choose_target(tx, **mine(post), channel_id=channel.id)
    await add_media(tx, **mine(post), media=[PHOTO])


async def test_somebody_elses_post_isnt_found(tx: Tx, post: Post) -> None:
    with pytest.raises(PostNotFound):
        await set_buttons(tx, owner_id=(await make_user(tx)).id, post_id=post.id, rows=ROWS)


@pytest.mark.parametrize(
    ("length", "media", "buttons", "limit", "asks"),
    [
        (4096, [], ROWS, 4096, False),
        (4097, [], (), 4096, True),
        (1024, [PHOTO], ROWS, 1024, False),
        (1025, [PHOTO], (), 1024, True),
        (1025, [PHOTO, VIDEO], (), 1024, True),
        (1025, [PHOTO, VIDEO], ROWS, 4096, False),
    ],
)
async def test_what_is_too_long_for_one_message_asks_how_it_should_go_out(
    tx: Tx, post: Post, length: int, media: list[Media], buttons: Any, limit: int, asks: bool
) -> None:
    await replace_text(tx, **mine(post), draft=Draft("x" * length))
    if media:
        await add_media(tx, **mine(post), media=media)
    await set_buttons(tx, **mine(post), rows=buttons)
    assert (one_message_limit(post), needs_layout(post)) == (limit, asks)
    assert needs_layout(post, Footer("Daily")) is (asks or units_of(post, Footer("Daily")) > limit)
    await choose_layout(tx, **mine(post), layout=Layout.SPLIT)
    assert not needs_layout(post)


async def test_a_chosen_layout_counts_only_while_it_is_needed(tx: Tx, post: Post) -> None:
    await add_media(tx, **mine(post), media=[PHOTO])
    await choose_layout(tx, **mine(post), layout=Layout.TEXT_FIRST)
    assert Content.from_json(post_content(post)).media_last is False
    await replace_text(tx, **mine(post), draft=Draft("x" * 1025))
    assert Content.from_json(post_content(post)).media_last is True


async def test_versions_keep_their_formatting(tx: Tx, post: Post) -> None:
    await replace_text(tx, **mine(post), draft=Draft("Bread"), entities=[BOLD])
    await record_rewrite(tx, **mine(post), draft=Draft("Rolls"), engine="e", from_version=2)
    assert (post.text, post.entities) == ("Rolls", [])
    await undo(tx, **mine(post), from_version=3)
    assert (post.text, post.entities) == ("Bread", [BOLD.to_json()])
    await record_rewrite(tx, **mine(post), draft=Draft("Bread", "A title"), engine="e", from_version=2)
    assert post.entities == [BOLD.to_json()]


async def test_more_of_a_long_text_takes_the_place_of_its_beginning(tx: Tx, post: Post) -> None:
    await replace_text(tx, **mine(post), draft=Draft("A beginning"))
    await replace_text(tx, **mine(post), draft=Draft("A beginning and its end"), instead_of=2)
    assert (post.version, post.text) == (2, "A beginning and its end")
    await undo(tx, **mine(post), from_version=2)
    assert post.text == "Bread that pays for the oven."


async def test_a_text_for_telegram_may_be_longer_than_a_message_but_not_endless(tx: Tx, post: Post) -> None:
    await replace_text(tx, **mine(post), draft=Draft("x" * 50_000))
    with pytest.raises(InvalidInput) as refused:
        await replace_text(tx, **mine(post), draft=Draft("x" * 50_001))
    assert refused.value.error_code == "post.too_long"


async def test_a_source_of_media_becomes_a_post_of_them(tx: Tx, owner: User) -> None:
    reading = read_text("", media=(PHOTO, VIDEO))
    source = await keep_source(tx, owner_id=owner.id, reading=reading)
    made = await draft_from_source(tx, owner_id=owner.id, source_id=source.id)
    assert Content.from_json(post_content(made)).media == (PHOTO, VIDEO)
    again = await keep_source(tx, owner_id=owner.id, reading=reading)
    other = await keep_source(tx, owner_id=owner.id, reading=read_text("", media=(PHOTO,)))
    assert again.id == source.id != other.id
