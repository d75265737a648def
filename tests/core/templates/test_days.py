"""The day in posts that recur: each time its own."""

from datetime import datetime

from sqlalchemy import select

from core.deliveries.models import Delivery
from core.posts.checks import FindingCode, problems_before
from core.posts.models import Post
from core.posts.platforms import Draft
from core.posts.service import replace_text
from core.series.service import start_series
from core.telegram.content import Entity
from core.tx import Tx
from core.when.recurrence import Recurrence
from tests.factories import make_post, make_user

HOURLY = Recurrence("FREQ=HOURLY;INTERVAL=12", datetime(2026, 11, 21), "Europe/Berlin")  # noqa: DTZ001 - a wall clock


async def copies(tx: Tx, template: Post) -> list[tuple[str, str]]:
    """What each says, as a post and as it goes out."""
    await tx.session.flush()
    rows = await tx.session.execute(
        select(Post, Delivery)
        .join(Delivery, Delivery.subject_id == Post.id)
        .where(Post.template_id == template.id)
        .order_by(Post.due_at)
        .execution_options(populate_existing=True)
    )
    return [(post.text, delivery.content["text"]) for post, delivery in rows]


async def test_each_copy_says_its_own_day_also_after_a_change(tx: Tx) -> None:
    owner = await make_user(tx, time_zone="Europe/Berlin")
    post = await make_post(tx, owner, "Bread of {date}: {{date}}")
    await start_series(tx, owner_id=owner.id, post_id=post.id, recurrence=HOURLY)
    said = await copies(tx, post)
    assert said[-1] == ("Bread of 22 November 2026: {date}",) * 2
    assert post.text == "Bread of {date}: {{date}}"
    bold = [Entity(type="bold", offset=0, length=6)]
    await replace_text(tx, owner_id=owner.id, post_id=post.id, draft=Draft("{date} bread"), entities=bold)
    assert (await copies(tx, post))[-1] == ("22 November 2026 bread",) * 2


async def test_a_post_that_goes_out_once_is_looked_at(tx: Tx) -> None:
    owner = await make_user(tx, time_zone="Europe/Berlin")
    post = await make_post(tx, owner, "Bread of {date}")
    found = await problems_before(tx.session, post, due_at=tx.now, now=tx.now)
    assert [finding.code for finding in found] == [FindingCode.VARIABLE]
    assert not await problems_before(tx.session, post, due_at=tx.now, now=tx.now, repeats=True)
