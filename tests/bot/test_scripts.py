"""/script as people meet it: what can be sent, what the cards say, the list."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from bot.app import Application
from bot.scripts import screens
from bot.scripts.actions import AnalyseScript, OpenVideoScript, ShowScript, ShowWay
from bot.scripts.analysis_screens import critique_lines
from bot.texts import Texts
from core import ids
from core.providers.critique import Critique, Found, Judged, Part, Sign
from core.scripts.measures import measured
from core.scripts.models import Script, ScriptKind, ScriptStatus
from core.scripts.readability import Level, Readability
from core.scripts.results import critique_to_json
from core.scripts.service import script_data
from core.viral.creators import find_creator
from core.viral.keeping import keep_page
from core.viral.saving import save_video
from tests.bot.chat import Chat
from tests.core.viral.worlds import creator, video
from tests.jobs.test_scripts import PlayedCritic
from web.sandbox.client import SeenMessage

T = Texts("en")
BREAD = "Why is your bread flat? I tried 12 flours. But it needed time. Follow me for more."


def labels(message: SeenMessage) -> list[str]:
    return [button.text for button in message.buttons]


async def test_a_text_becomes_a_card_and_is_kept(chat: Chat) -> None:
    asked = await chat.say("/script")
    assert "3 analyses left this month" in asked.text
    card = await chat.say(BREAD)
    assert "Why is your bread flat?" in card.text
    assert "🔍 Analyse" in labels(card)
    await chat.press(card, "📚 My scripts")
    assert "1 script" in (await chat.last()).text


async def test_words_behind_the_command_are_the_script(chat: Chat) -> None:
    assert "🔍 Analyse" in labels(await chat.say(f"/script {BREAD}"))


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ("Bread and butter", "at least 5 words"),
        ("😀😀😀😀😀😀😀😀😀😀😀😀", "at least 5 words"),
        ("bread " * 3_600, "about twenty minutes"),
        ("今天我们来做面包", "at least 5 words"),
    ],
)
async def test_what_is_no_script_is_told_and_asked_for_again(chat: Chat, sent: str, words: str) -> None:
    await chat.say("/script")
    await send(chat, sent)
    assert words in (await chat.last()).text


async def test_after_a_refusal_the_next_text_is_the_script(chat: Chat) -> None:
    await chat.say("/script")
    await chat.say("Bread and butter")
    assert "🔍 Analyse" in labels(await chat.say(BREAD))


async def test_a_text_in_two_messages_is_one_script(chat: Chat) -> None:
    await chat.say("/script")
    await send(chat, "Bread needs time. " * 300)
    card = await chat.last()
    assert "900 words" not in card.text
    await chat.press(card, "📄 Full text")
    assert (await chat.last()).body["document"]["file_size"] == 5_399
    await chat.press(card, "📚 My scripts")
    assert "1 script" in (await chat.person.refresh(card)).text


@pytest.mark.parametrize("language", ["ar", "zh", "th"])
async def test_every_script_of_the_world_is_shown(chat: Chat, language: str) -> None:
    texts = {
        "ar": "لماذا خبزك مسطح؟ جربت اثني عشر نوعا من الدقيق. لكنه يحتاج إلى وقت.",
        "zh": "你的面包为什么不发？我试了十二种面粉。但是它需要时间。",
        "th": "ทำไมขนมปังของคุณถึงแบน ฉันลองแป้งสิบสองชนิด แต่มันต้องใช้เวลา",
    }
    card = await chat.say(f"/script {texts[language]}")
    assert texts[language][:20] in card.text


async def kept(application: Application, chat: Chat, *, kind: ScriptKind = ScriptKind.MINE, **more: Any) -> Script:
    owner = await chat.user()
    async with application.deps.tx() as tx:
        told: dict[str, Any] = {"title": "Bread", "text": BREAD, "language": "en", "status": ScriptStatus.READY}
        script = Script(id=ids.new(), owner_id=owner.id, kind=kind, created_at=tx.now, **{**told, **more})
        tx.session.add(script)
        await tx.session.flush()
    return script


def critique(**more: Any) -> dict[str, Any]:
    return critique_to_json(Critique(tuple(Judged(part, 7, "It is good.") for part in Part), **more))


async def test_a_rewrite_is_shown_and_kept_as_a_script_of_its_own(application: Application, chat: Chat) -> None:
    await chat.say("/script")
    done = critique(rewrite="Stop kneading your bread. Wait <4711> minutes.", figures=("4711",))
    script = await kept(application, chat, critique=done, measures=measured(BREAD, "en").to_json(), engine="m")
    card = await chat.last()
    await chat.press_data(card, ShowScript(script.id).encode())
    card = await chat.last()
    assert "Score: 70 of 100" in card.text
    await chat.press(card, "✍️ The rewrite")
    rewrite = await chat.last()
    assert "Wait <4711> minutes." in rewrite.text
    assert "check these figures, nobody gave them: 4711" in rewrite.text
    await chat.press(rewrite, "💾 Keep it as a script")
    assert "Written for me" in (await chat.last()).text
    await chat.press(await chat.last(), "📚 My scripts")
    assert "2 scripts" in (await chat.last()).text


async def test_the_list_is_filtered_searched_and_paged(application: Application, chat: Chat) -> None:
    await chat.say("/script")
    for number in range(8):
        await kept(application, chat, title=f"Bread {number}")
    await kept(application, chat, title="100% rye_bread", kind=ScriptKind.WRITTEN)
    await chat.press(await chat.last(), "📚 My scripts")
    shelf = await chat.last()
    assert "9 scripts" in shelf.text
    assert "1/2" in labels(shelf)
    await chat.press(shelf, "✍️ 1")
    shelf = await chat.last()
    assert "1 script" in shelf.text
    await chat.press(shelf, "🔎 Search")
    found = await chat.say("RYE_ 100%")
    assert "With “RYE_ 100%”" in found.text
    assert "1 script" in found.text
    await chat.press(found, "✕ All words")
    assert "9 scripts" in (await chat.last()).text
    await chat.press(await chat.last(), "🔎 Search")
    assert "None of these" in (await chat.say("croissant")).text


async def test_deleted_it_can_come_back(application: Application, chat: Chat) -> None:
    card = await chat.say(f"/script {BREAD}")
    await chat.press(card, "🗑 Delete")
    gone = await chat.last()
    assert "is deleted" in gone.text
    await chat.press(gone, "📚 My scripts")
    assert "No scripts yet" in (await chat.last()).text
    await chat.press_data(await chat.last(), gone.buttons[0].data or "")
    assert "🔍 Analyse" in labels(await chat.last())


async def test_a_saved_video_leads_to_its_script_once(application: Application, chat: Chat) -> None:
    await chat.say("/start")
    owner = await chat.user()
    by = creator()
    async with application.deps.tx() as tx:
        (video_id,) = await keep_page(tx, [video(by=by)], sample=True)
        await save_video(tx, owner_id=owner.id, video_id=video_id)
    start = await chat.say("/script")
    await chat.press(start, next(label for label in labels(start) if label.startswith("🎬")))
    card = await chat.last()
    assert "🔍 Fetch and analyse" in labels(card)
    assert "Sample data" in card.text
    await chat.press_data(card, OpenVideoScript(video_id).encode())
    await chat.press(await chat.last(), "📚 My scripts")
    assert "1 script" in (await chat.last()).text


@pytest.mark.parametrize("offline", [True, False])
async def test_what_a_channel_does_is_told_and_writing_offered_where_it_can_be_done(
    application: Application, chat: Chat, offline: bool
) -> None:
    await chat.say("/start")
    async with application.deps.tx() as tx:
        by = creator()
        await keep_page(tx, [video(by=by, title=f"Why {n} breads fail?") for n in range(3)], sample=False)
    async with application.deps.read() as session:
        row = await find_creator(session, by.network, by.handle)
    assert row is not None
    deps = application.deps if offline else replace(application.deps, critic=PlayedCritic())
    talking = Chat(replace(application, deps=deps), chat.sandbox, chat.person)
    await talking.press_data(await talking.last(), ShowWay(row.id).encode())
    shown = await talking.last()
    assert "From 3 videos that I know" in shown.text
    assert "question" in shown.text
    assert ("takes a language model" in shown.text) == offline
    assert ("✍️ Write one" in labels(shown)) != offline
    if not offline:
        await talking.press(shown, "✍️ Write one")
        assert "about" in (await talking.last()).text
        assert "3 to 1,500 characters" in (await talking.say("😀")).text


async def test_somebody_elses_script_is_not_there(application: Application, chat: Chat) -> None:
    await chat.say("/start")
    script = await kept(application, chat)
    other = Chat(application, chat.sandbox, await chat.sandbox.client.new_person("Bob"))
    card = await other.say("/saved")
    for action in (ShowScript(script.id), AnalyseScript(script.id)):
        answer = await other.press_data(card, action.encode())
        assert answer is not None
        assert "isn't there any more" in answer.text


async def send(chat: Chat, text: str) -> None:
    """As Telegram's apps do: in pieces."""
    for piece in (text[at : at + 4_096] for at in range(0, len(text), 4_096)):
        await chat.person.send_text(piece)
        await chat.handle_updates()


