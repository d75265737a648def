"""One contract for all engines: the typesetter for real, the others against strict local servers."""

import asyncio
import base64
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from PIL import Image
from pydantic import SecretStr

from core.errors import ProviderError
from core.http import ANYWHERE, PUBLIC, Reach
from core.providers.fal import Fal
from core.providers.images import (
    Aspect,
    ImageEngine,
    ImageErrorCode,
    ImageMaker,
    ImageOrder,
    ImageStyle,
    MadeImage,
    OrderFailed,
    Quality,
)
from core.providers.offline.typesetter import Typesetter
from core.providers.openai_images import OpenAIImages
from tests.core.providers.fake_image_server import (
    FAL_MODELS,
    KEY,
    FakeImageServer,
    answered,
    openai,
    picture,
    running_images,
    silent,
)

VENDORS = (ImageEngine.FAL, ImageEngine.OPENAI)
ORDER = ImageOrder("A loaf of bread on a wooden table, in the morning")


@pytest.fixture
async def server() -> AsyncIterator[FakeImageServer]:
    async with running_images() as running:
        yield running


@pytest.fixture(params=list(ImageEngine))
def engine(request: pytest.FixtureRequest) -> ImageEngine:
    return ImageEngine(request.param)


@pytest.fixture(params=VENDORS)
def vendor(request: pytest.FixtureRequest) -> ImageEngine:
    return ImageEngine(request.param)


@dataclass(frozen=True)
class MakeMaker:
    """Builds an engine against the server."""

    http: httpx.AsyncClient
    url: str

    def __call__(
        self,
        engine: ImageEngine,
        *,
        key: str = KEY,
        model: str = "gpt-image-1",
        try_s: float = 5.0,
        reach: Reach = ANYWHERE,
    ) -> ImageMaker:
        secret = SecretStr(key)
        match engine:
            case ImageEngine.TYPESET:
                return Typesetter()
            case ImageEngine.FAL:
                models = dict(zip(Quality, FAL_MODELS, strict=True))
                return Fal(
                    self.http,
                    base_url=self.url,
                    key=secret,
                    models=models,
                    reach=reach,
                    pause_s=0.01,
                    try_s=try_s,
                    look_every_s=0.01,
                )
            case ImageEngine.OPENAI:
                return OpenAIImages(
                    self.http,
                    base_url=f"{self.url}/v1",
                    model=model,
                    key=secret,
                    reach=reach,
                    pause_s=0.01,
                    try_s=try_s,
                )


@pytest.fixture
def make(http: httpx.AsyncClient, server: FakeImageServer) -> MakeMaker:
    return MakeMaker(http, server.url)


async def made_by(maker: ImageMaker, order: ImageOrder = ORDER) -> MadeImage:
    return await maker.result(order, await maker.order(order))


async def failure(maker: ImageMaker, order: ImageOrder = ORDER) -> ProviderError:
    with pytest.raises(ProviderError) as raised:
        await made_by(maker, order)
    error = raised.value
    assert error.provider == maker.engine
    assert KEY not in f"{error!r} {error} {error.params}"
    return error


@pytest.mark.parametrize("aspect", list(Aspect))
async def test_a_picture_comes_in_the_shape_that_was_asked_for(
    make: MakeMaker, engine: ImageEngine, aspect: Aspect
) -> None:
    made = await made_by(make(engine), ImageOrder("Bread needs time", aspect))
    with Image.open(io.BytesIO(made.content)) as opened:
        assert opened.size == (made.width, made.height)
        assert opened.format == {"jpg": "JPEG", "png": "PNG"}[made.ending]
    assert made.width / made.height == pytest.approx(aspect.ratio, rel=0.02)


async def test_what_a_model_has_made_bears_its_name(make: MakeMaker, vendor: ImageEngine) -> None:
    assert (await made_by(make(vendor))).made_by in ("gpt-image-1", "fal-ai/flux/schnell")


async def test_the_style_is_added_to_the_prompt_and_the_prompt_stays(
    make: MakeMaker, server: FakeImageServer, vendor: ImageEngine
) -> None:
    told = "Bread {prompt} <b>& salt"
    for style in ImageStyle:
        await made_by(make(vendor), ImageOrder(told, style=style))
    photo, art, plain = (body["prompt"] for body in server.orders)
    assert plain == told
    assert photo.startswith(f"{told}\n\nA photograph")
    assert art.startswith(f"{told}\n\nDigital art")


