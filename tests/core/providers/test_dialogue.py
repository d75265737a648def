"""The offline conversation: whose words it says, in which order, and what it does with little or odd material."""

import tomllib
from contextlib import aclosing
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from core.errors import InvalidInput
from core.podcasts.pace import pace_of
from core.podcasts.script import Format, Line, Script, Section, Speaker
from core.podcasts.script_checks import problems, repeated_trigrams
from core.podcasts.spoken import spoken
from core.providers.offline.cues import leans_on_previous
from core.providers.offline.dialogue import OfflineScriptWriter
from core.providers.offline.talk import is_known
from core.providers.scripts import LineWish, ScriptBrief, ScriptFinished, ScriptNoteCode, ScriptSource
from core.providers.text import InstructionNotUnderstood, NotAble

FOLDER = Path(__file__).parent / "sources"
LONG = {path.stem: path.read_text("utf-8") for path in sorted((FOLDER / "long").glob("*.txt"))}
SHORT = {path.stem: path.read_text("utf-8") for path in sorted(FOLDER.glob("*.txt")) if path.stem != "short"}
TABLES = ["ar", "de", "en", "es", "fr", "hi", "id", "pt", "ru", "uk"]


async def written(text: str, language: str = "en", minutes: float = 3.0, **more: Any) -> ScriptFinished:
    brief = ScriptBrief((ScriptSource(text),), language, minutes, **more)
    async with aclosing(OfflineScriptWriter().write(brief)) as events:
        (done,) = [event async for event in events if isinstance(event, ScriptFinished)]
    return done


def letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def around(line: Line, language: str) -> str:
    """What a line says besides its claims."""
    text = line.text
    for claim in line.claims:
        sentence = spoken(claim.sentence, language).rstrip(" .…")
        assert sentence in text
        text = text.replace(sentence, "", 1)
    return text


@pytest.mark.parametrize("language", [*TABLES, "fa"])
async def test_a_title_that_asks_ends_its_sentence_itself(language: str) -> None:
    text = SHORT.get(language, LONG["en"])
    script = (await written(text, language, title="Was heißt das?")).script
    said = " ".join(line.text for line in script.lines)
    assert said.count("Was heißt das?") >= 1
    assert not any(f"?{stop}" in said for stop in ".。।")


@pytest.mark.parametrize("title", ["---", '<div dir="rtl">', "🎧", ""])
async def test_a_title_that_cannot_be_said_is_none(title: str) -> None:
    brief = ScriptBrief((ScriptSource(LONG["en"], title),), "en", 3.0)
    async with aclosing(OfflineScriptWriter().write(brief)) as events:
        (done,) = [event async for event in events if isinstance(event, ScriptFinished)]
    assert done.script.title not in ("", "Podcast", title)
    assert done.script.title.casefold() in LONG["en"].casefold()


@pytest.mark.parametrize("style", Format)
@pytest.mark.parametrize("language", LONG)
async def test_every_claim_is_a_sentence_of_its_source_and_nothing_else_states_a_figure(
    language: str, style: Format
) -> None:
    script = (await written(LONG[language], language, format=style)).script
    assert sum(len(line.claims) for line in script.lines) > 10
    for line in script.lines:
        assert all(letters(claim.sentence) in letters(LONG[language]) for claim in line.claims)
        assert not any(character.isdigit() for character in around(line, language))


async def test_each_claim_names_the_source_that_holds_it() -> None:
    sources = (ScriptSource(LONG["en"]), ScriptSource(SHORT["en"]))
    async with aclosing(OfflineScriptWriter().write(ScriptBrief(sources, "en", 6.0))) as events:
        (done,) = [event async for event in events if isinstance(event, ScriptFinished)]
    claims = [claim for line in done.script.lines for claim in line.claims]
    assert {claim.source for claim in claims} == {0, 1}
    assert all(letters(claim.sentence) in letters(sources[claim.source].text) for claim in claims)


@pytest.mark.parametrize("style", Format)
async def test_the_two_take_turns_and_say_nothing_again(style: Format) -> None:
    script = (await written(LONG["en"], minutes=5.0, format=style)).script
    speakers = [line.speaker for line in script.lines]
    assert all(one is not other for one, other in pairwise(speakers))
    assert repeated_trigrams(script) < 0.03
    assert problems(script) == []


