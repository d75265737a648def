"""Whether a video may be kept, and what its owner should know about it. Pure."""

from typing import Final

from core.errors import InvalidInput
from core.videos.probing import Probe

DURATION_MOST_S: Final = 600.0
DURATION_GRACE_S: Final = 0.5
"""What a container rounds up."""
HEIGHT_LEAST: Final = 720
UPRIGHT: Final = 9 / 16
UPRIGHT_TOLERANCE: Final = 0.02
NOT_UPRIGHT, SILENT = "videos.not_upright", "videos.silent"
"""What doesn't keep a video from being published."""


def check(probe: Probe) -> None:
    """Raises InvalidInput "videos.too_long" (duration_s, most_s) or "videos.too_low" (width, height, least)."""
    if probe.duration_s > DURATION_MOST_S + DURATION_GRACE_S:
        raise InvalidInput("videos.too_long", duration_s=int(probe.duration_s), most_s=int(DURATION_MOST_S))
    if probe.height < HEIGHT_LEAST:
        raise InvalidInput("videos.too_low", width=probe.width, height=probe.height, least=HEIGHT_LEAST)


def doubts(*, width: int, height: int, audio_codec: str | None) -> list[str]:
    """Codes of what may look or sound other than wanted."""
    upright = abs(width / height - UPRIGHT) <= UPRIGHT_TOLERANCE
    return [*([] if upright else [NOT_UPRIGHT]), *([] if audio_codec else [SILENT])]