async def test_quality_chooses_the_model_or_tells_it(make: MakeMaker, server: FakeImageServer) -> None:
    for quality in Quality:
        await made_by(make(ImageEngine.FAL), ImageOrder("Bread", quality=quality))
        await made_by(make(ImageEngine.OPENAI), ImageOrder("Bread", quality=quality))
    assert server.models == list(FAL_MODELS)
    assert [body["quality"] for body in server.orders[1::2]] == ["low", "medium", "high"]


@pytest.mark.parametrize("model", ["dall-e-3", "flux-local"])
async def test_other_models_are_asked_in_their_own_way(make: MakeMaker, server: FakeImageServer, model: str) -> None:
    await made_by(make(ImageEngine.OPENAI, model=model), ImageOrder("Bread", Aspect.WIDE))
    body = server.orders[0]
    assert body["response_format"] == "b64_json"
    assert body["size"] == {"dall-e-3": "1792x1024", "flux-local": "1344x768"}[model]


async def test_an_address_in_place_of_the_picture_is_followed(make: MakeMaker, server: FakeImageServer) -> None:
    server.faults.append(answered(200, {"data": [{"url": f"{server.url}/files/a.png"}]}))
    assert (await made_by(make(ImageEngine.OPENAI))).width == 640


async def test_pictures_are_fetched_from_public_addresses_only(
    make: MakeMaker, server: FakeImageServer, vendor: ImageEngine
) -> None:
    if vendor is ImageEngine.OPENAI:
        server.faults.append(answered(200, {"data": [{"url": f"{server.url}/files/a.png"}]}))
    error = await failure(make(vendor, reach=PUBLIC))
    assert (error.error_code, error.retryable) == (ImageErrorCode.UNREADABLE, False)


async def test_a_wrong_key_is_told_and_not_tried_again(
    make: MakeMaker, server: FakeImageServer, vendor: ImageEngine
) -> None:
    error = await failure(make(vendor, key="wrong"))
    assert (error.error_code, error.retryable) == (ImageErrorCode.KEY_REFUSED, False)
    assert server.orders == []


@pytest.mark.parametrize(
    ("status", "code", "retryable"),
    [
        (429, ImageErrorCode.RATE_LIMITED, True),
        (500, ImageErrorCode.UNAVAILABLE, True),
        (402, ImageErrorCode.NO_CREDIT, False),
        (404, ImageErrorCode.MODEL_UNKNOWN, False),
        (400, ImageErrorCode.BAD_REQUEST, False),
    ],
)
async def test_refused_orders_are_told_apart(
    make: MakeMaker, server: FakeImageServer, vendor: ImageEngine, status: int, code: str, retryable: bool
) -> None:
    server.faults.append(answered(status, b"<html>", headers={"Retry-After": "7"}))
    error = await failure(make(vendor))
    assert (error.error_code, error.retryable, error.retry_after_s) == (code, retryable, 7)


async def test_silence_is_broken_off(make: MakeMaker, server: FakeImageServer, vendor: ImageEngine) -> None:
    server.faults.append(silent())
    error = await failure(make(vendor, try_s=0.05))
    assert (error.error_code, error.retryable) == (ImageErrorCode.TIMEOUT, True)


@pytest.mark.parametrize(
    "content",
    [b"", b"<svg/>", b"GIF89a" + b"0" * 99, picture()[:400], picture((40, 40)), picture((8000, 8000))],
    ids=["nothing", "svg", "gif", "half of one", "an icon", "a bomb"],
)
async def test_what_is_no_picture_is_not_taken(
    make: MakeMaker, server: FakeImageServer, vendor: ImageEngine, content: bytes
) -> None:
    server.picture = content
    assert (await failure(make(vendor))).error_code == ImageErrorCode.UNREADABLE


async def test_webp_becomes_a_jpeg_that_everybody_shows(
    make: MakeMaker, server: FakeImageServer, vendor: ImageEngine
) -> None:
    server.picture = picture(form="WEBP")
    assert (await made_by(make(vendor))).ending == "jpg"


async def test_a_refusal_of_the_safety_check_is_told(make: MakeMaker, server: FakeImageServer) -> None:
    detail = [{"loc": ["body", "prompt"], "msg": "flagged", "type": "content_policy_violation"}]
    server.faults.extend([None, None, None, answered(422, {"detail": detail})])
    error = await failure(make(ImageEngine.FAL))
    assert (error.error_code, error.retryable, type(error)) == (ImageErrorCode.REFUSED, False, OrderFailed)


