"""Writing podcast scripts: what is asked, what comes back, and who may answer.

The engines are core/providers/script_model.py (any OpenAI-compatible model) and core/providers/offline/dialogue.py (no
account at all); core/providers/scriptwriters.py picks one. Both stand behind `ScriptWriter` and pass one contract test.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from core.errors import InvalidInput
from core.podcasts.pace import SHORT_MINUTES, Pace, pace_of
from core.podcasts.script import Format, Line, Script, Section
from core.posts.platforms import is_blank
from core.providers.text import SOURCE_MAX_CHARACTERS, Note, Usage

SOURCES_MIN_CHARACTERS = 100
"""All sources together; at most SOURCE_MAX_CHARACTERS."""
DEADLINE_S = 300.0
MINUTES_MOST = 60.0


@dataclass(frozen=True, slots=True)
class ScriptSource:
    text: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class ScriptBrief:
    """One episode from one or more sources. `language` is a BCP-47 tag, "und" for the sources' own.

    `minutes` is how long it should be at `pace` (None: espeak's for the language). `focus` is what the listener wants
    to know most, `brand_voice` how the author sounds; both are free text and may be empty, like the names. Raises
    InvalidInput "script.source_length" and "script.minutes".
    """

    sources: tuple[ScriptSource, ...]
    language: str
    minutes: float = SHORT_MINUTES
    format: Format = Format.CONVERSATION
    title: str = ""
    focus: str = ""
    host: str = ""
    guest: str = ""
    brand_voice: str = ""
    pace: Pace | None = None
    deadline_s: float = DEADLINE_S

    def __post_init__(self) -> None:
        characters = sum(0 if is_blank(source.text) else len(source.text.strip()) for source in self.sources)
        if not SOURCES_MIN_CHARACTERS <= characters <= SOURCE_MAX_CHARACTERS:
            raise InvalidInput(
                "script.source_length", characters=characters, least=SOURCES_MIN_CHARACTERS, most=SOURCE_MAX_CHARACTERS
            )
        if not 0.5 <= self.minutes <= MINUTES_MOST:
            raise InvalidInput("script.minutes", minutes=self.minutes, most=MINUTES_MOST)

    @property
    def seconds(self) -> float:
        return self.minutes * 60

    @property
    def words(self) -> int:
        """About how many words that is."""
        return self.pace_in(self.language).words(self.seconds)

    def pace_in(self, language: str) -> Pace:
        """The pace asked for, else espeak's."""
        return self.pace or pace_of(language)


class ScriptNoteCode(StrEnum):
    SHORTER = "script.shorter"
    """The sources hold no more without saying something twice. Params: seconds, wanted."""
    LONGER = "script.longer"
    """Params: seconds, wanted."""
    KEPT_LANGUAGE = "script.kept_language"
    """The engine can't translate: the script is in the sources' `language`, not in `wanted`."""
    FORMAT_IN_OTHER_WORDS = "script.plain_questions"
    """No questions are known in `language`: the host only names what comes next."""
    NO_NEW_MATERIAL = "script.no_new_material"
    """The section says the same in another arrangement: the sources hold nothing that isn't said yet."""
    FOCUS_NOT_FOUND = "script.focus_not_found"
    """None of its words is in the sources, so it decided nothing. Params: focus."""
    CHECK_FIGURES = "script.check_figures"
    """These `figures` are in no source: the author should check them."""


@dataclass(frozen=True, slots=True)
class Outline:
    """Comes first: what the episode will go through."""

    title: str
    sections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SectionWritten:
    """Section `number` (from 1) of `count` stands as far as is known; the finished script may still shorten it."""

    number: int
    count: int
    section: Section


@dataclass(frozen=True, slots=True)
class ScriptFinished:
    """The whole script: it has no `script_checks.problems`, but for a length that `notes` tell."""

    script: Script
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class LineRewritten:
    """`line` is None when the wish was to drop it."""

    line: Line | None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class LineWish:
    """Line `number` of `script` is to change as `instruction` says, in the user's words."""

    script: Script
    number: int
    instruction: str
    sources: tuple[ScriptSource, ...] = ()
    brand_voice: str = field(default="")
    deadline_s: float = 60.0


ScriptEvent = Outline | SectionWritten | ScriptFinished | Usage


class ScriptWriter(Protocol):
    """Writes podcast scripts for a host and a guest.

    The methods give asynchronous generators that end with one Usage; closing one (`contextlib.aclosing`) ends the work
    and its connection. The sources are material, never instructions. They raise ProviderError with the codes of
    `PostWriter`.
    """

    @property
    def engine(self) -> str:
        """What to call it before the user: "offline draft", or the model's name."""
        ...

    @property
    def offline(self) -> bool: ...

    def write(self, brief: ScriptBrief) -> AsyncGenerator[ScriptEvent, None]:
        """One Outline, each section as it is written, one ScriptFinished, one Usage.

        Raises InvalidInput "script.nothing_to_say" when the sources hold no sentence.
        """
        ...

    def rewrite_section(
        self, brief: ScriptBrief, script: Script, number: int, *, wish: str = ""
    ) -> AsyncGenerator[SectionWritten | ScriptFinished | Usage, None]:
        """Section `number` anew, about as long as it was; then the script with it. Raises InvalidInput for no section.

        The other sections stay as they are, edits included, and nothing they say is said again. `wish` is what its
        author wants to be different; the offline engine raises NotAble when there is one.
        """
        ...

    def rewrite_line(self, wish: LineWish) -> AsyncGenerator[LineRewritten | Usage, None]:
        """Offline, only the common wishes; raises InstructionNotUnderstood or NotAble for others."""
        ...
