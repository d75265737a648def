"""Lines and sections written anew as their owner wishes, by a model and offline."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
from pydantic import SecretStr

from bot import notices
from core.accounts.service import user_of
from core.brands.service import change_trait, choose_default
from core.brands.style import Trait
from core.deliveries.models import StatusMessage
from core.deps import Deps
from core.errors import InvalidInput
from core.podcasts import editing, service
from core.podcasts.models import Podcast, PodcastStatus
from core.podcasts.options import preset
from core.podcasts.script import Script
from core.providers.llm import ChatClient
from core.providers.script_model import ModelScriptWriter
from core.providers.speech import Engine
from jobs import podcasts as jobs
from jobs.runtime import Bench
from tests.core.providers import fake_model_server
from tests.core.providers.fake_model_server import KEY, FakeModelServer
from tests.factories import make_brand, make_source, make_user
from tests.jobs.test_podcasts import NOTES, SCRIPT, place_of, row_of, work_on
from web.sandbox.client import Person


@pytest.fixture
async def server() -> AsyncIterator[FakeModelServer]:
    async with fake_model_server.running() as running:
        yield running


@pytest.fixture
async def modelled(bench: Bench, server: FakeModelServer) -> AsyncIterator[Bench]:
    """With a model that writes."""
    async with httpx.AsyncClient() as http:
        client = ChatClient(http, base_url=server.url, models=("first",), key=SecretStr(KEY))
        yield replace(bench, deps=replace(bench.deps, scripts=ModelScriptWriter(client)))


async def scripted(deps: Deps, person: Person) -> Podcast:
    options = preset(Engine.ESPEAK, await deps.speakers[Engine.ESPEAK].voices("en"))
    async with deps.tx() as tx:
        user = await make_user(tx, telegram_user_id=person.id)
        source = await make_source(tx, user, NOTES)
        podcast = await service.open_podcast(tx, owner_id=user.id, source_ids=[source.id], options=options)
        podcast.script, podcast.title, podcast.status = SCRIPT.to_json(), SCRIPT.title, PodcastStatus.SCRIPT_READY
    return podcast


async def wished_of_line(bench: Bench, person: Person, podcast: Podcast, number: int, wish: str) -> Script:
    async with bench.deps.tx() as tx:
        await editing.request_line(
            tx,
            owner_id=podcast.owner_id,
            podcast_id=podcast.id,
            number=number,
            version=podcast.script_version,
            wish=wish,
            place=place_of(person),
        )
    await jobs.rewrite_line.run(bench, str((await work_on(bench.deps, podcast)).id))
    row = await row_of(bench.deps, podcast)
    assert row.status == PodcastStatus.SCRIPT_READY
    return Script.from_json(row.script or {})


async def card_text(deps: Deps, podcast: Podcast) -> str:
    async with deps.sessions() as session:
        status = await session.get_one(StatusMessage, podcast.id)
    return str(notices.render(status.notice, status.data, now=deps.clock.now()).text)


async def test_a_model_writes_a_line_as_its_owner_wishes(
    modelled: Bench, person: Person, server: FakeModelServer
) -> None:
    podcast = await scripted(modelled.deps, person)
    script = await wished_of_line(modelled, person, podcast, 2, "speak of the oven")
    assert script.line(2).text == "The oven is the heart of the house."
    assert [script.line(number) for number in (1, 3, 4)] == [SCRIPT.line(number) for number in (1, 3, 4)]
    assert "Task: speak of the oven" in server.requests[0]["messages"][1]["content"]


async def test_a_line_is_written_in_the_voice_of_the_brand_unless_none_was_chosen(
    modelled: Bench, person: Person, server: FakeModelServer
) -> None:
    podcast = await scripted(modelled.deps, person)
    async with modelled.deps.tx() as tx:
        brand = await make_brand(tx, await user_of(tx.session, podcast.owner_id), "Oven & Bread")
        await change_trait(tx, user_id=podcast.owner_id, brand_id=brand.id, trait=Trait.TONE, text="Dry.")
    await wished_of_line(modelled, person, podcast, 2, "speak of the oven")
    async with modelled.deps.tx() as tx:
        await choose_default(tx, user_id=podcast.owner_id, brand_id=brand.id, wanted=False)
    await wished_of_line(modelled, person, await row_of(modelled.deps, podcast), 3, "speak of the oven")
    first, second = (asked["messages"][1]["content"] for asked in server.requests)
    assert "=== BEGIN BRAND VOICE" in first
    assert "Name: Oven & Bread\nTone: Dry." in first
    assert "BRAND VOICE" not in second


async def test_a_model_writes_a_section_as_its_owner_wishes(
    modelled: Bench, person: Person, server: FakeModelServer
) -> None:
    podcast = await scripted(modelled.deps, person)
    async with modelled.deps.tx() as tx:
        await editing.regenerate_section(
            tx,
            owner_id=podcast.owner_id,
            podcast_id=podcast.id,
            number=2,
            version=0,
            wish="more about  bread",
            place=place_of(person),
        )
    await jobs.rewrite_section.run(modelled, str((await work_on(modelled.deps, podcast)).id))
    script = Script.from_json((await row_of(modelled.deps, podcast)).script or {})
    assert script.sections[0] == SCRIPT.sections[0]
    assert script.sections[1].lines != SCRIPT.sections[1].lines
    assert (
        "wants this of the section, as far as the sources allow: more about bread"
        in (server.requests[0]["messages"][1]["content"])
    )


async def test_offline_the_common_wishes_are_followed(bench: Bench, person: Person) -> None:
    podcast = await scripted(bench.deps, person)
    script = await wished_of_line(bench, person, podcast, 4, "replace “city” with “town”")
    assert script.line(4).text == "Now the town drinks the rain."


async def test_offline_another_wish_changes_nothing_and_says_what_can_be_wished(bench: Bench, person: Person) -> None:
    podcast = await scripted(bench.deps, person)
    assert await wished_of_line(bench, person, podcast, 4, "make it sound like a pirate") == SCRIPT
    assert "The offline writer didn't understand that. It knows: shorter" in await card_text(bench.deps, podcast)


@pytest.mark.parametrize(("wish", "code"), [(" ", "podcasts.wish_missing"), ("x" * 501, "podcasts.wish_too_long")])
async def test_a_wish_has_words_and_an_end(bench: Bench, person: Person, wish: str, code: str) -> None:
    podcast = await scripted(bench.deps, person)
    with pytest.raises(InvalidInput) as refused:
        await wished_of_line(bench, person, podcast, 1, wish)
    assert refused.value.error_code == code
