"""Making pictures, as jobs: what they cost, what is told, how they end, and that nothing is paid for twice."""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from PIL import Image as Pillow
from pydantic import SecretStr
from sqlalchemy import select

from core.accounts.models import User
from core.billing.queries import Feature, entitlement_of
from core.brands.service import Wanted, create_brand
from core.clock import FixedClock
from core.db import TelegramId
from core.deliveries.models import Delivery, StatusMessage
from core.errors import InvalidInput, LimitReached
from core.http import ANYWHERE
from core.images import service, showing, tidying
from core.images.models import Image, ImageStatus
from core.images.options import ImageOptions
from core.images.queries import ImageNotFound
from core.posts import details
from core.posts.models import Post
from core.posts.writing import Place
from core.providers.fal import Fal
from core.providers.images import Aspect, ImageEngine, ImageErrorCode, ImageMaker, Quality
from core.providers.offline.typesetter import Typesetter
from core.storage.keys import key_for
from core.work.models import Work, WorkStatus
from core.work.service import claim_work, sweep_work
from jobs import images as jobs
from jobs.runtime import Bench, Run
from tests.core.providers.fake_image_server import FAL_MODELS, KEY, FakeImageServer, answered, running_images
from tests.factories import make_post, make_user
from tests.patience import until
from tests.recording_queue import RecordingQueue

BREAD = "Small bakeries lose bread every evening. Ours threw away a fifth of it."


@pytest.fixture
async def server() -> AsyncIterator[FakeImageServer]:
    async with running_images() as running:
        yield running


def makers(http: httpx.AsyncClient, server: FakeImageServer | None = None) -> Mapping[ImageEngine, ImageMaker]:
    found: dict[ImageEngine, ImageMaker] = {}
    if server is not None:
        found[ImageEngine.FAL] = Fal(
            http,
            base_url=server.url,
            key=SecretStr(KEY),
            models=dict(zip(Quality, FAL_MODELS, strict=True)),
            reach=ANYWHERE,
            pause_s=0.01,
            look_every_s=0.01,
        )
    return {**found, ImageEngine.TYPESET: Typesetter()}


@pytest.fixture
def typeset(concurrent_bench: Bench, http: httpx.AsyncClient) -> Bench:
    return replace(concurrent_bench, deps=replace(concurrent_bench.deps, image_makers=makers(http)))


@pytest.fixture
def fal(concurrent_bench: Bench, http: httpx.AsyncClient, server: FakeImageServer) -> Bench:
    return replace(concurrent_bench, deps=replace(concurrent_bench.deps, image_makers=makers(http, server)))


async def opened(bench: Bench, material: str = BREAD, *, user: User | None = None) -> tuple[User, Image]:
    async with bench.deps.tx() as tx:
        owner = user or await make_user(tx)
        engines = list(bench.deps.image_makers)
        image = await service.open_image(tx, owner_id=owner.id, material=material, language="en", engines=engines)
        return owner, image


async def request(bench: Bench, user: User, image: Image) -> None:
    async with bench.deps.tx() as tx:
        await service.request_image(tx, owner_id=user.id, image_id=image.id, place=place(user))


def place(user: User) -> Place:
    return Place(user.telegram_user_id, TelegramId(7), "en")


async def run(bench: Bench, image: Image) -> tuple[Image, Work, StatusMessage]:
    await jobs.make.run(bench, str((await work_of(bench, image)).id))
    return await seen(bench, image)


async def work_of(bench: Bench, image: Image) -> Work:
    newest = select(Work).where(Work.subject_id == image.id).order_by(Work.created_at.desc(), Work.id.desc()).limit(1)
    async with bench.deps.read() as session:
        return (await session.scalars(newest)).one()


async def seen(bench: Bench, image: Image) -> tuple[Image, Work, StatusMessage]:
    async with bench.deps.sessions() as session:
        found = await session.get_one(Image, image.id)
        status = (await session.scalars(select(StatusMessage).where(StatusMessage.subject_id == image.id))).one()
    return found, await work_of(bench, image), status


async def used(bench: Bench, user: User) -> int:
    async with bench.deps.read() as session:
        now = bench.deps.clock.now()
        return (await entitlement_of(session, owner_id=user.id, feature=Feature.IMAGES, now=now)).used