PARAMS = {"words": 99, "most": 15, "least": 120, "kinds": ["question", "number", "viewer", "contrast"], "turns": 9}
ALL_SIGNS = tuple(Found(sign, {**PARAMS, "words_per_minute": 999, "percent": 100}) for sign in Sign)
LONGEST_SIGNS = (ALL_SIGNS[1], ALL_SIGNS[2], ALL_SIGNS[6], ALL_SIGNS[9])


def test_every_sign_has_its_words() -> None:
    for found in ALL_SIGNS:
        told = critique_to_json(Critique((Judged(Part.HOOK, found=(found,)),)))
        (line,) = list(critique_lines(told, T, language="et"))[1:2]
        assert "None" not in line
        assert len(line) > 20


@pytest.mark.parametrize(
    "judged",
    [
        [Judged(part, 10, "<b>" * 130, "&" * 200) for part in Part],
        [Judged(part, found=(each, each)) for part, each in zip(Part, LONGEST_SIGNS, strict=True)],
    ],
)
def test_the_longest_analysis_fits_into_a_message(judged: Sequence[Judged]) -> None:
    told = Critique(tuple(judged), ("x" * 200,) * 8, ("y" * 200,) * 4, "z" * 6_000)
    measures = replace(
        measured(BREAD, "en", duration_s=8),
        pace=(100.0, 120.0, 90.0, 80.0),
        starts_s=3.0,
        readability=Readability("Fernández Huerta", 100, Level.HARD),
    )
    script = Script(
        id=ids.new(), kind=ScriptKind.VIDEO, status=ScriptStatus.READY, title="<" * 80, text=BREAD, language="en",
        creator_id=ids.new(), topic="", sample=True, measures=measures.to_json(), critique=critique_to_json(told),
        engine="some/model",
    )  # fmt: skip
    screen = screens.script(script_data(script), T)
    plain = re.sub("&[a-z0-9#]+;", "x", re.sub("<[^>]+>", "", screen.text))
    assert len(plain) <= 4_096
    assert "Markup(" not in screen.text