async def test_the_host_asks_and_the_guest_answers() -> None:
    script = (await written(LONG["en"], minutes=5.0)).script
    host = [line for line in script.lines if line.speaker is Speaker.HOST]
    assert sum("?" in line.text for line in host) > len(host) / 3
    assert all(not around(line, "en").strip(" .") or "?" in line.text for line in host if line.claims)
    assert all(line.claims for line in script.lines if line.speaker is Speaker.GUEST and line is not script.lines[1])


async def test_a_question_of_the_source_is_the_hosts_and_its_answer_follows() -> None:
    script = (await written(LONG["en"], minutes=5.0)).script
    at = next(at for at, line in enumerate(script.lines) if "Why does it work?" in line.text)
    assert script.lines[at].speaker is Speaker.HOST
    assert "Healthy soil is full of pores" in script.lines[at + 1].text


@pytest.mark.parametrize("style", Format)
@pytest.mark.parametrize("language", LONG)
async def test_a_sentence_that_points_back_comes_only_right_after_the_one_it_points_to(
    language: str, style: Format
) -> None:
    text = " ".join(LONG[language].split())
    script = (await written(LONG[language], language, minutes=2.0, format=style)).script
    said = [claim.sentence for line in script.lines for claim in line.claims]
    for before, sentence in zip(["", *said], said, strict=False):
        if leans_on_previous(sentence):
            assert before
            assert f"{before} {sentence}" in text


async def test_formats_differ() -> None:
    texts = {
        style: " ".join(line.text for line in (await written(LONG["en"], format=style)).script.lines)
        for style in Format
    }
    assert "Let me open with this." in texts[Format.DEBATE]
    assert "First up: " in texts[Format.BRIEF]
    assert any(
        said in texts[Format.CRITIQUE] for said in ("A figure, so one can check it.", "There's a number to hold")
    )
    assert len(set(texts.values())) == len(Format)


async def test_a_critique_does_not_miss_a_figure_that_is_there() -> None:
    script = (await written(LONG["es"], "es", minutes=3.0, format=Format.CRITIQUE)).script
    missing = ("No viene con ninguna cifra.", "Está afirmado, no demostrado.", "Aquí pediría un ejemplo.")
    judged = [line.text for line, after in pairwise(script.lines) if after.text.startswith(missing)]
    assert judged
    assert not any(character.isdigit() for text in judged for character in text)


async def test_a_short_source_makes_a_shorter_episode_that_says_so() -> None:
    done = await written(SHORT["en"], minutes=15.0)
    (note,) = done.notes
    assert note.code == ScriptNoteCode.SHORTER
    assert note.params["wanted"] == 900
    assert note.params["seconds"] == round(done.script.seconds(pace_of("en")))
    assert problems(done.script) == []


@pytest.mark.parametrize("name", SHORT)
@pytest.mark.parametrize("style", Format)
async def test_any_text_becomes_a_script_that_two_can_speak(name: str, style: Format) -> None:
    text = (SHORT[name] + "\n\n") * (1 if len(SHORT[name]) >= 100 else 4)
    done = await written(
        text, {"zh": "zh", "th": "th", "ar": "ar", "hi": "hi", "de": "de"}.get(name, "en"), format=style
    )
    assert problems(done.script) == []
    assert {line.speaker for line in done.script.lines} == set(Speaker)


@pytest.mark.parametrize(
    "text", ["x" * 120, "word " * 40, "1 2 3 4 5 " * 20, "😀 " * 80 + "hello you there", "?! ... " * 30 + "a"]
)
async def test_what_is_no_prose_is_refused_or_spoken(text: str) -> None:
    refused = ""
    try:
        script = (await written(text)).script
    except InvalidInput as error:
        refused = error.error_code
    assert refused in ("script.nothing_to_say", "script.one_speaker") or problems(script) == []


async def test_a_text_without_a_sentence_is_refused() -> None:
    with pytest.raises(InvalidInput) as caught:
        await written("😀 " * 80)
    assert caught.value.error_code == "script.nothing_to_say"


async def test_a_language_without_questions_is_read_in_turns_and_says_so() -> None:
    done = await written(SHORT["zh"], "zh", minutes=1.0)
    assert ScriptNoteCode.FORMAT_IN_OTHER_WORDS in [note.code for note in done.notes]
    assert {line.speaker for line in done.script.lines if line.claims} == set(Speaker)


async def test_the_sources_language_is_kept_and_told() -> None:
    done = await written(LONG["es"], "en")
    assert done.script.language == "es"
    assert {"language": "es", "wanted": "en"} in [note.params for note in done.notes]