async def test_a_picture_that_the_safety_check_has_blackened_is_none(make: MakeMaker, server: FakeImageServer) -> None:
    server.output = {"has_nsfw_concepts": [True]}
    error = await failure(make(ImageEngine.FAL))
    assert (error.error_code, type(error)) == (ImageErrorCode.REFUSED, OrderFailed)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("content_policy_violation", ImageErrorCode.REFUSED),
        ("runner_disconnected", ImageErrorCode.UNAVAILABLE),
    ],
)
async def test_completed_may_mean_that_it_has_failed(
    make: MakeMaker, server: FakeImageServer, kind: str, code: str
) -> None:
    server.ended = {"error": "it went wrong", "error_type": kind}
    error = await failure(make(ImageEngine.FAL))
    assert (error.error_code, type(error)) == (code, OrderFailed)


async def test_openai_tells_what_it_refuses(make: MakeMaker, server: FakeImageServer) -> None:
    for code, meaning in (("moderation_blocked", ImageErrorCode.REFUSED), ("insufficient_quota", "images.no_credit")):
        body = openai(400, code).body
        assert isinstance(body, bytes)
        server.faults.append(answered(400, body))
        assert (await failure(make(ImageEngine.OPENAI))).error_code == meaning


async def test_a_locked_account_has_no_credit(make: MakeMaker, server: FakeImageServer) -> None:
    server.faults.append(answered(403, {"detail": "User is locked. Reason: Exhausted balance."}))
    assert (await failure(make(ImageEngine.FAL))).error_code == ImageErrorCode.NO_CREDIT


async def test_looking_after_an_order_outlives_a_bad_moment(make: MakeMaker, server: FakeImageServer) -> None:
    server.faults.extend([None, answered(502), answered(429)])
    assert (await made_by(make(ImageEngine.FAL))).width == 640
    assert len(server.orders) == 1


async def test_a_receipt_is_enough_for_another_process(make: MakeMaker, server: FakeImageServer) -> None:
    receipt = await make(ImageEngine.FAL).order(ORDER)
    made = await make(ImageEngine.FAL).result(ORDER, receipt)
    assert made.content == server.picture
    assert len(server.orders) == 1


async def test_a_receipt_for_another_place_is_none(make: MakeMaker, server: FakeImageServer) -> None:
    """Though it is the same server under another name: the key isn't shown there."""
    server.elsewhere = server.url.replace("127.0.0.1", "localhost")
    assert (await failure(make(ImageEngine.FAL))).error_code == ImageErrorCode.UNAVAILABLE
    assert server.looked == 0


async def test_an_order_is_withdrawn_by_its_address(make: MakeMaker, server: FakeImageServer) -> None:
    maker = make(ImageEngine.FAL)
    receipt = await maker.order(ORDER)
    assert receipt is not None
    await maker.withdraw(receipt)
    await maker.withdraw(receipt | {"cancel_url": "http://127.0.0.1:9/x"})
    assert server.cancelled == ["r1"]


async def test_a_stopped_call_goes_away(make: MakeMaker, server: FakeImageServer) -> None:
    server.hold_results = asyncio.Event()
    waiting = asyncio.create_task(made_by(make(ImageEngine.FAL)))
    await server.ordered.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_pictures_in_base64_that_is_none_are_told(make: MakeMaker, server: FakeImageServer) -> None:
    broken = base64.b64encode(picture()).decode()[:-7] + "###"
    server.faults.append(answered(200, {"data": [{"b64_json": broken}]}))
    assert (await failure(make(ImageEngine.OPENAI))).error_code == ImageErrorCode.UNREADABLE


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("🍞🍞", ImageErrorCode.NOTHING_TO_SET),
        ("ꔀꔁꔂ", ImageErrorCode.NOTHING_TO_SET),
        ("word " * 900, ImageErrorCode.TOO_LONG),
    ],
)
async def test_the_typesetter_tells_what_it_cannot_set(make: MakeMaker, words: str, code: str) -> None:
    error = await failure(make(ImageEngine.TYPESET), ImageOrder(words))
    assert (error.error_code, error.retryable) == (code, False)
