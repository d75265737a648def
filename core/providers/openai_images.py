"""OpenAI's /images/generations, and every server that speaks like it.

Source: https://platform.openai.com/docs/api-reference/images/create
"""

import base64
import binascii
from typing import Any, Final

import httpx
from pydantic import SecretStr

from core.db import Json
from core.http import PUBLIC, Reach
from core.pictures.checking import CheckedPicture
from core.providers.image_calls import TRY_S, ImageCalls
from core.providers.images import Aspect, ImageEngine, ImageErrorCode, ImageOrder, MadeImage, Quality
from core.providers.wire import object_of, text_of

GPT_SIZES: Final = {Aspect.SQUARE: "1024x1024", Aspect.WIDE: "1536x1024", Aspect.TALL: "1024x1536"}
DALL_E_3_SIZES: Final = {Aspect.SQUARE: "1024x1024", Aspect.WIDE: "1792x1024", Aspect.TALL: "1024x1792"}
OTHER_SIZES: Final = {Aspect.SQUARE: "1024x1024", Aspect.WIDE: "1344x768", Aspect.TALL: "768x1344"}
"""Of servers with models of their own: as large as SDXL and FLUX were trained for, in steps of 64."""
GPT_QUALITIES: Final = {Quality.FAST: "low", Quality.BETTER: "medium", Quality.BEST: "high"}
REFUSALS: Final = frozenset({"content_policy_violation", "moderation_blocked"})


class OpenAIImages:
    """What isn't of the shape that was asked for is cut: these models know few sizes."""

    engine = ImageEngine.OPENAI

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        base_url: str,
        model: str,
        key: SecretStr | None = None,
        concurrency: int = 4,
        reach: Reach = PUBLIC,
        pause_s: float = 1.0,
        try_s: float = TRY_S,
    ) -> None:
        self._url = f"{base_url}/images/generations"
        self._model = model
        self._calls = ImageCalls(
            http,
            provider=self.engine,
            headers={"Authorization": f"Bearer {key.get_secret_value()}"} if key else {},
            key=key,
            concurrency=concurrency,
            read_failure=_read_failure,
            reach=reach,
            pause_s=pause_s,
            try_s=try_s,
        )

    async def order(self, order: ImageOrder) -> None:
        """The answer to an order is the picture."""

    async def result(self, order: ImageOrder, receipt: Json | None) -> MadeImage:
        """Asked once: a picture whose answer got lost is paid for. Whether it is worth another one, the job decides."""
        answer = await self._calls.answer("POST", self._url, json=_body(self._model, order), again=False)
        picture = await self._picture(answer, order.aspect)
        return MadeImage(picture.content, picture.ending, picture.width, picture.height, made_by=self._model)

    async def withdraw(self, receipt: Json) -> None:
        """There are no receipts."""

    async def _picture(self, answer: dict[str, Any], aspect: Aspect) -> CheckedPicture:
        found = answer.get("data")
        first = object_of(found[0]) if isinstance(found, list) and found else {}
        if encoded := text_of(first.get("b64_json")):
            try:
                return await self._calls.checked(base64.b64decode(encoded, validate=True), aspect)
            except binascii.Error as exc:
                raise self._calls.error(ImageErrorCode.UNREADABLE) from exc
        if url := text_of(first.get("url")):
            return await self._calls.picture_at(url, aspect)
        raise self._calls.error(ImageErrorCode.UNREADABLE)


def _body(model: str, order: ImageOrder) -> dict[str, Any]:
    """GPT models always give base64 and refuse to be asked for it."""
    body: dict[str, Any] = {"model": model, "prompt": order.enhanced, "n": 1}
    if model.startswith(("gpt-image", "chatgpt-image")):
        quality = GPT_QUALITIES[order.quality]
        return {**body, "size": GPT_SIZES[order.aspect], "quality": quality, "output_format": "jpeg"}
    body["response_format"] = "b64_json"
    if model == "dall-e-3":
        quality = "standard" if order.quality is Quality.FAST else "hd"
        return {**body, "size": DALL_E_3_SIZES[order.aspect], "quality": quality}
    return {**body, "size": OTHER_SIZES[order.aspect]}


def _read_failure(status: int, body: dict[str, Any]) -> tuple[ImageErrorCode | None, str]:
    told = body.get("error", body.get("detail"))
    details = object_of(told) or {"message": told}
    message = text_of(details.get("message"))
    names = {text_of(details.get("type")), text_of(details.get("code"))}
    if names & REFUSALS:
        return ImageErrorCode.REFUSED, message
    if names & {"insufficient_quota", "billing_hard_limit_reached"}:
        return ImageErrorCode.NO_CREDIT, message
    if "model_not_found" in names:
        return ImageErrorCode.MODEL_UNKNOWN, message
    return None, message
