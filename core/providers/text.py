"""Writing posts: what is asked, what comes back, and who may answer.

The engines are core/providers/model.py (any OpenAI-compatible model) and core/providers/offline (no account at all);
core/providers/writers.py picks one. Both stand behind `PostWriter` and pass one contract test. Podcast scripts and
analyses will be Protocols beside it.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from core.errors import InvalidInput
from core.posts.manner import NO_MANNER, Manner, taboo_in
from core.posts.platforms import Draft, Platform, is_blank

SOURCE_MIN_CHARACTERS = 10
SOURCE_MAX_CHARACTERS = 50_000
VARIANTS_MAX = 10
DEADLINE_S = 60.0


class Style(StrEnum):
    PROFESSIONAL = "professional"
    CASUAL = "casual"
    WITTY = "witty"


class RewriteKind(StrEnum):
    """The rewrites that have a button, and INSTRUCTION for what the user typed."""

    TONE = "tone"
    SHORTER = "shorter"
    LONGER = "longer"
    HOOK_FIRST = "hook_first"
    TRANSLATE = "translate"
    VOICEOVER = "voiceover"
    OWN_WORDS = "own_words"
    """Nothing in the words it has now: they are somebody else's."""
    INSTRUCTION = "instruction"


class Ability(StrEnum):
    """What not every engine can do; without it, the matching call raises NotAble."""

    TRANSLATE = "translate"
    TONE = "tone"
    FREE_INSTRUCTIONS = "free_instructions"
    """Any instruction in any words. Without it: the common ones, and InstructionNotUnderstood for the rest."""


@dataclass(frozen=True, slots=True)
class Rewrite:
    """`argument` is a Style for TONE, a BCP-47 tag for TRANSLATE, the user's words for INSTRUCTION, else empty."""

    kind: RewriteKind
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Brief:
    """Posts to write from one source: `variants` of them for each platform.

    `language` is a BCP-47 tag. `brand_voice` is free text about how the author sounds, `pattern` how the posts are to
    be built, in our own words; both may be empty. `manner` is what holds of the voice in any case; room is left for its
    signature, which isn't written.
    """

    source_text: str
    platforms: tuple[Platform, ...]
    language: str
    source_title: str = ""
    source_url: str | None = None
    variants: int = 1
    style: Style = Style.PROFESSIONAL
    brand_voice: str = ""
    manner: Manner = NO_MANNER
    pattern: str = ""
    deadline_s: float = DEADLINE_S

    def __post_init__(self) -> None:
        characters = 0 if is_blank(self.source_text) else len(self.source_text.strip())
        if not SOURCE_MIN_CHARACTERS <= characters <= SOURCE_MAX_CHARACTERS:
            raise InvalidInput(
                "text.source_length", characters=characters, least=SOURCE_MIN_CHARACTERS, most=SOURCE_MAX_CHARACTERS
            )
        if not self.platforms or len(set(self.platforms)) != len(self.platforms):
            raise InvalidInput("text.platforms", platforms=[str(platform) for platform in self.platforms])
        if not 1 <= self.variants <= VARIANTS_MAX:
            raise InvalidInput("text.variants", variants=self.variants, most=VARIANTS_MAX)


@dataclass(frozen=True, slots=True)
class Change:
    """One draft to rewrite. `language` is the draft's; `source_text` is where further facts may come from."""

    platform: Platform
    draft: Draft
    rewrite: Rewrite
    language: str
    source_text: str = ""
    brand_voice: str = ""
    manner: Manner = NO_MANNER
    deadline_s: float = DEADLINE_S


@dataclass(frozen=True, slots=True)
class Partial:
    """What stands so far of variant `number` (from 1): the whole of it, not the addition. For a preview only."""

    platform: Platform
    number: int
    text: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """Something the user should know about a draft, as a code with its params (see `NoteCode`)."""

    code: str
    params: dict[str, Any]


class NoteCode(StrEnum):
    KEPT_LANGUAGE = "text.kept_language"
    """The engine can't translate: the draft is in the source's `language`."""
    SHORTENED = "text.shortened"
    LENGTHENED = "text.lengthened"
    HOOK_MOVED = "text.hook_moved"
    EMOJIS_REMOVED = "text.emojis_removed"
    HASHTAGS_REMOVED = "text.hashtags_removed"
    HASHTAGS_ADDED = "text.hashtags_added"
    LINKS_REMOVED = "text.links_removed"
    SPOKEN = "text.spoken"
    """Hashtags, links and emojis are gone: it can be read aloud."""
    REPLACED = "text.replaced"
    """`old` gave way to `new`."""
    REMOVED = "text.removed"
    """`text` is gone."""
    ADDED = "text.added"
    """`text` was put in."""
    NOT_DONE = "text.not_done"
    """This part of the instruction, `text`, wasn't understood; the others were followed."""
    CHECK_FIGURES = "text.check_figures"
    """These `figures` are in no material the model was given: the author should check them."""
    TABOO = "text.taboo"
    """These `words`, which the brand avoids, couldn't be."""
    NOT_SIGNED = "text.not_signed"
    """There was no room for the brand's signature."""
    UNCHANGED = "text.unchanged"
    """There was nothing to change."""


def taboo_notes(draft: Draft, manner: Manner) -> tuple[Note, ...]:
    """What to say of a draft in which words stand that the brand avoids."""
    words = taboo_in(f"{draft.title} {draft.text}", manner)
    return (Note(NoteCode.TABOO, {"words": words}),) if words else ()


@dataclass(frozen=True, slots=True)
class Finished:
    """Variant `number` (from 1) is complete and within the platform's rules."""

    platform: Platform
    number: int
    draft: Draft
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Usage:
    """What the work took; comes last. `cost_usd` is None when the service doesn't say."""

    model: str
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float | None = None


Writing = Partial | Finished | Usage


class NotAble(InvalidInput):
    """This engine doesn't do that at all. Params: ability, engine."""

    code = "text.not_able"


class InstructionNotUnderstood(InvalidInput):
    """No part of the instruction was understood. Params: instruction, engine."""

    code = "text.instruction_not_understood"


class PostWriter(Protocol):
    """Writes and rewrites posts.

    Both methods give an asynchronous generator: any number of Partial, one Finished per variant in any order, and one
    Usage at the end. No two variants are the same; a source too poor for all of them gives fewer, at least one. Closing
    the generator (`contextlib.aclosing`) ends the work and its connection. They raise ProviderError: "text.timeout"
    when the deadline passes, "text.unavailable", "text.rate_limited", "text.key_refused", "text.no_credit",
    "text.refused", "text.unusable_answer", "text.bad_request".
    """

    @property
    def engine(self) -> str:
        """What to call it before the user: "offline draft", or the model's name."""
        ...

    @property
    def offline(self) -> bool: ...

    @property
    def abilities(self) -> frozenset[Ability]: ...

    def write(self, brief: Brief) -> AsyncGenerator[Writing, None]: ...

    def rewrite(self, change: Change) -> AsyncGenerator[Writing, None]:
        """The rewritten draft as variant 1. Raises NotAble or InstructionNotUnderstood where the engine can't."""
        ...
