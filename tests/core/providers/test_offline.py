import asyncio
import re
import time
from contextlib import aclosing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.posts.counting import EMOJI, hashtags
from core.posts.manner import Manner, taboo_in
from core.posts.platforms import Draft, Platform, is_blank, problems
from core.providers.offline.composing import BULLET
from core.providers.offline.reading import read
from core.providers.offline.writer import OfflineWriter
from core.providers.text import (
    Brief,
    Change,
    Finished,
    InstructionNotUnderstood,
    NoteCode,
    Partial,
    Rewrite,
    RewriteKind,
    Style,
    Writing,
)

FOLDER = Path(__file__).parent / "sources"
SOURCES = {path.stem: path.read_text("utf-8") for path in sorted(FOLDER.glob("*.txt"))}
ARTICLE = SOURCES["en"]


async def told(asked: Brief | Change) -> list[Writing]:
    writer = OfflineWriter(pace_s=0)
    async with aclosing(writer.write(asked) if isinstance(asked, Brief) else writer.rewrite(asked)) as writings:
        return [writing async for writing in writings]


async def drafts(text: str, *platforms: Platform, language: str = "en", variants: int = 3) -> list[Finished]:
    brief = Brief(text, platforms or tuple(Platform), language, variants=variants, source_url="https://example.com/b")
    return [one for one in await told(brief) if isinstance(one, Finished)]


async def changed(text: str, rewrite: Rewrite, source: str = "") -> Finished:
    (done,) = [
        one
        for one in await told(Change(Platform.LINKEDIN, Draft(text), rewrite, "en", source))
        if isinstance(one, Finished)
    ]
    return done


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def body_lines(draft: Draft) -> list[str]:
    lines = [line.removeprefix(BULLET) for line in draft.text.split("\n")]
    return [line for line in lines if line and not line.startswith(("#", "https://"))]


@pytest.mark.parametrize("language", SOURCES)
async def test_every_word_stands_in_the_source(language: str) -> None:
    source = squeezed(re.sub(r"[*>#|`]|\(https://\S+\)|[\[\]]", "", SOURCES[language]))
    for one in await drafts(SOURCES[language], language=language if len(language) == 2 else "en"):
        assert problems(one.platform, one.draft) == []
        for line in body_lines(one.draft):
            for piece in re.split(r"(?<=[.!?。？…।])\s*", line):
                assert squeezed(piece.removesuffix("…")) in source


async def test_the_same_brief_gives_the_same_drafts() -> None:
    assert await drafts(ARTICLE) == await drafts(ARTICLE)


async def test_boilerplate_headings_and_code_are_no_sentences() -> None:
    text = " ".join(one.draft.text for one in [*await drafts(ARTICLE, variants=10), *await drafts(SOURCES["code"])])
    for unwanted in ("newsletter", "rights reserved", "import redis", "run()", "winning again."):
        assert unwanted not in text


async def test_a_sentence_that_points_back_comes_right_after_what_it_points_to() -> None:
    sentences = [sentence.text for sentence in read(ARTICLE, "en").sentences]
    leaning = {"It was cheap, it was soft, and it lasted a week.", "The short answer is fermentation."}
    for one in await drafts(ARTICLE, variants=10):
        said = [s for s in sentences if squeezed(s) in squeezed(one.draft.text)]
        for sentence in leaning & set(said):
            before = sentences[sentences.index(sentence) - 1]
            assert squeezed(before + sentence) in squeezed(one.draft.text)


LONG_WINDED = "While the oven was cold, " + "and the baker slept, " * 20 + "nobody sold anything at all."
SHORT_ONES = [
    "Bread rises slowly in the cold cellar of a small bakery.",
    "The baker of Porto moved the last bake to four in the afternoon.",
    "Waste fell to three percent within one single month.",
    "Customers came later and bought more bread than before.",
    "Crumbs are sold in paper bags beside the till.",
    "The oven pays for its own electricity now.",
    "Two more bakeries in the street have copied the idea.",
    "A cold cellar costs less than a new refrigerator.",
]


