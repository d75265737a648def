"""Voiceovers in the chat: from a draft or a text to the options, and to the list of those that were made."""

from sqlalchemy import select

from bot.notices import render
from bot.voiceovers.actions import Adjust, MakeVoiceover, ShowVoiceover, VoicePost
from core import ids
from core.billing.queries import Feature
from core.billing.service import hold_quota
from core.db import TelegramId
from core.deliveries.models import StatusMessage
from core.deps import Deps
from core.posts.writing import Place
from core.providers.speech import CONTROLS, Control, Engine, SpeechSettings
from core.voiceovers.models import Voiceover
from core.voiceovers.options import VoiceoverOptions
from core.voiceovers.queries import options_of
from core.voiceovers.service import record_voiceover
from core.work.models import Work
from tests.bot.chat import Chat
from tests.bot.podcasts import labels, pressed
from tests.factories import make_post, make_user
from web.sandbox.client import SeenMessage

TEXT = "Bread that was baked at four is sold by seven. " * 4


async def row(chat: Chat, deps: Deps) -> Voiceover:
    owner = await chat.user()
    newest = select(Voiceover).where(Voiceover.owner_id == owner.id).order_by(Voiceover.id.desc()).limit(1)
    async with deps.sessions() as session:
        return (await session.scalars(newest)).one()


async def a_card(chat: Chat) -> SeenMessage:
    return await chat.say(f"/voice {TEXT}")


async def a_ready_one(chat: Chat, deps: Deps) -> Voiceover:
    card = await a_card(chat)
    await chat.press(card, "Read it aloud")
    made = await row(chat, deps)
    key = f"{made.owner_id}/voiceovers/one"
    async with deps.tx() as tx:
        return await record_voiceover(
            tx,
            owner_id=made.owner_id,
            voiceover_id=made.id,
            place=Place(TelegramId(chat.person.id), TelegramId(card.id), "en"),
            voice_key=f"{key}.ogg",
            file_key=f"{key}.mp3",
            duration_ms=12_000,
        )


async def test_a_text_behind_the_command_becomes_a_card_that_says_who_reads_it(chat: Chat) -> None:
    card = await a_card(chat)
    assert "A voiceover · Clara" in card.text
    assert "espeak-ng" in card.text
    assert "about 0:1" in card.text
    assert "It uses 1 of the" in card.text


async def test_without_a_text_it_is_asked_for(chat: Chat) -> None:
    shelf = await chat.say("/voice")
    await chat.press(shelf, "Read something else")
    assert "at most 10,000 characters" in (await chat.last()).text
    assert "A voiceover" in (await chat.say(TEXT)).text


async def test_a_text_that_is_too_long_is_refused_and_asked_for_again(chat: Chat) -> None:
    await chat.press(await chat.say("/voice"), "Read something else")
    assert "10,240 of at most 10,000 characters" in (await chat.say("a" * 4096 + "b" * 4096 + "c" * 2048)).text


async def test_a_text_in_pieces_has_one_card(chat: Chat, deps: Deps) -> None:
    await chat.press(await chat.say("/voice"), "Read something else")
    await chat.say("a " * 2048 + "b " * 1000)
    cards = [message for message in await chat.answers() if "A voiceover" in message.text]
    assert len(cards) == 1
    assert len((await row(chat, deps)).text) > 6000


async def test_a_draft_is_read_and_leads_back(chat: Chat, deps: Deps) -> None:
    await chat.say("/start")
    async with deps.tx() as tx:
        user = await make_user(tx, telegram_user_id=chat.person.id)
        post = await make_post(tx, user, TEXT)
        other = await make_post(tx, await make_user(tx), TEXT)
    start = await chat.last()
    await chat.press_data(start, VoicePost(post.id).encode())
    card = await chat.last()
    assert card.id != start.id
    assert "‹ The draft" in labels(card)
    answer = await chat.press_data(start, VoicePost(other.id).encode())
    assert answer is not None
    assert "isn't" in answer.text


async def test_the_voice_the_language_and_the_speed_are_chosen(chat: Chat, deps: Deps) -> None:
    card = await pressed(chat, await a_card(chat), "🗣 Voice")
    card = await pressed(chat, card, "Theo")
    assert "A voiceover · Theo" in card.text
    card = await pressed(chat, await pressed(chat, card, "Settings"), "1.25×")
    assert "✓ 1.25×" in labels(card)
    card = await pressed(chat, await pressed(chat, await pressed(chat, card, "Back"), "Language"), "German")
    assert "German" in card.text
    chosen = await row(chat, deps)
    assert (options_of(chosen).voice.id, options_of(chosen).settings.speed, chosen.language) == ("m3", 1.25, "de")


