"""Scripts cut into what is spoken in one go."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from core.podcasts.blocks import BLOCK_CHARACTERS, Block, SaidLine, blocks_of, cues_of
from core.podcasts.options import ChosenVoice, PodcastOptions
from core.podcasts.script import LINE_CHARACTERS, Line, Script, Section, Speaker
from core.providers.offline.espeak import Espeak
from core.providers.speech import NORMAL, Engine, Speech, SpeechLimits, SpeechSettings, Turn

OPTIONS = PodcastOptions(Engine.ELEVENLABS, ChosenVoice("a", "Ann"), ChosenVoice("b", "Ben"))
LIMIT = 2000


class Dialogues(Espeak):
    """Says nothing here."""

    dialogue_recipe = "dialogues"
    dialogue_limits = SpeechLimits(LIMIT, 2)

    async def speak_dialogue(
        self, turns: Sequence[Turn], *, language: str, settings: SpeechSettings = NORMAL
    ) -> Speech:
        raise NotImplementedError


SPEAKER = Dialogues()
SECTIONS = st.lists(
    st.lists(st.tuples(st.sampled_from(Speaker), st.integers(1, LINE_CHARACTERS)), min_size=1, max_size=30),
    min_size=1,
    max_size=5,
)


def script(sections: list[list[tuple[Speaker, int]]]) -> Script:
    made = tuple(
        Section(f"S{at}", tuple(Line(role, "x" * length) for role, length in lines))
        for at, lines in enumerate(sections)
    )
    return Script("T", "en", made)


@given(SECTIONS)
def test_every_line_is_in_one_block_in_its_order_and_no_call_is_too_long(
    sections: list[list[tuple[Speaker, int]]],
) -> None:
    whole = script(sections)
    blocks = blocks_of(whole, OPTIONS, SPEAKER, SPEAKER)
    assert [line.text for block in blocks for line in block.lines] == [line.text for line in whole.lines]
    assert all(len(" ".join(line.text for line in block.lines)) <= LIMIT for block in blocks)
    assert [block.chapter for block in blocks if block.chapter] == [section.title for section in whole.sections]


@given(SECTIONS)
def test_a_change_reaches_no_other_section(sections: list[list[tuple[Speaker, int]]]) -> None:
    before = blocks_of(script(sections), OPTIONS, SPEAKER, SPEAKER)
    role, length = sections[0][-1]
    changed = [[*sections[0][:-1], (role, length % LINE_CHARACTERS + 1)], *sections[1:]]
    after = blocks_of(script(changed), OPTIONS, SPEAKER, SPEAKER)

    def others(blocks: list[Block]) -> list[str]:
        begin = next((at for at, block in enumerate(blocks) if block.chapter == "S1"), len(blocks))
        return [block.name for block in blocks[begin:]]

    assert others(before) == others(after)


def test_a_block_ends_before_the_host_when_it_is_long_enough() -> None:
    turn = [(Speaker.HOST, 200), (Speaker.GUEST, 300)]
    blocks = blocks_of(script([turn * 4]), OPTIONS, SPEAKER, SPEAKER)
    assert [len(block.lines) for block in blocks] == [4, 4]
    assert BLOCK_CHARACTERS <= 1000


def test_without_dialogues_each_line_has_the_name_that_it_always_had() -> None:
    whole = script([[(Speaker.HOST, 20), (Speaker.GUEST, 30)]])
    alone = blocks_of(whole, OPTIONS, SPEAKER)
    assert [len(block.lines) for block in alone] == [1, 1]
    (together,) = blocks_of(whole, OPTIONS, SPEAKER, SPEAKER)
    assert together.name not in {block.name for block in alone}
    assert (together.speaker, together.words.split(": ")[0]) == ("", "Ann")


def test_cues_divide_a_block_by_the_length_of_its_lines() -> None:
    block = Block("n", (SaidLine("x" * 100, "a", "Ann"), SaidLine("y" * 300, "b", "Ben")))
    assert list(cues_of(block, 1000, 5000)) == [(1000, "Ann", "x" * 100), (2000, "Ben", "y" * 300)]