async def test_the_middle_of_a_long_sentence_never_stands_alone() -> None:
    text = " ".join([*SHORT_ONES[:4], LONG_WINDED, *SHORT_ONES[4:]])
    for one in await drafts(text, Platform.TELEGRAM, Platform.LINKEDIN, variants=5):
        assert "the baker slept" not in one.draft.text
        assert len(one.draft.text) > 200


async def test_where_there_is_little_else_a_long_sentence_is_begun_and_goes_on_in_its_order() -> None:
    text = " ".join([*SHORT_ONES[:2], LONG_WINDED])
    sentences = read(text, "en").sentences
    pieces = [sentence for sentence in sentences if "baker slept" in sentence.text]
    assert [piece.leans for piece in pieces] == [False, *[True] * (len(pieces) - 1)]
    assert all(piece.text.endswith("…") for piece in pieces[:-1])


async def test_variants_open_differently() -> None:
    for platform in (Platform.TWITTER, Platform.LINKEDIN, Platform.TIKTOK):
        openings = {one.draft.text.split(".")[0] for one in await drafts(ARTICLE, platform, variants=6)}
        assert len(openings) == 6


async def test_hashtags_are_what_the_source_is_about() -> None:
    (one,) = await drafts(ARTICLE, Platform.INSTAGRAM, variants=1)
    tags = hashtags(one.draft.text)
    assert {"#Bakeries", "#CraftBakersAssociation", "#Bread", "#Fermentation"} <= set(tags)
    assert len({tag.casefold() for tag in tags}) == len(tags)


async def test_the_link_is_given_where_links_work() -> None:
    linked = {one.platform for one in await drafts(ARTICLE, variants=1) if "https://example.com/b" in one.draft.text}
    assert linked == {Platform.TWITTER, Platform.LINKEDIN, Platform.TELEGRAM, Platform.YOUTUBE}


async def test_the_title_of_the_source_heads_the_first_video() -> None:
    first, second, _ = await drafts(ARTICLE, Platform.YOUTUBE)
    assert first.draft.title == "Why small bakeries are winning again"
    assert second.draft.title != first.draft.title


async def test_a_style_chooses_other_sentences() -> None:
    briefs = [Brief(ARTICLE, (Platform.LINKEDIN,), "en", style=style) for style in Style]
    texts = {one.draft.text for brief in briefs for one in await told(brief) if isinstance(one, Finished)}
    assert len(texts) == 3


async def test_another_language_than_the_source_s_is_not_pretended() -> None:
    (one,) = await drafts(ARTICLE, Platform.TWITTER, language="de", variants=1)
    assert [(note.code, note.params["language"]) for note in one.notes] == [(NoteCode.KEPT_LANGUAGE, "en")]


async def test_a_poor_source_gives_fewer_variants_rather_than_the_same_again() -> None:
    found = [one.draft.text for one in await drafts("Just one thought about bread.", Platform.TIKTOK, variants=10)]
    assert 1 <= len(found) < 10
    assert len(set(found)) == len(found)


async def test_the_longest_source_leaves_the_event_loop_free() -> None:
    bakeries = (f"Bakery {name}{at} sells its bread for {at % 7 + 2} euros." for at in range(400) for name in "ABC")
    work = asyncio.create_task(drafts(" ".join(bakeries)[:50_000], Platform.LINKEDIN))
    ticks = 0
    while not work.done():
        await asyncio.sleep(0.005)
        ticks += 1
    assert len(await work) == 3
    assert ticks > 3


async def test_the_preview_is_paced_but_never_slow() -> None:
    writer = OfflineWriter()
    started = time.monotonic()
    async with aclosing(writer.write(Brief(ARTICLE, (Platform.LINKEDIN,), "en"))) as writings:
        seen = [(type(one), time.monotonic() - started) async for one in writings]
    partials = [at for kind, at in seen if kind is Partial]
    assert len(partials) >= 4
    assert partials[-1] - partials[0] > 0.1