async def test_words_become_a_card_that_is_stored_and_sent(typeset: Bench) -> None:
    user, image = await opened(typeset)
    await request(typeset, user, image)
    assert await used(typeset, user) == 1
    found, work, status = await run(typeset, image)
    assert (found.status, work.status, status.notice) == (ImageStatus.READY, WorkStatus.DONE, showing.DONE)
    assert (found.width, found.height, found.made_by) == (1080, 1080, "")
    assert found.storage_key is not None
    content = b"".join([piece async for piece in typeset.deps.storage.read(found.storage_key)])
    with Pillow.open(io.BytesIO(content)) as opened_picture:
        assert opened_picture.size == (1080, 1080)
    async with typeset.deps.read() as session:
        sent = (await session.scalars(select(Delivery).where(Delivery.subject_id == image.id))).one()
    assert (sent.content["notice"], sent.content["data"]["key"]) == (showing.RESULT, found.storage_key)
    assert await used(typeset, user) == 1


async def test_a_brand_gives_its_colours_and_name(typeset: Bench) -> None:
    """Seen in the corner of the card, whose ground is the brand's colour."""
    user, image = await opened(typeset, "Bread needs time.")
    async with typeset.deps.tx() as tx:
        access = await create_brand(tx, owner_id=user.id, wanted=Wanted("Oven"))
        access.brand.colors = ["#7a1fa2"]
    await request(typeset, user, image)
    found, _, _ = await run(typeset, image)
    assert found.storage_key is not None
    content = b"".join([piece async for piece in typeset.deps.storage.read(found.storage_key)])
    with Pillow.open(io.BytesIO(content)) as picture:
        assert picture.getpixel((2, 0)) == (0x7A, 0x1F, 0xA2)


async def test_words_without_room_are_told_and_cost_nothing(typeset: Bench) -> None:
    user, image = await opened(typeset, f"{BREAD} " * 40)
    await request(typeset, user, image)
    found, _, status = await run(typeset, image)
    assert (found.status, status.notice) == (ImageStatus.FAILED, showing.FAILED)
    assert status.data["problem"]["code"] == ImageErrorCode.TOO_LONG
    assert await used(typeset, user) == 0


async def test_what_a_model_paints_is_ordered_once_and_kept(fal: Bench, server: FakeImageServer) -> None:
    user, image = await opened(fal)
    await request(fal, user, image)
    found, _, _ = await run(fal, image)
    assert (found.status, found.made_by, found.receipt) == (ImageStatus.READY, FAL_MODELS[0], None)
    assert server.orders[0]["prompt"].startswith(BREAD)
    assert await used(fal, user) == 1


async def test_a_killed_worker_costs_no_second_picture(fal: Bench, server: FakeImageServer, clock: FixedClock) -> None:
    """It leaves its claim behind while the picture is painted: whoever has it next fetches what was ordered."""
    server.hold_results = asyncio.Event()
    user, image = await opened(fal)
    await request(fal, user, image)
    work_id = (await work_of(fal, image)).id
    async with fal.deps.tx() as tx:
        claimed = await claim_work(tx, work_id, spec=service.MAKE, worker="host:1:bb")
    assert claimed is not None
    killed = asyncio.create_task(jobs.make.function(Run(fal, service.MAKE, claimed)))

    async def kept() -> bool:
        return (await seen(fal, image))[0].receipt is not None

    await until(kept)
    killed.cancel()
    await asyncio.gather(killed, return_exceptions=True)
    server.hold_results.set()
    clock.advance(timedelta(seconds=service.MAKE.lease_s + 1))
    async with fal.deps.tx() as tx:
        assert await sweep_work(tx, {service.MAKE.target: service.MAKE}) == 1
    found, work, _ = await run(fal, image)
    assert (found.status, work.attempt, len(server.orders), server.cancelled) == (ImageStatus.READY, 2, 1, [])
    assert await used(fal, user) == 1


async def test_a_worker_that_stops_in_the_middle_of_an_order_waits_for_its_receipt(
    fal: Bench, server: FakeImageServer
) -> None:
    server.hold_orders = asyncio.Event()
    user, image = await opened(fal)
    await request(fal, user, image)
    stopped = asyncio.create_task(jobs.make.run(fal, str((await work_of(fal, image)).id)))
    await server.ordered.wait()
    stopped.cancel()
    await asyncio.sleep(0)
    server.hold_orders.set()
    await asyncio.gather(stopped, return_exceptions=True)
    found, _, _ = await run(fal, image)
    assert (found.status, len(server.orders)) == (ImageStatus.READY, 1)


