"""What is chosen on the options card, as a value that is stored with the batch and with the user."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from core.errors import InvalidInput
from core.posts.platforms import Platform
from core.providers.text import VARIANTS_MAX, Style

SOURCE_LANGUAGE = ""
"""Write in whatever language the source has."""
DEFAULT_BRAND = ""
NO_BRAND = "none"


@dataclass(frozen=True, slots=True)
class WritingOptions:
    """`language` is a BCP-47 tag, or SOURCE_LANGUAGE. `pattern`: the way of a video that the posts follow; `video_id`:
    which video that is, "" for none. `brand`: the id of the brand whose voice they have, DEFAULT_BRAND for the one that
    the user takes by default then, NO_BRAND for none."""

    platforms: tuple[Platform, ...]
    variants: int = 3
    style: Style = Style.PROFESSIONAL
    language: str = SOURCE_LANGUAGE
    pattern: str = ""
    video_id: str = ""
    brand: str = DEFAULT_BRAND

    @property
    def posts(self) -> int:
        """How many posts come of it."""
        return self.variants * len(self.platforms)

    def toggled(self, platform: Platform) -> Self:
        """With the platform added or taken out. Raises InvalidInput when none would be left."""
        chosen = {*self.platforms} ^ {platform}
        if not chosen:
            raise InvalidInput("posts.no_platform")
        return replace(self, platforms=tuple(each for each in Platform if each in chosen))

    def with_variants(self, variants: int) -> Self:
        """With 1 to 10 variants for each platform."""
        return replace(self, variants=min(VARIANTS_MAX, max(1, variants)))

    def lasting(self) -> Self:
        """What holds for later batches, too: a pattern belongs to one."""
        return replace(self, pattern="", video_id="")

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any], *, default_platforms: tuple[Platform, ...]) -> Self:
        """What was stored, however old; whatever no longer exists falls back to the default."""
        known = {str(platform) for platform in Platform}
        platforms = tuple(Platform(name) for name in stored.get("platforms", ()) if name in known)
        style = stored.get("style")
        return cls(
            platforms=platforms or default_platforms,
            style=Style(style) if style in {str(each) for each in Style} else Style.PROFESSIONAL,
            language=str(stored.get("language", SOURCE_LANGUAGE)),
            pattern=str(stored.get("pattern", "")),
            video_id=str(stored.get("video_id", "")),
            brand=str(stored.get("brand", DEFAULT_BRAND)),
        ).with_variants(int(stored.get("variants", 3)))
