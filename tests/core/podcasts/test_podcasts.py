"""Podcasts as rows: whose they are, what they hold of the plan, which states admit what, and the feed."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from core import ids
from core.accounts.models import User
from core.billing.queries import Feature, entitlement_of
from core.db import Page, TelegramId
from core.deps import Deps
from core.errors import InvalidInput, LimitReached
from core.podcasts import editing, service
from core.podcasts.feeds import digest_of
from core.podcasts.models import Podcast, PodcastStatus
from core.podcasts.options import ChosenVoice, Length, PodcastOptions, preset
from core.podcasts.pages import pages_of
from core.podcasts.private_feed import feed_behind, feed_token, rotate_feed
from core.podcasts.queries import PodcastNotFound, material_of, podcast_of, podcasts_of
from core.podcasts.quotes import quote_of
from core.podcasts.recording import StoredEpisode, StoredPart, record_episode
from core.podcasts.script import Line, Script, Section, Speaker
from core.posts.writing import Place
from core.providers.speech import Engine, Voice
from core.tx import Tx
from core.work.models import Work, WorkStatus
from tests.factories import make_source, make_user

OPTIONS = PodcastOptions(Engine.ESPEAK, ChosenVoice("f2", "Clara"), ChosenVoice("m3", "Theo"))
SCRIPT = Script(
    "Rain",
    "en",
    (
        Section("Before", (Line(Speaker.HOST, "What happened then?"), Line(Speaker.GUEST, "The river rose."))),
        Section("After", (Line(Speaker.HOST, "And now?"), Line(Speaker.GUEST, "Now the city drinks the rain."))),
    ),
    host="Clara",
    guest="Theo",
)
PART = StoredPart("x/episodes/1.mp3", 4_000, 298_000, 128, [("Before", 0), ("After", 150_000)], [(0, "Clara", "Hi.")])


async def opened(tx: Tx, owner: User, *, text: str | None = None, options: PodcastOptions = OPTIONS) -> Podcast:
    source = await make_source(tx, owner, text)
    return await service.open_podcast(tx, owner_id=owner.id, source_ids=[source.id], options=options)


async def scripted(tx: Tx, owner: User, script: Script = SCRIPT) -> Podcast:
    podcast = await opened(tx, owner)
    podcast.script, podcast.title, podcast.status = script.to_json(), script.title, PodcastStatus.SCRIPT_READY
    await tx.session.flush()
    return podcast


async def ready(tx: Tx, owner: User) -> Podcast:
    podcast = await scripted(tx, owner)
    await service.make_audio(tx, owner_id=owner.id, podcast_id=podcast.id, place=place_of(owner))
    return await record_episode(
        tx,
        owner_id=owner.id,
        podcast_id=podcast.id,
        place=place_of(owner),
        episode=StoredEpisode("Rain", [PART], "x/transcripts/1.txt"),
        work_id=ids.WorkId(ids.new()),
    )


def place_of(owner: User) -> Place:
    return Place(owner.telegram_user_id, TelegramId(1), "en")


async def used(tx: Tx, owner: User, feature: Feature) -> int:
    return (await entitlement_of(tx.session, owner_id=owner.id, feature=feature, now=tx.now)).used


async def test_somebody_elses_podcast_is_not_found(tx: Tx) -> None:
    podcast, other = await scripted(tx, await make_user(tx)), await make_user(tx)
    with pytest.raises(PodcastNotFound):
        await podcast_of(tx.session, owner_id=other.id, podcast_id=podcast.id)
    with pytest.raises(PodcastNotFound):
        await service.delete_podcast(tx, owner_id=other.id, podcast_id=podcast.id, place=place_of(other))
    assert (await podcasts_of(tx.session, owner_id=other.id, page=Page())).total == 0


@pytest.mark.parametrize("characters", [99, 50_001])
async def test_too_little_and_too_much_start_nothing(tx: Tx, characters: int) -> None:
    owner = await make_user(tx)
    first = await opened(tx, owner, text="a" * min(characters, 50_000))
    if characters > 50_000:
        more = await make_source(tx, owner, "One more sentence.")
        await service.toggle_source(tx, owner_id=owner.id, podcast_id=first.id, source_id=more.id)
    with pytest.raises(InvalidInput) as refused:
        await service.request_script(tx, owner_id=owner.id, podcast_id=first.id, place=place_of(owner))
    assert refused.value.error_code == "script.source_length"
    assert await used(tx, owner, Feature.PODCASTS) == 0


async def test_the_last_minutes_are_held_once(deps: Deps) -> None:
    async with deps.tx() as tx:
        owner = await make_user(tx)
        long = replace(OPTIONS, length=Length.LONG)
        first, second = await opened(tx, owner, options=long), await opened(tx, owner, options=long)
        await service.request_script(tx, owner_id=owner.id, podcast_id=first.id, place=place_of(owner))
    with pytest.raises(LimitReached) as refused:
        async with deps.tx() as tx:
            await service.request_script(tx, owner_id=owner.id, podcast_id=second.id, place=place_of(owner))
    assert (refused.value.params["feature"], refused.value.params["used"]) == ("podcast_minutes", 15)
    async with deps.tx() as tx:
        assert await used(tx, owner, Feature.PODCASTS) == 1


async def test_a_writer_that_invents_nothing_has_no_more_held_than_the_sources_are_enough_for(tx: Tx) -> None:
    owner = await make_user(tx)
    podcast = await opened(tx, owner, text="The river rose over the old market that summer. " * 12)
    material = await material_of(tx.session, podcast)
    await service.request_script(tx, owner_id=owner.id, podcast_id=podcast.id, place=place_of(owner), offline=True)
    quote = await quote_of(tx.session, podcast, now=tx.now, material=material)
    assert await used(tx, owner, Feature.PODCAST_MINUTES) == quote.minutes.takes == 1
    assert quote.minutes.left == quote.minutes.limit


async def test_a_second_request_changes_nothing(tx: Tx) -> None:
    owner = await make_user(tx)
    podcast = await opened(tx, owner)
    await service.request_script(tx, owner_id=owner.id, podcast_id=podcast.id, place=place_of(owner))
    with pytest.raises(service.NotNow):
        await service.request_script(tx, owner_id=owner.id, podcast_id=podcast.id, place=place_of(owner))
    assert await used(tx, owner, Feature.PODCASTS) == 1


async def test_what_waits_is_cancelled_at_once_and_retried_from_where_it_was(tx: Tx) -> None:
    owner = await make_user(tx)
    podcast = await scripted(tx, owner)
    await service.make_audio(tx, owner_id=owner.id, podcast_id=podcast.id, place=place_of(owner))
    assert await service.cancel_podcast(tx, owner_id=owner.id, podcast_id=podcast.id, place=place_of(owner))
    assert (podcast.status, await used(tx, owner, Feature.PODCAST_MINUTES)) == (PodcastStatus.CANCELLED, 0)
    await service.retry_podcast(tx, owner_id=owner.id, podcast_id=podcast.id, place=place_of(owner))
    assert (podcast.status, await used(tx, owner, Feature.PODCAST_MINUTES)) == (PodcastStatus.RENDERING, 1)


async def test_only_what_failed_or_was_stopped_is_retried(tx: Tx) -> None:
    owner = await make_user(tx)
    podcast = await ready(tx, owner)
    with pytest.raises(service.NotNow):
        await service.retry_podcast(tx, owner_id=owner.id, podcast_id=podcast.id, place=place_of(owner))


async def test_real_minutes_are_charged_also_when_they_are_more_than_quoted(tx: Tx) -> None:
    owner = await make_user(tx)
    await ready(tx, owner)
    assert await used(tx, owner, Feature.PODCAST_MINUTES) == 5
    assert await used(tx, owner, Feature.PODCASTS) == 1


async def test_deleting_what_is_at_work_stops_it_and_charges_nothing(tx: Tx) -> None:
    owner = await make_user(tx)
    podcast = await opened(tx, owner)
    await service.request_script(tx, owner_id=owner.id, podcast_id=podcast.id, place=place_of(owner))
    await service.delete_podcast(tx, owner_id=owner.id, podcast_id=podcast.id, place=place_of(owner))
    work = await tx.session.scalar(select(Work.status).where(Work.subject_id == podcast.id))
    assert (work, await used(tx, owner, Feature.PODCASTS)) == (WorkStatus.CANCELLED, 0)


async def test_a_finished_episode_stays_charged_when_it_is_deleted(tx: Tx) -> None:
    owner = await make_user(tx)
    podcast = await ready(tx, owner)
    await service.delete_podcast(tx, owner_id=owner.id, podcast_id=podcast.id, place=place_of(owner))
    assert await used(tx, owner, Feature.PODCASTS) == 1


async def test_a_change_for_another_version_is_refused(tx: Tx) -> None:
    owner = await make_user(tx)
    podcast = await scripted(tx, owner)
    await editing.drop_line(tx, owner_id=owner.id, podcast_id=podcast.id, number=1, version=0)
    with pytest.raises(editing.ScriptChanged):
        await editing.drop_line(tx, owner_id=owner.id, podcast_id=podcast.id, number=1, version=0)


@pytest.mark.parametrize(("text", "code"), [("🌧 #", "script.empty"), ("a " * 301, "script.line_too_long")])
async def test_a_line_that_cannot_be_said_is_refused(tx: Tx, text: str, code: str) -> None:
    owner = await make_user(tx)
    podcast = await scripted(tx, owner)
    with pytest.raises(InvalidInput) as refused:
        await editing.edit_line(tx, owner_id=owner.id, podcast_id=podcast.id, number=1, version=0, text=text)
    assert refused.value.error_code == code


async def test_the_feed_holds_what_is_ready_and_changes_with_what_is_deleted(tx: Tx) -> None:
    owner = await make_user(tx)
    podcast = await ready(tx, owner)
    podcast.picture_key = "x/pictures/1.jpg"
    await scripted(tx, owner)
    token = await feed_token(tx, owner_id=owner.id)
    feed = await feed_behind(tx.session, digest_of(token))
    assert feed is not None
    assert [(each.title, each.duration_ms, len(each.chapters)) for each in feed.episodes] == [("Rain", 298_000, 2)]
    assert feed.picture_key == "x/pictures/1.jpg", "apps show the newest episode's picture for the feed"
    await service.delete_podcast(tx, owner_id=owner.id, podcast_id=podcast.id, place=place_of(owner))
    emptied = await feed_behind(tx.session, digest_of(token))
    assert emptied is not None
    assert (emptied.episodes, emptied.picture_key) == ((), None)


async def test_of_a_feed_words_are_read_where_one_episode_is_asked_for(tx: Tx) -> None:
    owner = await make_user(tx)
    podcast = await ready(tx, owner)
    await ready(tx, owner)
    german = await ready(tx, owner)
    german.script = {**SCRIPT.to_json(), "language": "de"}
    await tx.session.flush()
    digest = digest_of(await feed_token(tx, owner_id=owner.id))
    whole = await feed_behind(tx.session, digest)
    one = await feed_behind(tx.session, digest, f"{podcast.id}-1-v3")
    none = await feed_behind(tx.session, digest, "cover-of-nothing")
    assert whole is not None
    assert [(each.cues, each.has_transcript, each.size_bytes) for each in whole.episodes] == [((), True, 4_000)] * 3
    assert sorted(each.language for each in whole.episodes) == ["de", "en", "en"]
    assert one is not None
    assert [(each.name, each.cues[0].text) for each in one.episodes] == [(f"{podcast.id}-1", "Hi.")]
    assert none is not None
    assert none.episodes == ()


async def test_a_rotated_address_ends_the_old_one(tx: Tx) -> None:
    owner = await make_user(tx)
    old = await feed_token(tx, owner_id=owner.id)
    new = await rotate_feed(tx, owner_id=owner.id)
    assert await feed_behind(tx.session, digest_of(old)) is None
    assert await feed_behind(tx.session, digest_of(new)) is not None
    assert await feed_token(tx, owner_id=owner.id) == new


def test_earlier_voices_are_kept_only_while_they_are_offered() -> None:
    voices = [Voice("f2", "Clara"), Voice("m3", "Theo"), Voice("linda", "Linda")]
    earlier = replace(OPTIONS, guest=ChosenVoice("linda", "Linda"), focus="prices")
    assert preset(Engine.ESPEAK, voices, earlier=earlier).guest.name == "Linda"
    assert preset(Engine.ESPEAK, voices[:2], earlier=earlier).guest.name == "Theo"
    assert preset(Engine.ESPEAK, voices, earlier=earlier).focus == ""


def test_no_page_of_a_script_is_longer_than_a_message() -> None:
    long = Section("Long", tuple(Line(Speaker.HOST, "x" * 600) for _ in range(20)))
    pages = pages_of(replace(SCRIPT, sections=(SCRIPT.sections[0], long)))
    assert [number for page in pages for number, _ in page.lines] == list(range(1, 23))
    assert all(sum(len(line.text) for _, line in page.lines) <= 2_800 for page in pages)
