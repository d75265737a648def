"""The music of episodes in the chat: sent once, heard, chosen, replaced, removed."""

from sqlalchemy import select

from bot.podcasts.music_actions import RemoveMusic, SetEpisodeMusic
from core import ids
from core.deps import Deps
from core.podcasts.models import Podcast, PodcastMusic, PodcastStatus
from core.podcasts.music_choices import Meeting, Plays
from core.podcasts.options import PodcastOptions
from tests.bot.chat import Chat
from tests.bot.podcasts import a_ready_one, labels, options_card, podcast_row, pressed
from tests.core.podcasts.sounds import mp3_of, tone
from web.sandbox.client import SeenMessage

PIECE = mp3_of(tone(40.0, level=0.5, hz=500))


async def music_menu(chat: Chat, deps: Deps) -> SeenMessage:
    """Opened from a card of options."""
    return await pressed(chat, await options_card(chat, deps), "🎵 Music")


async def sent(chat: Chat, name: str, content: bytes) -> SeenMessage:
    """A file, and what the bot says to it."""
    before = (await chat.person.upload((name, content)))[-1]
    await chat.handle_updates()
    return [one for one in await chat.person.history() if one.id > before.id and not one.outgoing][-1]


async def kept(chat: Chat, deps: Deps) -> PodcastMusic | None:
    owner = await chat.user()
    async with deps.sessions() as session:
        return await session.get(PodcastMusic, owner.id)


async def with_music(chat: Chat, deps: Deps) -> SeenMessage:
    await music_menu(chat, deps)
    return await sent(chat, "Morning.mp3", PIECE)


async def has_music(chat: Chat, deps: Deps) -> bool:
    return PodcastOptions.from_json((await podcast_row(chat, deps)).options).music


async def test_a_piece_is_sent_once_and_the_episode_has_it(chat: Chat, deps: Deps) -> None:
    menu = await music_menu(chat, deps)
    assert "at most 20 MB" in menu.text
    card = await sent(chat, "Morning.mp3", PIECE)
    music = await kept(chat, deps)
    assert music is not None
    assert (music.title, music.duration_ms) == ("Morning", 30_000)
    assert (await deps.storage.stat(music.storage_key)).size_bytes < 800_000
    assert "Morning · 0:30" in card.text
    assert "This episode has it." in card.text
    assert await has_music(chat, deps)


async def test_the_next_episode_has_it_too_and_can_do_without(chat: Chat, deps: Deps) -> None:
    await with_music(chat, deps)
    another = await chat.say("/podcast")
    assert await has_music(chat, deps)
    assert "✓ 🎵 Music" in labels(another)
    menu = await pressed(chat, await pressed(chat, another, "✓ 🎵 Music"), "Without")
    assert "without it" in menu.text
    assert not await has_music(chat, deps)


async def test_how_it_plays_is_chosen_and_kept_when_it_is_replaced(chat: Chat, deps: Deps) -> None:
    card = await with_music(chat, deps)
    card = await pressed(chat, await pressed(chat, card, "Beginning"), "Faded out")
    assert "✓ Beginning" in labels(card)
    await pressed(chat, card, "🔁 Replace")
    assert "Evening" in (await sent(chat, "Evening.mp3", PIECE)).text
    music = await kept(chat, deps)
    assert music is not None
    assert (music.title, music.plays, music.meeting) == ("Evening", Plays.INTRO, Meeting.FADE)


async def test_it_is_changed_from_the_list_of_podcasts_as_well(chat: Chat, deps: Deps) -> None:
    await with_music(chat, deps)
    await a_ready_one(chat, deps)
    menu = await pressed(chat, await chat.say("/podcasts"), "🎵 Music")
    assert "Morning · 0:30" in menu.text
    assert "This episode" not in menu.text
    assert "✓ End" in labels(await pressed(chat, menu, "End"))


async def test_it_is_heard_around_a_sentence(chat: Chat, deps: Deps) -> None:
    card = await with_music(chat, deps)
    await chat.press(card, "▶️ Hear it")
    audio = await chat.last()
    assert audio.body["audio"]["duration"] >= 12
    assert "around an episode" in audio.body["caption"]


async def test_what_is_no_music_is_told_and_asked_for_again(chat: Chat, deps: Deps) -> None:
    await music_menu(chat, deps)
    assert "can't play that music" in (await sent(chat, "song.mp3", b"ID3 nothing of the kind")).text
    assert "too short" in (await sent(chat, "song.wav", tone(1.0))).text
    assert await kept(chat, deps) is None
    assert "That is your music" in (await sent(chat, "song.mp3", PIECE)).text


async def test_a_file_that_is_too_big_is_not_fetched(chat: Chat, deps: Deps) -> None:
    await music_menu(chat, deps)
    assert "at most 20 MB" in (await sent(chat, "long.mp3", PIECE + bytes(20_000_001))).text
    assert await kept(chat, deps) is None


async def test_a_note_in_between_is_a_note(chat: Chat, deps: Deps) -> None:
    await music_menu(chat, deps)
    assert "✍️ Write posts" in labels(await chat.say("A note about the harbour, the rain and the river."))
    assert "That is your music" in (await sent(chat, "song.mp3", PIECE)).text


async def test_back_means_that_a_later_file_is_no_music(chat: Chat, deps: Deps) -> None:
    menu = await music_menu(chat, deps)
    assert "✍️ Write the script" in labels(await pressed(chat, menu, "‹ Back"))
    assert "music" not in (await sent(chat, "song.mp3", PIECE)).text
    assert await kept(chat, deps) is None


async def test_removing_it_frees_the_episodes_of_it(chat: Chat, deps: Deps) -> None:
    card = await with_music(chat, deps)
    sure = await pressed(chat, card, "🗑 Remove")
    assert "Remove “Morning”?" in sure.text
    assert "is removed" in (await pressed(chat, sure, "Yes, remove it")).text
    assert await kept(chat, deps) is None
    assert not await has_music(chat, deps)


async def test_buttons_of_music_that_is_gone_say_so(chat: Chat, deps: Deps) -> None:
    card = await with_music(chat, deps)
    podcast = await podcast_row(chat, deps)
    await chat.press_data(card, RemoveMusic(podcast.id).encode())
    for label in ("Beginning", "▶️ Hear it"):
        answer = await chat.press_data(card, next(each for each in card.buttons if each.text == label).data or "")
        assert "no music" in str(answer)


async def test_an_episode_that_is_being_made_keeps_what_was_chosen(chat: Chat, deps: Deps) -> None:
    card = await with_music(chat, deps)
    podcast = await podcast_row(chat, deps)
    async with deps.tx() as tx:
        (await tx.session.get_one(Podcast, podcast.id)).status = PodcastStatus.RENDERING
    await chat.press_data(card, SetEpisodeMusic(podcast.id, on=False).encode())
    assert await has_music(chat, deps)


async def test_somebody_elses_episode_is_not_found(chat: Chat, deps: Deps) -> None:
    card = await with_music(chat, deps)
    answer = await chat.press_data(card, SetEpisodeMusic(ids.PodcastId(ids.new()), on=True).encode())
    assert "isn't yours" in str(answer)
    async with deps.sessions() as session:
        assert len((await session.scalars(select(PodcastMusic))).all()) == 1