async def test_the_next_card_begins_with_the_last_choices(chat: Chat) -> None:
    await pressed(chat, await pressed(chat, await a_card(chat), "🗣 Voice"), "Bruno")
    assert "A voiceover · Bruno" in (await chat.say("/voice Another text to be read.")).text


async def test_a_voice_is_heard_and_then_kept_by_telegram(chat: Chat) -> None:
    card = await pressed(chat, await a_card(chat), "🗣 Voice")
    await chat.press(card, "Hear")
    assert (await chat.last()).body["audio"]["title"] == "Clara"


async def test_a_setting_that_the_voice_does_not_have_is_told(chat: Chat, deps: Deps) -> None:
    card = await a_card(chat)
    made = await row(chat, deps)
    answer = await chat.press_data(card, Adjust(made.id, Control.STYLE, 50).encode())
    assert answer is not None
    assert "doesn't have that setting" in answer.text


def test_settings_survive_storing_and_what_another_engine_has_not_is_forgotten() -> None:
    chosen = VoiceoverOptions.from_json(
        {
            "engine": "elevenlabs",
            "voice": {"id": "x", "name": "X"},
            "settings": {"speed": 1.1, "stability": 0.5, "similarity": None, "style": None, "boost": True},
        }
    )
    assert VoiceoverOptions.from_json(chosen.to_json()) == chosen
    assert set(CONTROLS[Engine.ELEVENLABS]) == set(Control)
    from core.providers.offline.espeak import VOICES

    assert chosen.with_engine(Engine.ESPEAK, VOICES[0]).settings == SpeechSettings(speed=1.1)


async def test_pressed_twice_it_is_made_once(chat: Chat, deps: Deps) -> None:
    card = await a_card(chat)
    await chat.press(card, "Read it aloud")
    made = await row(chat, deps)
    answer = await chat.press_data(card, MakeVoiceover(made.id).encode())
    assert answer is not None
    assert "being made" in answer.text
    async with deps.sessions() as session:
        assert len((await session.scalars(select(Work).where(Work.subject_id == made.id))).all()) == 1


async def test_with_none_left_the_day_is_told_and_the_ways_to_more(chat: Chat, deps: Deps) -> None:
    await chat.say("/start")
    owner = await chat.user()
    async with deps.tx() as tx:
        await hold_quota(tx, owner_id=owner.id, feature=Feature.VOICEOVERS, amount=10, reason="used")
    card = await a_card(chat)
    assert "All of your 10 voiceovers are used. There are new ones on" in card.text
    assert "Compare plans" in labels(card)
    assert not any("Read it aloud" in label for label in labels(card))


async def test_a_ready_one_is_listed_sent_again_read_by_another_voice_and_deleted(chat: Chat, deps: Deps) -> None:
    made = await a_ready_one(chat, deps)
    shelf = await chat.say("/voice")
    assert "1 voiceover" in shelf.text
    one = await pressed(chat, shelf, "🔊 Bread that was")
    assert "0:12" in one.text
    answer = await chat.press(one, "Send it to me")
    assert answer is not None
    assert "on its way" in answer.text
    card = await pressed(chat, one, "Other voice")
    assert "A voiceover · Clara" in card.text
    assert (await row(chat, deps)).id != made.id
    await chat.press_data(card, ShowVoiceover(made.id).encode())
    gone = await pressed(chat, await chat.person.refresh(card), "Delete")
    assert "Deleted" in gone.text
    assert "Voiceovers" in (await chat.say("/voice")).text
    assert "Ready" in (await pressed(chat, gone, "Undo")).text


async def test_somebody_elses_is_not_found(chat: Chat, deps: Deps) -> None:
    card = await a_card(chat)
    made = await row(chat, deps)
    async with deps.tx() as tx:
        other = await make_user(tx)
        theirs = await tx.session.get_one(Voiceover, made.id)
        theirs.owner_id = other.id
    answer = await chat.press_data(card, ShowVoiceover(made.id).encode())
    assert answer is not None
    assert "isn't yours" in answer.text
    missing = await chat.press_data(card, ShowVoiceover(ids.VoiceoverId(ids.new())).encode())
    assert missing == answer


async def test_the_status_ends_with_what_arrived(chat: Chat, deps: Deps) -> None:
    made = await a_ready_one(chat, deps)
    async with deps.sessions() as session:
        status = await session.get_one(StatusMessage, made.id)
    shown = render(status.notice, status.data, now=deps.clock.now())
    assert "95 %" in shown.text
    assert not shown.keyboard
