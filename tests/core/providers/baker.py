"""One baker with five videos on each network: what all stand-ins for networks say of him."""

from typing import Any

CHANNEL = "UC" + "b" * 22
CREATED_S = 1_763_500_000
"""2025-11-18T21:06:40Z; each older video is an hour older."""
LARGE_ID = 7_470_969_622_276_164_906
"""Above 2^53."""

Json = dict[str, Any]


def video_id(number: int) -> str:
    return f"VREVC0wXPf{number}"


def code(number: int) -> str:
    return f"DEiyb48AeB{number}"
