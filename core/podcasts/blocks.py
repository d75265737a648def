"""A script cut into what is spoken in one go: line by line, or several lines of both voices by a dialogue engine."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.podcasts.options import PodcastOptions, spoken_language
from core.podcasts.script import Line, Script, Section
from core.podcasts.script import Speaker as Role
from core.providers.speech import NORMAL, DialogueSpeaker, Speaker, SpeechLimits, SpeechSettings, Turn, recording_key

BLOCK_CHARACTERS = 700
"""From here on a block ends before the host's next line: long enough for a natural tone, short enough that a changed
line costs little."""


@dataclass(frozen=True, slots=True)
class SaidLine:
    """`speaker` is a name."""

    text: str
    voice_id: str
    speaker: str


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of one recording, and its name. A chapter begins with it when `chapter` isn't empty."""

    name: str
    lines: tuple[SaidLine, ...]
    chapter: str = ""
    settings: SpeechSettings = NORMAL

    @property
    def speaker(self) -> str:
        """Empty when there are several."""
        names = {line.speaker for line in self.lines}
        return names.pop() if len(names) == 1 else ""

    @property
    def words(self) -> str:
        if self.speaker:
            return "\n\n".join(line.text for line in self.lines)
        return "\n\n".join(f"{line.speaker}: {line.text}" for line in self.lines)

    @property
    def turns(self) -> list[Turn]:
        return [Turn(line.text, line.voice_id) for line in self.lines]


def blocks_of(
    script: Script, options: PodcastOptions, speaker: Speaker, dialogue: DialogueSpeaker | None = None
) -> list[Block]:
    """The script in order; each line a block of its own without `dialogue`. Names are by content, so that a changed
    line changes the name of its own block, and at most of those behind it in its section."""
    voices = {Role.HOST: options.host, Role.GUEST: options.guest}
    names = {Role.HOST: script.host or options.host.name, Role.GUEST: script.guest or options.guest.name}
    language = spoken_language(script.language)
    blocks = []
    for section in script.sections:
        for at, piece in enumerate(_pieces(section, dialogue)):
            lines = tuple(SaidLine(line.text, voices[line.speaker].id, names[line.speaker]) for line in piece)
            name = _name(lines, speaker, dialogue, language)
            blocks.append(Block(name, lines, section.title if at == 0 else ""))
    return blocks


def cues_of(block: Block, start_ms: int, end_ms: int) -> Iterator[tuple[int, str, str]]:
    """When each line begins, who says it, and what. Inside of a block it is estimated by the lines' lengths."""
    characters = sum(len(line.text) for line in block.lines)
    before = 0
    for line in block.lines:
        yield start_ms + (end_ms - start_ms) * before // max(characters, 1), line.speaker, line.text
        before += len(line.text)


def _pieces(section: Section, dialogue: DialogueSpeaker | None) -> Iterator[list[Line]]:
    limits = dialogue.dialogue_limits if dialogue is not None else None
    held: list[Line] = []
    for line in section.lines:
        if held and _ends_before(line, sum(len(each.text) + 1 for each in held), limits):
            yield held
            held = []
        held.append(line)
    if held:
        yield held


def _ends_before(line: Line, so_far: int, limits: SpeechLimits | None) -> bool:
    """Whether a block of `so_far` characters ends before this line."""
    if limits is None:
        return True
    return so_far + len(line.text) > limits.characters or (line.speaker is Role.HOST and so_far >= BLOCK_CHARACTERS)


def _name(lines: Sequence[SaidLine], speaker: Speaker, dialogue: DialogueSpeaker | None, language: str) -> str:
    if len(lines) == 1 or dialogue is None:
        return recording_key(speaker.recipe, lines[0].text, lines[0].voice_id, language=language)
    texts, voices = ("\0".join(each) for each in zip(*((line.text, line.voice_id) for line in lines), strict=True))
    return recording_key(dialogue.dialogue_recipe, texts, voices, language=language)
