"""Making pictures: what is asked, what comes back, and who may answer.

The engines are fal.py, openai_images.py and offline/typesetter.py (no account at all; it sets words and draws nothing);
core/providers/image_makers.py builds what is configured. All stand behind `ImageMaker` and pass one contract test.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Protocol, Self

from core.db import Json
from core.errors import ProviderError
from core.pictures.quote import Look

PROMPT_CHARACTERS: Final = 4000
"""What the narrowest of the services takes. https://platform.openai.com/docs/api-reference/images/create"""


class ImageEngine(StrEnum):
    TYPESET = "typeset"
    """Our own quote cards."""
    FAL = "fal"
    OPENAI = "openai"
    """Any server with OpenAI's /images/generations."""


class Aspect(StrEnum):
    SQUARE = "square"
    WIDE = "wide"
    TALL = "tall"

    @property
    def ratio(self) -> float:
        """Width to height."""
        return {"square": 1.0, "wide": 16 / 9, "tall": 9 / 16}[self]


class ImageStyle(StrEnum):
    PHOTOGRAPHIC = "photo"
    DIGITAL_ART = "art"
    NONE = "none"
    """The prompt goes out as it is."""


class Quality(StrEnum):
    FAST = "fast"
    BETTER = "better"
    BEST = "best"


_ENHANCED: Final = {
    ImageStyle.PHOTOGRAPHIC: (
        "{prompt}\n\nA photograph: natural light, realistic textures and proportions, a calm background, "
        "the main subject in sharp focus, shallow depth of field, balanced composition."
    ),
    ImageStyle.DIGITAL_ART: (
        "{prompt}\n\nDigital art: clean confident shapes, a harmonious limited palette, soft volumetric light, "
        "fine detail, one clear focal point, balanced composition."
    ),
}


@dataclass(frozen=True, slots=True)
class ImageOrder:
    """One picture. To the typesetter `prompt` is the words of the card and `look` how they are set; to a model it says
    what to paint, in `style` and `quality`."""

    prompt: str
    aspect: Aspect = Aspect.SQUARE
    style: ImageStyle = ImageStyle.NONE
    quality: Quality = Quality.FAST
    look: Look = Look()  # noqa: RUF009 - frozen

    @property
    def enhanced(self) -> str:
        """The prompt with what its style adds."""
        frame = _ENHANCED.get(self.style, "{prompt}")
        return frame.replace("{prompt}", self.prompt)


@dataclass(frozen=True, slots=True)
class MadeImage:
    """A checked picture: JPEG or PNG. `ending` is that of its file. `left_out`: characters that no font of ours has."""

    content: bytes
    ending: str
    width: int
    height: int
    made_by: str
    """The model's name, as told to the user; "" for the typesetter."""
    left_out: str = ""


class ImageErrorCode(StrEnum):
    """The codes of the ProviderErrors. The first four may pass; the others need somebody to do something."""

    RATE_LIMITED = "images.rate_limited"
    UNAVAILABLE = "images.unavailable"
    TIMEOUT = "images.timeout"
    UNREADABLE = "images.unreadable"
    """What came is no picture, or none within the limits."""
    REFUSED = "images.refused"
    """The service's safety check refused the prompt, or what came of it."""
    KEY_REFUSED = "images.key_refused"
    NO_CREDIT = "images.no_credit"
    MODEL_UNKNOWN = "images.model_unknown"
    BAD_REQUEST = "images.bad_request"
    NOT_THERE = "images.not_there"
    """The engine that was chosen isn't configured any more."""
    NOTHING_TO_SET = "images.nothing_to_set"
    """There is no character in the words that our fonts have."""
    TOO_LONG = "images.too_long"
    """The words don't fit on a card in letters that can be read. Params: characters, most (about)."""


MAY_PASS: Final = frozenset(
    {ImageErrorCode.RATE_LIMITED, ImageErrorCode.UNAVAILABLE, ImageErrorCode.TIMEOUT, ImageErrorCode.UNREADABLE}
)


class OrderFailed(ProviderError):
    """What was ordered has failed there: its receipt is worth nothing any more, another attempt needs a new order."""

    @classmethod
    def of(cls, error: ProviderError) -> Self:
        """The same error, with that meaning."""
        told = {name: value for name, value in error.params.items() if name != "provider"}
        return cls(
            error.error_code,
            provider=error.provider,
            retryable=error.retryable,
            retry_after_s=error.retry_after_s,
            **told,
        )


class ImageMaker(Protocol):
    """Makes one picture in two steps, so that what was ordered and paid for outlives whoever ordered it.

    The prompt is data. What may pass is tried again a few times, then raised as ProviderError with a code of
    `ImageErrorCode`. Cancelling a call closes its connection.
    """

    @property
    def engine(self) -> ImageEngine: ...

    async def order(self, order: ImageOrder) -> Json | None:
        """Hand the order in, where that is a step of its own. What comes back is to be kept before anything else is
        done: with it `result` goes on, in whichever process. None: there is nothing to keep."""
        ...

    async def result(self, order: ImageOrder, receipt: Json | None) -> MadeImage:
        """Wait for the picture. Raises ProviderError: OrderFailed when the receipt is worth nothing any more."""
        ...

    async def withdraw(self, receipt: Json) -> None:
        """Tell that nobody wants it any more. Without effect when it is too late; raises nothing."""
        ...


def image_error(code: ImageErrorCode, *, provider: str, **params: Any) -> ProviderError:
    return ProviderError(code, provider=provider, retryable=code in MAY_PASS, **params)