PIECES = [*SOURCES.values(), "\n\n", "<b>x</b>", "#tag", "http://a.b/c", "!!!", "\x00", "a" * 400]
any_text = (
    st.lists(st.sampled_from(PIECES) | st.text(max_size=40), min_size=1, max_size=8)
    .map(" ".join)
    .filter(lambda text: 10 <= len(text.strip()) <= 50_000 and not is_blank(text))
)


@settings(max_examples=60, deadline=None)
@given(any_text, st.sampled_from(Platform))
async def test_any_text_makes_at_least_one_post_within_the_rules(text: str, platform: Platform) -> None:
    found = await drafts(text, platform, variants=2)
    assert found
    assert all(problems(platform, one.draft) == [] for one in found)


DRAFT = """The association expects 500 new bakeries by 2027 😀. Not every bakery succeeds.

• Sell one thing.
• Stop when sold out.

Lopez bakes at 6 a.m. and loves #bread.

https://example.com/x

#Bakeries #Bread"""


@pytest.mark.parametrize(
    ("instruction", "gone", "codes"),
    [
        ("shorter, no emojis", ("😀",), [NoteCode.SHORTENED, NoteCode.EMOJIS_REMOVED]),
        ("please make it shorter and remove the hashtags", ("#",), [NoteCode.SHORTENED, NoteCode.HASHTAGS_REMOVED]),
        ("kürzer, ohne Emojis", ("😀",), [NoteCode.SHORTENED, NoteCode.EMOJIS_REMOVED]),
        ("sin hashtags y sin enlaces", ("#", "https"), [NoteCode.HASHTAGS_REMOVED, NoteCode.LINKS_REMOVED]),
        ("без хештегов", ("#",), [NoteCode.HASHTAGS_REMOVED]),
        ("replace Lopez with Maria", ("Lopez",), [NoteCode.REPLACED]),
        ('remove "Not every bakery succeeds."', ("succeeds",), [NoteCode.REMOVED]),
        ('add "Open daily, 9 to 5." at the end', (), [NoteCode.ADDED]),
        ("no links, add the price", ("https",), [NoteCode.LINKS_REMOVED, NoteCode.NOT_DONE]),
        ("replace croissant with roll", (), [NoteCode.NOT_DONE]),
    ],
)
async def test_a_common_instruction_is_followed_and_reported(
    instruction: str, gone: tuple[str, ...], codes: list[NoteCode]
) -> None:
    done = await changed(DRAFT, Rewrite(RewriteKind.INSTRUCTION, instruction))
    assert [note.code for note in done.notes] == codes
    assert not any(part in done.draft.text for part in gone)


@pytest.mark.parametrize("instruction", ["make it funnier", "write it as a poem", "", "…", "translate to German"])
async def test_an_instruction_beyond_it_is_refused(instruction: str) -> None:
    with pytest.raises(InstructionNotUnderstood):
        await changed(DRAFT, Rewrite(RewriteKind.INSTRUCTION, instruction))


async def test_shorter_keeps_link_and_hashtags_and_whole_sentences() -> None:
    done = await changed(DRAFT, Rewrite(RewriteKind.SHORTER))
    assert len(done.draft.text) < len(DRAFT)
    assert done.draft.text.endswith("https://example.com/x\n\n#Bakeries #Bread")
    assert all(line.removeprefix(BULLET) in DRAFT for line in done.draft.text.split("\n"))


async def test_longer_takes_new_sentences_from_the_source_and_says_when_there_are_none() -> None:
    done = await changed(DRAFT, Rewrite(RewriteKind.LONGER), ARTICLE)
    assert len(done.draft.text) > len(DRAFT)
    assert done.draft.text.endswith("#Bakeries #Bread")
    (note,) = (await changed(DRAFT, Rewrite(RewriteKind.LONGER))).notes
    assert note.code is NoteCode.UNCHANGED


