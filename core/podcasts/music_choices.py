"""How the owner's music goes with an episode."""

from dataclasses import dataclass
from enum import StrEnum


class Plays(StrEnum):
    BOTH = "both"
    INTRO = "intro"
    OUTRO = "outro"

    @property
    def before(self) -> bool:
        return self is not Plays.OUTRO

    @property
    def after(self) -> bool:
        return self is not Plays.INTRO


class Meeting(StrEnum):
    """What the music does when a voice comes."""

    DUCK = "duck"
    """It goes on below the first words, and begins below the last ones."""
    FADE = "fade"
    """It is gone before the first word, and begins after the last."""


@dataclass(frozen=True, slots=True)
class MusicChoices:
    plays: Plays = Plays.BOTH
    meeting: Meeting = Meeting.DUCK