async def test_a_focus_decides_what_a_short_episode_says() -> None:
    plain = (await written(LONG["en"], minutes=1.0)).script
    focused = (await written(LONG["en"], minutes=1.0, focus="bees and groundwater")).script
    assert "bees" not in _text(plain)
    assert "bees" in _text(focused)


async def test_a_focus_that_the_sources_do_not_speak_of_is_told() -> None:
    code, params = ScriptNoteCode.FOCUS_NOT_FOUND, {"focus": "submarine elephants"}
    notes = (await written(LONG["en"], focus="submarine elephants")).notes
    assert [note.params for note in notes if note.code == code] == [params]
    assert code not in [note.code for note in (await written(LONG["en"], focus="the bees")).notes]


@pytest.mark.parametrize("language", ["ar", "zh", "th"])
async def test_a_text_without_a_title_is_called_by_its_own_words(language: str) -> None:
    text = (Path(__file__).parent / "sources" / f"{language}.txt").read_text("utf-8")
    script = (await written(text, language)).script
    assert script.title.rstrip("…") in " ".join(text.split())
    assert "Podcast" not in _text(script)


async def test_the_same_brief_gives_the_same_script() -> None:
    assert (await written(LONG["de"], "de")).script == (await written(LONG["de"], "de")).script


async def test_a_section_without_new_material_is_arranged_anew_and_says_so() -> None:
    brief = ScriptBrief((ScriptSource(SHORT["en"]),), "en", 5.0)
    script = (await written(SHORT["en"], minutes=5.0)).script
    async with aclosing(OfflineScriptWriter().rewrite_section(brief, script, 1)) as events:
        (done,) = [event async for event in events if isinstance(event, ScriptFinished)]
    assert ScriptNoteCode.NO_NEW_MATERIAL in [note.code for note in done.notes]
    assert problems(done.script) == []


async def test_a_line_keeps_only_the_claims_it_still_makes() -> None:
    script = (await written(LONG["en"])).script
    number = next(at for at, line in script.numbered() if len(line.claims) > 2)
    async with aclosing(OfflineScriptWriter().rewrite_line(LineWish(script, number, "shorter"))) as events:
        rewritten = await anext(events)
    assert rewritten.line is not None  # type: ignore[union-attr]
    assert 0 < len(rewritten.line.claims) < len(script.line(number).claims)  # type: ignore[union-attr]


async def test_a_wish_that_is_not_understood_is_told() -> None:
    script = (await written(LONG["en"])).script
    with pytest.raises(InstructionNotUnderstood):
        async with aclosing(OfflineScriptWriter().rewrite_line(LineWish(script, 3, "more like Hemingway"))) as events:
            await anext(events)


def test_questions_are_known_in_the_products_languages() -> None:
    assert [language for language in TABLES if not is_known(language)] == []


@pytest.mark.parametrize("language", TABLES)
def test_every_phrase_can_be_spoken_and_has_its_slots(language: str) -> None:
    folder = Path(__file__).parents[3] / "core" / "providers" / "offline" / "lists" / "talk"
    table = tomllib.loads((folder / f"{language}.toml").read_text("utf-8"))
    english = tomllib.loads((folder / "en.toml").read_text("utf-8"))
    assert set(table) == set(english)
    assert set(table["open"]) == {str(style) for style in Format}
    slots = {"phrase": "X", "title": "Y", "host": "A", "guest": "B"}
    for kind, phrases in [*table.items(), *table["open"].items()]:
        for phrase in phrases if isinstance(phrases, list) else []:
            filled = phrase.format_map(slots)
            assert spoken(filled, language) == filled
            assert ("{phrase}" in phrase) == (kind in ("ask", "figure", "contrast", "turn", "item", "judge"))
            assert ("{title}" in phrase) == (kind == "close" or kind in table["open"])


async def test_a_section_by_a_wish_is_nothing_for_the_offline_writer() -> None:
    writer = OfflineScriptWriter()
    brief = ScriptBrief((ScriptSource("The river rose in June. The market stood under water. " * 3),), "en", 1.0)
    script = Script("Rain", "en", (Section("One", (Line(Speaker.HOST, "What happened?"),)),))
    with pytest.raises(NotAble):
        async with aclosing(writer.rewrite_section(brief, script, 1, wish="as a poem")) as events:
            await anext(events)


def _text(script: Script) -> str:
    return " ".join(line.text for line in script.lines)