async def test_an_order_that_failed_there_is_made_anew(fal: Bench, server: FakeImageServer, clock: FixedClock) -> None:
    server.ended = {"error": "no", "error_type": "runner_disconnected"}
    user, image = await opened(fal)
    await request(fal, user, image)
    found, work, _ = await run(fal, image)
    assert (found.receipt, work.status) == (None, WorkStatus.QUEUED)
    server.ended = {}
    clock.advance(timedelta(minutes=1))
    found, _, _ = await run(fal, image)
    assert (found.status, len(server.orders)) == (ImageStatus.READY, 2)
    assert await used(fal, user) == 1


async def test_a_refusal_is_told_and_costs_nothing(fal: Bench, server: FakeImageServer) -> None:
    detail = [{"loc": ["body", "prompt"], "msg": "flagged", "type": "content_policy_violation"}]
    server.faults.append(answered(422, {"detail": detail}))
    user, image = await opened(fal)
    await request(fal, user, image)
    found, work, status = await run(fal, image)
    assert (found.status, work.status) == (ImageStatus.FAILED, WorkStatus.FAILED)
    assert status.data["problem"]["code"] == ImageErrorCode.REFUSED
    assert await used(fal, user) == 0


async def test_cancelled_it_is_withdrawn_and_costs_nothing(
    fal: Bench, server: FakeImageServer, queue: RecordingQueue
) -> None:
    server.hold_results = asyncio.Event()
    user, image = await opened(fal)
    await request(fal, user, image)
    running = asyncio.create_task(jobs.make.run(fal, str((await work_of(fal, image)).id)))
    await server.ordered.wait()
    async with fal.deps.tx() as tx:
        assert await service.cancel_image(tx, owner_id=user.id, image_id=image.id, place=place(user))
    await running
    found, work, status = await seen(fal, image)
    assert (found.status, work.status, status.notice) == (ImageStatus.CHOOSING, WorkStatus.CANCELLED, showing.STOPPED)
    assert found.receipt is None
    (push,) = [push for push in queue.pushes if push.spec is service.WITHDRAW]
    engine, receipt = push.args
    assert json.loads(str(receipt))["request_id"] == "r1"
    await jobs.withdraw.run(fal, engine, receipt)
    assert server.cancelled == ["r1"]
    assert await used(fal, user) == 0


async def test_stopped_while_it_waits_it_can_begin_again(typeset: Bench) -> None:
    user, image = await opened(typeset)
    await request(typeset, user, image)
    async with typeset.deps.tx() as tx:
        assert await service.cancel_image(tx, owner_id=user.id, image_id=image.id, place=place(user))
    assert await used(typeset, user) == 0
    await request(typeset, user, image)
    found, _, _ = await run(typeset, image)
    assert found.status == ImageStatus.READY


async def test_pressed_twice_it_is_made_once_and_the_plan_ends_somewhere(typeset: Bench) -> None:
    user, image = await opened(typeset)
    await request(typeset, user, image)
    with pytest.raises(service.AlreadyMaking):
        await request(typeset, user, image)
    for _ in range(9):
        _, more = await opened(typeset, user=user)
        await request(typeset, user, more)
    _, more = await opened(typeset, user=user)
    with pytest.raises(LimitReached):
        await request(typeset, user, more)


async def test_the_next_card_begins_with_the_last_choices(typeset: Bench) -> None:
    user, image = await opened(typeset)
    async with typeset.deps.tx() as tx:
        wanted = ImageOptions(aspect=Aspect.TALL, color="green")
        await service.change_options(tx, owner_id=user.id, image_id=image.id, options=wanted)
    _, after = await opened(typeset, user=user)
    assert service.options_of(after) == wanted


async def test_an_engine_that_is_gone_gives_way(fal: Bench, typeset: Bench) -> None:
    user, image = await opened(fal)
    assert service.options_of(image).engine is ImageEngine.FAL
    _, after = await opened(typeset, user=user)
    assert service.options_of(after).engine is ImageEngine.TYPESET
    await request(typeset, user, image)
    _, _, status = await run(typeset, image)
    assert status.data["problem"]["code"] == ImageErrorCode.NOT_THERE


