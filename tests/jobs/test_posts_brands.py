"""Posts in the voice of a brand: written, signed, rewritten; and when the brand is taken away meanwhile."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from core.accounts.models import User
from core.billing.queries import Feature, entitlement_of
from core.brands.members import add_member, remove_member
from core.brands.models import Brand, Role
from core.brands.service import Part, change_part
from core.db import TelegramId
from core.deps import Deps
from core.posts import service as posts
from core.posts import writing
from core.posts.models import Batch, BatchStatus, Post
from core.posts.options import NO_BRAND, WritingOptions
from core.posts.platforms import Platform
from core.posts.writing import Place
from core.providers.text import Rewrite, RewriteKind
from core.tx import Tx
from core.work.models import Work
from jobs import posts as jobs
from jobs.runtime import Bench
from tests.factories import make_brand, make_source, make_user

SIGNATURE = "— Ann from the oven"
PLACE = Place(TelegramId(1), TelegramId(1), "en")


async def brand_that_signs(tx: Tx, owner: User) -> Brand:
    brand = await make_brand(tx, owner)
    await change_part(tx, user_id=owner.id, brand_id=brand.id, part=Part.SIGNATURE, text=SIGNATURE)
    return brand


async def requested(tx: Tx, user: User, *, brand: str = "", platforms: Sequence[Platform] = tuple(Platform)) -> Batch:
    source = await make_source(tx, user)
    options = WritingOptions(platforms=tuple(platforms), variants=1, brand=brand)
    batch = await writing.open_batch(tx, owner_id=user.id, source_id=source.id, options=options)
    return await writing.request_posts(tx, owner_id=user.id, batch_id=batch.id, place=PLACE)


async def work_on(deps: Deps, subject_id: Any) -> str:
    async with deps.sessions() as session:
        return str((await session.scalars(select(Work.id).where(Work.subject_id == subject_id))).one())


async def written(bench: Bench, batch: Batch) -> list[Post]:
    await jobs.write.run(bench, await work_on(bench.deps, batch.id))
    async with bench.deps.sessions() as session:
        return list(await session.scalars(select(Post).where(Post.batch_id == batch.id).order_by(Post.position)))


async def test_posts_are_signed_on_every_platform_and_know_their_brand(concurrent_bench: Bench) -> None:
    async with concurrent_bench.deps.tx() as tx:
        user = await make_user(tx)
        brand = await brand_that_signs(tx, user)
        batch = await requested(tx, user)
    made = await written(concurrent_bench, batch)
    assert [post.platform for post in made] == [*Platform]
    assert {post.brand_id for post in made} == {brand.id}
    assert [post.text.count(SIGNATURE) for post in made] == [1] * len(made)


async def test_without_a_brand_nothing_is_signed_and_that_is_remembered(concurrent_bench: Bench) -> None:
    async with concurrent_bench.deps.tx() as tx:
        user = await make_user(tx)
        await brand_that_signs(tx, user)
        batch = await requested(tx, user, brand=NO_BRAND, platforms=[Platform.TELEGRAM])
        await tx.session.refresh(user)
        assert user.writing_options["brand"] == NO_BRAND
    (post,) = await written(concurrent_bench, batch)
    assert (post.brand_id, SIGNATURE in post.text) == (None, False)


async def test_a_rewrite_keeps_the_one_signature_at_the_end(concurrent_bench: Bench) -> None:
    deps = concurrent_bench.deps
    async with deps.tx() as tx:
        user = await make_user(tx)
        await brand_that_signs(tx, user)
        batch = await requested(tx, user, platforms=[Platform.LINKEDIN])
    (post,) = await written(concurrent_bench, batch)
    for kind, signatures in ((RewriteKind.SHORTER, 1), (RewriteKind.VOICEOVER, 0)):
        async with deps.tx() as tx:
            await posts.request_rewrite(tx, owner_id=user.id, post_id=post.id, rewrite=Rewrite(kind), place=PLACE)
        async with deps.sessions() as session:
            work = (await session.scalars(select(Work).where(Work.subject_id == post.id).order_by(Work.id))).all()
        await jobs.rewrite.run(concurrent_bench, str(work[-1].id))
        async with deps.sessions() as session:
            changed = await session.get_one(Post, post.id)
        assert changed.text.count(SIGNATURE) == signatures, changed.text


async def test_who_loses_the_brand_before_the_writing_gets_no_posts_and_their_quota_back(
    concurrent_bench: Bench,
) -> None:
    deps = concurrent_bench.deps
    async with deps.tx() as tx:
        owner, editor = await make_user(tx), await make_user(tx)
        brand = await brand_that_signs(tx, owner)
        await add_member(tx, brand_id=brand.id, user_id=editor.id, role=Role.EDITOR)
        batch = await requested(tx, editor, brand=str(brand.id))
    async with deps.tx() as tx:
        await remove_member(tx, user_id=owner.id, brand_id=brand.id, member_id=editor.id)
    assert await written(concurrent_bench, batch) == []
    async with deps.tx() as tx:
        ended = await tx.session.get_one(Batch, batch.id)
        left = await entitlement_of(tx.session, owner_id=editor.id, feature=Feature.POSTS, now=tx.now)
        assert (ended.status, (ended.error or {})["code"], left.used) == (BatchStatus.FAILED, "brands.not_found", 0)
        reopened = await writing.reopen_batch(tx, owner_id=editor.id, batch_id=batch.id)
        again = await writing.request_posts(tx, owner_id=editor.id, batch_id=reopened.id, place=PLACE)
        assert writing.options_of(again).brand == NO_BRAND
