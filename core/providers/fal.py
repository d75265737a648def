"""fal.ai's queue: an order is handed in, looked after, and fetched by the addresses that come back for it.

Source: facts on fal's queue API, its FLUX models and its errors (https://docs.fal.ai/model-apis/model-endpoints/queue).
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import httpx
import structlog
from pydantic import SecretStr

from core.db import Json
from core.errors import ProviderError
from core.http import PUBLIC, Reach
from core.providers.image_calls import ImageCalls
from core.providers.images import (
    Aspect,
    ImageEngine,
    ImageErrorCode,
    ImageOrder,
    MadeImage,
    OrderFailed,
    Quality,
)
from core.providers.wire import object_of, text_of

log = structlog.get_logger()

SIZES: Final = {Aspect.SQUARE: "square_hd", Aspect.WIDE: "landscape_16_9", Aspect.TALL: "portrait_16_9"}
RATIOS: Final = {Aspect.SQUARE: "1:1", Aspect.WIDE: "16:9", Aspect.TALL: "9:16"}
"""What models of the "ultra" kind want in place of a size."""
REFUSALS: Final = frozenset({"content_policy_violation"})
LOOK_EVERY_S: Final = 1.0
LOOK_SELDOM_S: Final = 4.0
TRY_S: Final = 30.0
"""None of these calls waits for the picture."""
ADDRESSES: Final = ("status_url", "response_url", "cancel_url")


class Fal:
    """`models`: by quality. `look_every_s`: how soon an order is looked at again, ever more rarely from then on."""

    engine = ImageEngine.FAL

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        base_url: str,
        key: SecretStr,
        models: Mapping[Quality, str],
        concurrency: int = 8,
        reach: Reach = PUBLIC,
        pause_s: float = 1.0,
        try_s: float = TRY_S,
        look_every_s: float = LOOK_EVERY_S,
    ) -> None:
        self._base_url = base_url
        self._models = models
        self._look_every_s = look_every_s
        self._calls = ImageCalls(
            http,
            provider=self.engine,
            headers={"Authorization": f"Key {key.get_secret_value()}"},
            key=key,
            concurrency=concurrency,
            read_failure=_read_failure,
            reach=reach,
            pause_s=pause_s,
            try_s=try_s,
        )

    async def order(self, order: ImageOrder) -> Json:
        """Made once: an answer that gets lost may have been an order, and each one is paid for."""
        model = self._models[order.quality]
        answer = await self._calls.answer("POST", f"{self._base_url}/{model}", json=_input(model, order), again=False)
        receipt = {name: text_of(answer.get(name)) for name in ("request_id", *ADDRESSES)} | {"model": model}
        if not receipt["request_id"] or not all(self._is_its_own(receipt[name]) for name in ADDRESSES):
            raise self._calls.error(ImageErrorCode.UNAVAILABLE, reason="no_receipt")
        return receipt

    async def result(self, order: ImageOrder, receipt: Json | None) -> MadeImage:
        if receipt is None:
            raise self._calls.error(ImageErrorCode.UNAVAILABLE, reason="no_receipt")
        await self._completed(receipt)
        try:
            picture = await self._calls.picture_at(self._address(await self._output(receipt)), order.aspect)
        except ProviderError as error:
            if error.error_code == ImageErrorCode.UNREADABLE:
                raise OrderFailed.of(error) from error
            raise
        return MadeImage(picture.content, picture.ending, picture.width, picture.height, made_by=receipt["model"])

    async def withdraw(self, receipt: Json) -> None:
        """Only what hasn't begun there can be withdrawn: else it is paid for, and nobody fetches it."""
        try:
            status = await self._calls.status("PUT", receipt["cancel_url"])
        except ProviderError as error:
            log.info("images.not_withdrawn", code=error.error_code)
            return
        log.info("images.withdrawn", status=status)

    async def _completed(self, receipt: Json) -> None:
        """Return when there is a result. COMPLETED may also mean that it has failed."""
        pause_s = self._look_every_s
        while True:
            answer = await self._calls.answer("GET", receipt["status_url"])
            if answer.get("status") == "COMPLETED":
                break
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 1.3, max(LOOK_SELDOM_S, self._look_every_s))
        if answer.get("error") or answer.get("error_type"):
            kind = text_of(answer.get("error_type"))
            code = ImageErrorCode.REFUSED if kind in REFUSALS else ImageErrorCode.UNAVAILABLE
            raise OrderFailed.of(self._calls.error(code, kind=kind))

    async def _output(self, receipt: Json) -> dict[str, Any]:
        """What has failed there is told here by its status."""
        try:
            return await self._calls.answer("GET", receipt["response_url"])
        except ProviderError as error:
            if "status" not in error.params or error.error_code == ImageErrorCode.RATE_LIMITED:
                raise
            raise OrderFailed.of(error) from error

    def _address(self, answer: dict[str, Any]) -> str:
        """Of the first picture. One that the safety check has blackened is none."""
        flags, pictures = answer.get("has_nsfw_concepts"), answer.get("images")
        if isinstance(flags, list) and flags[:1] == [True]:
            raise OrderFailed.of(self._calls.error(ImageErrorCode.REFUSED))
        first = object_of(pictures[0]) if isinstance(pictures, list) and pictures else {}
        url = text_of(first.get("url"))
        if not url:
            raise self._calls.error(ImageErrorCode.UNREADABLE)
        return url

    def _is_its_own(self, url: str) -> bool:
        """The key goes to nobody else, whatever an answer says."""
        ours, theirs = httpx.URL(self._base_url), httpx.URL(url) if url.isprintable() else httpx.URL()
        return (ours.scheme, ours.host, ours.port) == (theirs.scheme, theirs.host, theirs.port)


def _input(model: str, order: ImageOrder) -> dict[str, Any]:
    shape = {"aspect_ratio": RATIOS[order.aspect]} if "ultra" in model else {"image_size": SIZES[order.aspect]}
    return {"prompt": order.enhanced, "num_images": 1, "output_format": "jpeg", **shape}


def _read_failure(status: int, body: dict[str, Any]) -> tuple[ImageErrorCode | None, str]:
    """`detail` is a list of typed errors, or a text; branch on the type, never on the words, but for those of an
    account that is locked, which has none."""
    detail = body.get("detail")
    found = [object_of(each) for each in detail] if isinstance(detail, list) else []
    message = text_of(found[0].get("msg")) if found else text_of(detail)
    kinds = {text_of(each.get("type")) for each in found} | {text_of(body.get("error_type"))}
    if kinds & REFUSALS:
        return ImageErrorCode.REFUSED, message
    if kinds & {"generation_timeout", "request_timeout"}:
        return ImageErrorCode.UNAVAILABLE, message
    if status == 403 and "balance" in message.lower():
        return ImageErrorCode.NO_CREDIT, message
    return None, message
