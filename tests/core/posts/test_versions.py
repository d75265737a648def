"""One post for several platforms: fitted to each, kept together, scheduled together."""

from datetime import timedelta

import pytest

from core.channels.models import ChannelState
from core.channels.standing import note_bot_standing
from core.posts.comments import set_first_comment
from core.posts.models import PostStatus
from core.posts.platforms import Draft, Platform, problems
from core.posts.queries import PostNotFound, versions_of
from core.posts.scheduling import choose_target
from core.posts.service import replace_text
from core.posts.versions import make_version, schedule_versions
from core.telegram.content import Entity
from core.tx import Tx
from tests.factories import make_channel, make_post, make_user

LONG = "Small bakeries lose bread every evening, and nobody counts what that costs them in a year. " * 8


async def test_each_platform_gets_the_words_as_it_takes_them(tx: Tx) -> None:
    owner = await make_user(tx)
    post = await make_post(tx, owner, LONG.strip())
    bold = [Entity(type="bold", offset=0, length=5)]
    await replace_text(tx, owner_id=owner.id, post_id=post.id, draft=Draft(LONG.strip()), entities=bold)
    await set_first_comment(tx, owner_id=owner.id, post_id=post.id, text="The link")
    made = [
        await make_version(tx, owner_id=owner.id, post_id=post.id, platform=platform)
        for platform in Platform
        if platform not in (Platform.INSTAGRAM, Platform.TIKTOK)
    ]
    for each in made:
        assert problems(Platform(each.platform), Draft(each.text, each.title)) == []
        assert each.first_comment == "The link"
    by_platform = {each.platform: each for each in made}
    assert by_platform[Platform.TELEGRAM] is post
    assert by_platform[Platform.TWITTER].text.endswith("in a year.")
    assert by_platform[Platform.LINKEDIN].entities == []
    assert by_platform[Platform.YOUTUBE].title.startswith("Small bakeries")


async def test_they_stay_together_and_each_is_made_once(tx: Tx) -> None:
    owner = await make_user(tx)
    post = await make_post(tx, owner)
    first = await make_version(tx, owner_id=owner.id, post_id=post.id, platform=Platform.TWITTER)
    again = await make_version(tx, owner_id=owner.id, post_id=first.id, platform=Platform.TWITTER)
    other = await make_version(tx, owner_id=owner.id, post_id=first.id, platform=Platform.LINKEDIN)
    assert again is first
    assert {each.id for each in await versions_of(tx.session, other)} == {post.id, first.id, other.id}
    with pytest.raises(PostNotFound):
        await make_version(tx, owner_id=(await make_user(tx)).id, post_id=post.id, platform=Platform.LINKEDIN)


async def test_all_are_scheduled_and_what_one_cannot_do_keeps_no_other_back(tx: Tx) -> None:
    owner = await make_user(tx)
    post = await make_post(tx, owner)
    channel = await make_channel(tx, owner)
    await choose_target(tx, owner_id=owner.id, post_id=post.id, channel_id=channel.id)
    version = await make_version(tx, owner_id=owner.id, post_id=post.id, platform=Platform.TWITTER)
    await note_bot_standing(tx, chat_id=channel.chat_id, state=ChannelState.NO_RIGHTS)
    due_at = tx.now + timedelta(hours=1)
    outcomes = await schedule_versions(tx, owner_id=owner.id, post_id=version.id, due_at=due_at)
    told = {outcome.post.platform: outcome.error and outcome.error.error_code for outcome in outcomes}
    assert told == {Platform.TWITTER: None, Platform.TELEGRAM: "channels.not_ready"}
    assert (version.status, version.due_at) == (PostStatus.SCHEDULED, due_at)
    assert post.status == PostStatus.DRAFT
    later = await schedule_versions(tx, owner_id=owner.id, post_id=post.id, due_at=due_at)
    assert [outcome.post.id for outcome in later] == [post.id]
