"""What an episode takes of its owner's plan, told before it starts; and how minutes are counted."""

from dataclasses import asdict, dataclass
from datetime import datetime

from core.billing.queries import Entitlement, Feature, entitlements_of
from core.billing.service import amount_held
from core.db import Json, ReadSession
from core.podcasts.models import Podcast
from core.podcasts.pace import TOLERANCE
from core.podcasts.queries import Material, options_of, script_of
from core.podcasts.script import Line, Script, Speaker

_WITH_QUESTIONS, _AROUND_S = 1.3, 25.0
"""With questions and reactions the offline writer takes up to 1.3 times as long as the text read aloud, and 8 to 21 s
for greetings, openings and closings (measured over eight texts, in parts, in all formats)."""


@dataclass(frozen=True, slots=True)
class Share:
    """Of one feature: what this takes, and what there is without it. `limit` None: as much as they like."""

    takes: int
    limit: int | None
    left: int | None

    @property
    def fits(self) -> bool:
        return self.left is None or self.takes <= self.left

    @property
    def is_fresh(self) -> bool:
        """Nothing else was taken yet."""
        return self.left == self.limit


@dataclass(frozen=True, slots=True)
class Quote:
    """`new_lines`: of audio that is made again, how many lines have to be spoken; None for audio that is new."""

    minutes: Share
    episodes: Share
    resets_at: datetime
    new_lines: int | None = None

    @property
    def fits(self) -> bool:
        return self.minutes.fits and self.episodes.fits

    def to_json(self) -> Json:
        return {**asdict(self), "resets_at": self.resets_at.isoformat()}

    @classmethod
    def from_json(cls, stored: Json) -> "Quote":
        """The inverse of `to_json`."""
        return cls(
            Share(**stored["minutes"]),
            Share(**stored["episodes"]),
            datetime.fromisoformat(stored["resets_at"]),
            stored["new_lines"],
        )


async def quote_of(session: ReadSession, podcast: Podcast, *, now: datetime, material: Material | None = None) -> Quote:
    """As `quoted_minutes` counts. What is held for this podcast counts as left: it is this podcast's."""
    minutes, episodes = await entitlements_of(
        session, owner_id=podcast.owner_id, features=(Feature.PODCAST_MINUTES, Feature.PODCASTS), now=now
    )
    remade = bool(podcast.parts)
    held_minutes = 0
    if podcast.minutes_hold_id is not None and not remade:
        held_minutes = await amount_held(session, podcast.minutes_hold_id)
    held_episodes = int(podcast.episode_hold_id is not None)
    return Quote(
        _share(minutes, takes=quoted_minutes(podcast, material), held=held_minutes),
        _share(episodes, takes=0 if remade else 1, held=held_episodes),
        minutes.resets_at,
        len(new_lines(podcast)) if remade else None,
    )


def quoted_minutes(podcast: Podcast, material: Material | None = None) -> int:
    """By the script as soon as there is one, else by the length that was chosen.

    `material`: no more can be said than that holds, since the writer invents nothing. Of audio that is made again only
    what has to be spoken newly is counted; nothing when that is nothing.
    """
    options, script = options_of(podcast), script_of(podcast)
    if script is None:
        return options.length.minutes if material is None else filled_minutes(podcast, material)
    pace = options.pace(script.language)
    if podcast.parts:
        texts = [line.text for line in new_lines(podcast)]
        return counted_minutes(pace.seconds_of_lines(texts)) if texts else 0
    return counted_minutes(script.seconds(pace))


def counted_minutes(seconds: float) -> int:
    """How the plan counts: the nearest whole minute, at least one."""
    return max(1, round(seconds / 60))


def material_minutes(podcast: Podcast, material: Material) -> int:
    """About how many minutes the sources are enough for without saying things twice, at least one."""
    pace = options_of(podcast).pace(options_of(podcast).language or material.language)
    read_s = sum(pace.seconds(source.text) for source in material.sources)
    return counted_minutes(_WITH_QUESTIONS * read_s + _AROUND_S)


def filled_minutes(podcast: Podcast, material: Material) -> int:
    """The length that was chosen; what the sources are enough for where that is less."""
    wanted, enough = options_of(podcast).length.minutes, material_minutes(podcast, material)
    return enough if enough < wanted * (1 - TOLERANCE) else wanted


def new_lines(podcast: Podcast) -> list[Line]:
    """The script's lines that the present audio doesn't say, or says in the other voice."""
    script = script_of(podcast)
    if script is None:
        return []
    said = {(cue["speaker"], cue["text"]) for part in podcast.parts for cue in part["cues"]}
    names = speaker_names(podcast, script)
    return [line for line in script.lines if (names[line.speaker], line.text) not in said]


def speaker_names(podcast: Podcast, script: Script) -> dict[Speaker, str]:
    """What host and guest are called."""
    options = options_of(podcast)
    return {Speaker.HOST: script.host or options.host.name, Speaker.GUEST: script.guest or options.guest.name}


def is_outdated(podcast: Podcast) -> bool:
    """Whether there is audio, and its script has gone on since."""
    return bool(podcast.parts) and podcast.audio_version != podcast.script_version


def _share(entitlement: Entitlement, *, takes: int, held: int) -> Share:
    left = entitlement.left
    return Share(takes, entitlement.limit, None if left is None else left + held)