async def test_hook_first_moves_a_sentence_to_the_front_without_losing_any() -> None:
    done = await changed(
        "We bake bread. The oven is old. Why do 63% pay twice as much for it?", Rewrite(RewriteKind.HOOK_FIRST)
    )
    assert sorted(re.split(r"(?<=[.?])\s+", done.draft.text)) == [
        "The oven is old.",
        "We bake bread.",
        "Why do 63% pay twice as much for it?",
    ]
    assert not done.draft.text.startswith("We bake")


async def test_text_for_a_voice_has_no_signs_that_cannot_be_said() -> None:
    done = await changed(DRAFT, Rewrite(RewriteKind.VOICEOVER))
    assert not re.search(r"[#•😀]|https", done.draft.text)
    assert "loves bread." in done.draft.text


async def test_a_title_that_was_taken_from_the_text_does_not_stand_there_twice() -> None:
    first = "Publishing every day is hard."
    text = f"{first} Most creators give up after three weeks. A better way is to collect notes all week and write."
    brief = Brief(text, (Platform.TELEGRAM,), "en", source_title=first, variants=3)
    for written in await told(brief):
        if isinstance(written, Finished):
            assert written.draft.text.count(first) <= 1


async def in_manner(manner: Manner, *, platform: Platform = Platform.LINKEDIN, variants: int = 3) -> list[Finished]:
    brief = Brief(ARTICLE, (platform,), "en", variants=variants, manner=manner)
    return [one for one in await told(brief) if isinstance(one, Finished)]


@pytest.mark.parametrize("characters", [150, 400, 1200])
async def test_posts_are_as_long_as_those_of_the_brand(characters: int) -> None:
    for one in await in_manner(Manner(characters=characters), variants=2):
        assert 0.5 * characters < len(one.draft.text) <= 1.2 * characters


async def test_posts_have_as_many_emojis_and_hashtags_as_the_brands_and_its_own_first() -> None:
    manner = Manner(emojis_per_post=2, emojis=("🍞", "🔥"), hashtags_per_post=4, hashtags=("#Porto", "#Oven"))
    for one in await in_manner(manner):
        assert EMOJI.findall(one.draft.text) == ["🍞", "🔥"]
        found = hashtags(one.draft.text)
        assert (found[:2], len(found)) == (["#Porto", "#Oven"], 4)
    bare = await in_manner(Manner(emojis_per_post=0, hashtags_per_post=0))
    assert [hashtags(one.draft.text) for one in bare] == [[], [], []]


async def test_a_source_of_nothing_but_words_to_avoid_is_written_and_told() -> None:
    manner = Manner(taboo=("bread",))
    brief = Brief("Cheap bread for all of us here.", (Platform.TELEGRAM,), "en", manner=manner)
    (one,) = [one for one in await told(brief) if isinstance(one, Finished)]
    assert "bread" in one.draft.text
    assert [note.params for note in one.notes if note.code == NoteCode.TABOO] == [{"words": ["bread"]}]


async def test_a_sentence_that_leaned_on_one_to_avoid_takes_no_other_for_it() -> None:
    text = (
        "Our oven in Porto bakes sixty loaves an hour. The supermarket sells them for half the price. "
        "It was fined twice for that. Customers come before seven in the morning. They bring their own bags along."
    )
    brief = Brief(text, (Platform.LINKEDIN,), "en", variants=3, manner=Manner(taboo=("supermarket",)))
    for one in (one for one in await told(brief) if isinstance(one, Finished)):
        assert "It was fined" not in one.draft.text


async def test_longer_adds_no_sentence_with_a_word_to_avoid() -> None:
    change = Change(
        Platform.LINKEDIN,
        Draft("Bakeries grow."),
        Rewrite(RewriteKind.LONGER),
        "en",
        "Bakeries grow. Supermarket bread sells badly in every town. Sourdough keeps its flavour for many days.",
        manner=Manner(taboo=("supermarket",)),
    )
    (one,) = [one for one in await told(change) if isinstance(one, Finished)]
    assert taboo_in(one.draft.text, change.manner) == []
    assert "Sourdough" in one.draft.text
