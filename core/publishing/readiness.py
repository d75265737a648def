"""What still stands between a video and its publication: words beyond a network's limits, and choices that the
network's rules leave to the account's owner. Pure.

TikTok's rules: https://developers.tiktok.com/doc/content-sharing-guidelines, "Required UX Implementation in Your App".
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final

from core.posts.mending import mend
from core.posts.platforms import Draft, Platform, ProblemCode, problems
from core.providers.discovery import Network
from core.publishing.networks.contract import Terms, Wanted
from core.publishing.tags import TAGS_CHARACTERS, tags_characters

ONLY_ME: Final = "SELF_ONLY"
"""TikTok's word for a video that nobody else sees."""
WANT_PRIVACY: Final = frozenset({Network.TIKTOK, Network.YOUTUBE})
"""Where each video has a visibility of its own. TikTok allows none to be chosen beforehand."""


class LackCode(StrEnum):
    WORDS = "publishing.words"
    """Params: `problem`, a ProblemCode, with its own params."""
    PRIVACY_MISSING = "publishing.privacy_missing"
    PRIVACY_GONE = "publishing.privacy_gone"
    """What was chosen isn't offered any more."""
    BRANDED_PRIVATE = "publishing.branded_private"
    KIDS_MISSING = "publishing.kids_missing"
    TOO_LONG = "publishing.video_too_long"
    """Params: `seconds`, `most`."""
    TOO_SHORT = "publishing.video_too_short"
    """Params: `seconds`, `least`."""
    AT_LIMIT = "publishing.no_posts_left"
    TAGS_TOO_LONG = "publishing.tags_too_long"


STOPS: Final = frozenset({LackCode.TOO_LONG, LackCode.TOO_SHORT, LackCode.AT_LIMIT})
"""What no choice can mend: TikTok wants the attempt to end there."""


@dataclass(frozen=True, slots=True)
class Lack:
    """`params` are plain values, to be told in words."""

    code: LackCode
    params: dict[str, Any] = field(default_factory=dict)


def lacks(network: Network, wanted: Wanted, *, terms: Terms | None, duration_s: float) -> list[Lack]:
    """Why it can't go out like this; empty when it may. `terms` None: nobody was asked, since it goes by hand."""
    if terms is None:
        return _words(network, wanted)
    gone = wanted.privacy is not None and terms.privacy_options and wanted.privacy not in terms.privacy_options
    refused = [Lack(LackCode.PRIVACY_GONE)] if gone and not wanted.inbox else []
    return [*_stops(terms, duration_s), *open_choices(network, wanted), *refused]


def open_choices(network: Network, wanted: Wanted) -> list[Lack]:
    """What its owner still has to write or choose, as far as that is known without asking the network."""
    if wanted.inbox:
        return []
    found = _words(network, wanted)
    if network in WANT_PRIVACY and wanted.privacy is None:
        found.append(Lack(LackCode.PRIVACY_MISSING))
    if wanted.paid_partnership and wanted.privacy == ONLY_ME:
        found.append(Lack(LackCode.BRANDED_PRIVATE))
    if network is Network.YOUTUBE and wanted.made_for_kids is None:
        found.append(Lack(LackCode.KIDS_MISSING))
    return found


def within(wanted: Wanted, terms: Terms) -> Wanted:
    """Without what the account has switched off in its own settings; as a draft where only drafts may be put."""
    return replace(
        wanted,
        inbox=wanted.inbox or not terms.direct,
        comments=wanted.comments and not terms.comments_off,
        duet=wanted.duet and not terms.duet_off,
        stitch=wanted.stitch and not terms.stitch_off,
    )


def mended(network: Network, wanted: Wanted) -> Wanted:
    """The words as the network takes them: cut behind a paragraph, a sentence or a word, and without surplus tags."""
    draft = mend(Platform(network), Draft(wanted.caption, wanted.title))
    return replace(wanted, caption=draft.text, title=draft.title)


def _stops(terms: Terms, duration_s: float) -> list[Lack]:
    found = []
    if terms.posts_left is not None and terms.posts_left <= 0:
        found.append(Lack(LackCode.AT_LIMIT))
    if terms.duration_max_s is not None and duration_s > terms.duration_max_s:
        found.append(Lack(LackCode.TOO_LONG, {"seconds": duration_s, "most": terms.duration_max_s}))
    if terms.duration_min_s is not None and duration_s < terms.duration_min_s:
        found.append(Lack(LackCode.TOO_SHORT, {"seconds": duration_s, "least": terms.duration_min_s}))
    return found


def _words(network: Network, wanted: Wanted) -> list[Lack]:
    """An empty caption is no fault: networks publish videos without words. YouTube wants a title."""
    found = problems(Platform(network), Draft(wanted.caption, wanted.title))
    told = [
        Lack(LackCode.WORDS, {"problem": str(problem.code), "platform": str(network), **problem.params})
        for problem in found
        if problem.code is not ProblemCode.EMPTY
    ]
    return [*told, *_tags(wanted.tags)]


def _tags(tags: Sequence[str]) -> list[Lack]:
    length = tags_characters(tags)
    if length <= TAGS_CHARACTERS:
        return []
    return [Lack(LackCode.TAGS_TOO_LONG, {"characters": length, "most": TAGS_CHARACTERS})]
