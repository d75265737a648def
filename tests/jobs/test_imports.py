"""Looking at the media of a file of posts, as a job: what comes of it, by line."""

import asyncio
from dataclasses import replace

from sqlalchemy import select

from core import ids
from core.db import TelegramId
from core.deliveries.models import StatusMessage
from core.posts.import_checks import WARNINGS
from core.posts.import_looks import PREVIEW, UNSEEN, payload_of, request_looks, stop_looking, to_be_looked_at
from core.posts.importing import import_of, keep_import, reader_for, understand
from core.posts.models import Import
from core.posts.tables import read_table, write_table
from core.posts.writing import Place
from core.work.models import Work, WorkStatus
from jobs.imports import look_at_media
from jobs.runtime import Bench
from jobs.statuses import show_status
from tests.factories import make_user
from tests.file_server import File, serving_files
from tests.pictures import picture
from web.sandbox.client import Person

BERLIN = "Europe/Berlin"


def anywhere(bench: Bench) -> Bench:
    """With leave to look at this machine."""
    settings = bench.deps.settings.model_copy(update={"allow_private_urls": True})
    return replace(bench, deps=replace(bench.deps, settings=settings))


async def kept(bench: Bench, person: Person, *addresses: str) -> Import:
    """A file with a row for each address, about to be looked at."""
    rows = [(f"Post {number}", f"in {number} days", "", url) for number, url in enumerate(addresses, start=1)]
    async with bench.deps.tx() as tx:
        user = await make_user(tx, telegram_user_id=person.id, time_zone=BERLIN)
        reader = await reader_for(tx.session, owner_id=user.id, now=tx.now, zone=BERLIN, language="en", anywhere=True)
        understood = to_be_looked_at(await asyncio.to_thread(understand, read_table(write_table(rows)), reader))
        made = await keep_import(tx, owner_id=user.id, filename="posts.csv", understood=understood)
        await request_looks(tx, made, payload=payload(person))
    return made


def payload(person: Person) -> dict[str, object]:
    place = Place(TelegramId(person.id), TelegramId(7), "en")
    return payload_of(place, zone=BERLIN, ignored=["mood"])


async def looked_at(bench: Bench, import_id: ids.ImportId) -> tuple[Import, Work, StatusMessage]:
    async with bench.deps.read() as session:
        work_id = await session.scalar(select(Work.id).where(Work.subject_id == import_id))
    await look_at_media.run(bench, str(work_id))
    return await now(bench, import_id)


async def now(bench: Bench, import_id: ids.ImportId) -> tuple[Import, Work, StatusMessage]:
    async with bench.deps.sessions() as session:
        found = await session.get_one(Import, import_id, populate_existing=True)
        work = (await session.scalars(select(Work).where(Work.subject_id == import_id))).one()
        await session.refresh(work)
        status = await session.get_one(StatusMessage, import_id, populate_existing=True)
    return found, work, status


async def test_what_is_there_counts_as_what_it_is(concurrent_bench: Bench, person: Person) -> None:
    bench = anywhere(concurrent_bench)
    async with serving_files({"/a": File(picture()), "/b.png": File(b"%PDF-1.7", "application/pdf")}) as site:
        made = await kept(bench, person, f"{site}/a", f"{site}/b.png", f"{site}/a")
        found, work, status = await looked_at(bench, made.id)
    assert work.status == WorkStatus.DONE
    assert [row["media"][0]["kind"] for row in found.rows] == ["photo", "document", "photo"]
    assert not any(row.get(UNSEEN) or row.get(WARNINGS) for row in found.rows)
    assert found.problems == []
    assert (status.notice, status.data["total"], status.data["ignored"]) == (PREVIEW, 3, ["mood"])


async def test_what_cant_be_fetched_is_a_problem_of_its_line(concurrent_bench: Bench, person: Person) -> None:
    bench = anywhere(concurrent_bench)
    async with serving_files({"/page": File(b"<html>", "text/html")}) as site:
        made = await kept(bench, person, f"{site}/page", f"{site}/none.jpg")
        found, _, status = await looked_at(bench, made.id)
    assert [(each["line"], each["code"]) for each in found.problems] == [(2, "media.is_page"), (3, "media.gone")]
    assert status.data["lines_wrong"] == 2
    await show_status.run(bench, str(made.id))
    shown = (await person.history())[-1].text
    assert "2 rows have problems." in shown
    assert f"Line 2: “{site}/page” leads to a web page." in shown
    assert f"Line 3: there is nothing at “{site}/none.jpg” (404)." in shown


async def test_addresses_of_this_network_arent_even_asked(concurrent_bench: Bench, person: Person) -> None:
    async with serving_files({"/a.png": File(picture())}) as site:
        made = await kept(concurrent_bench, person, f"{site}/a.png".replace("127.0.0.1", "localhost"))
        found, _, _ = await looked_at(concurrent_bench, made.id)
    assert [each["code"] for each in found.problems] in (["media.private"], ["media.bad_address"])


async def test_without_an_answer_the_row_is_doubtful_and_can_be_imported(
    concurrent_bench: Bench, person: Person
) -> None:
    bench = anywhere(concurrent_bench)
    async with serving_files({"/a.png": File(status=503)}) as site:
        made = await kept(bench, person, f"{site}/a.png")
        found, _, status = await looked_at(bench, made.id)
    assert [each["code"] for each in found.rows[0][WARNINGS]] == ["media.silent"]
    assert (found.problems, status.data["doubtful"]) == ([], 1)


async def test_going_on_without_looking_ends_the_work_once(concurrent_bench: Bench, person: Person) -> None:
    bench = concurrent_bench
    made = await kept(bench, person, "https://media.example.org/a.png")
    for _ in range(2):
        async with bench.deps.tx() as tx:
            await stop_looking(tx, owner_id=made.owner_id, import_id=made.id, payload=payload(person))
    found, work, status = await now(bench, made.id)
    assert (work.status, status.notice, status.version) == (WorkStatus.CANCELLED, PREVIEW, 2)
    assert [each["code"] for each in found.rows[0][WARNINGS]] == ["media.not_looked"]
    async with bench.deps.read() as session:
        again = await import_of(session, owner_id=made.owner_id, import_id=made.id)
    assert again.imported_at is None