async def ready(bench: Bench, material: str = BREAD) -> tuple[User, Image]:
    user, image = await opened(bench, material)
    await request(bench, user, image)
    return user, (await run(bench, image))[0]


async def test_a_picture_goes_with_a_draft_once(typeset: Bench) -> None:
    user, image = await ready(typeset)
    async with typeset.deps.tx() as tx:
        post = await make_post(tx, user)
        for _ in range(2):
            await service.attach_image(tx, owner_id=user.id, image_id=image.id, post_id=post.id)
    assert [row["storage_key"] for row in post.media] == [image.storage_key]


async def test_a_post_of_nothing_but_a_picture_is_one(typeset: Bench) -> None:
    user, image = await ready(typeset)
    async with typeset.deps.tx() as tx:
        first = await service.post_of_image(tx, owner_id=user.id, image_id=image.id, language="en")
        again = await service.post_of_image(tx, owner_id=user.id, image_id=image.id, language="en")
    assert first.id == again.id
    assert (first.text, [row["storage_key"] for row in first.media]) == ("", [image.storage_key])


async def test_one_more_is_a_picture_of_its_own(typeset: Bench) -> None:
    user, image = await ready(typeset)
    async with typeset.deps.tx() as tx:
        more = await service.another(tx, owner_id=user.id, image_id=image.id, next_layout=True, prompt="Rye waits.")
    await request(typeset, user, more)
    found, _, _ = await run(typeset, more)
    assert (found.prompt, service.options_of(found).layout) == ("Rye waits.", "paper")
    assert found.storage_key != image.storage_key


async def test_files_stay_as_long_as_anything_names_them(typeset: Bench, clock: FixedClock) -> None:
    user, image = await ready(typeset)
    other, gone = await ready(typeset)
    assert image.storage_key is not None
    assert gone.storage_key is not None
    async with typeset.deps.tx() as tx:
        post = await make_post(tx, user)
        await service.attach_image(tx, owner_id=user.id, image_id=image.id, post_id=post.id)
        await service.delete_image(tx, owner_id=user.id, image_id=image.id)
        await service.delete_image(tx, owner_id=other.id, image_id=gone.id)
    stray = key_for(user.id, "images", "stray", "png")
    keys = [image.storage_key, gone.storage_key, stray]
    async with typeset.deps.read() as session:
        assert await tidying.unnamed(session, keys) == [stray]
    clock.advance(tidying.DELETED_FOR + timedelta(hours=1))
    async with typeset.deps.tx() as tx:
        assert await tidying.forget_images(tx) == 2
    async with typeset.deps.read() as session:
        assert sorted(await tidying.unnamed(session, keys)) == sorted([gone.storage_key, stray])
    async with typeset.deps.tx() as tx:
        kept = await tx.session.get_one(Post, post.id)
        await details.remove_media(tx, owner_id=user.id, post_id=kept.id)
    async with typeset.deps.read() as session:
        assert len(await tidying.unnamed(session, keys)) == 3


@pytest.mark.parametrize("prompt", ["", " \n", "\0", "a" * 4001])
async def test_a_prompt_without_words_or_with_too_many_is_refused(typeset: Bench, prompt: str) -> None:
    with pytest.raises(InvalidInput):
        await opened(typeset, prompt)


async def test_somebody_elses_picture_is_not_there(typeset: Bench) -> None:
    owner, image = await opened(typeset)
    other, _ = await opened(typeset)
    async with typeset.deps.tx() as tx:
        post = await make_post(tx, other)
        mine: dict[str, Any] = {"owner_id": other.id, "image_id": image.id}
        for attempt in (
            service.request_image(tx, **mine, place=place(other)),
            service.change_prompt(tx, **mine, prompt="Mine"),
            service.change_options(tx, **mine, options=ImageOptions()),
            service.another(tx, **mine),
            service.reopen_image(tx, **mine),
            service.attach_image(tx, **mine, post_id=post.id),
            service.post_of_image(tx, **mine, language="en"),
            service.delete_image(tx, **mine),
            service.restore_image(tx, **mine),
        ):
            with pytest.raises(ImageNotFound):
                await attempt
        assert not await service.cancel_image(tx, **mine, place=place(other))
    assert await used(typeset, owner) == 0
