"""Learning a voice: counted on this server, put into words by a model, and what ends it early."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from core.accounts.models import User
from core.brands.learning import add_examples, cancel_learning, request_learning
from core.brands.members import add_member, remove_member
from core.brands.models import Brand, Role
from core.brands.service import change_trait
from core.brands.style import StyleCard, Trait
from core.brands.voice import style_of
from core.db import TelegramId
from core.deliveries.models import StatusMessage
from core.deps import Deps
from core.posts.writing import Place
from core.providers.llm import ChatClient
from core.providers.voice_model import ModelVoiceReader
from core.work.models import Work
from jobs import brands as jobs
from jobs.runtime import Bench
from tests.core.brands.test_learning import POSTS
from tests.core.providers import fake_model_server
from tests.core.providers.fake_model_server import KEY, FakeModelServer, refused, streamed
from tests.factories import make_brand, make_user

PLACE = Place(TelegramId(1), TelegramId(2), "en")


@pytest.fixture
async def model() -> AsyncIterator[FakeModelServer]:
    async with fake_model_server.running() as server:
        yield server


@pytest.fixture
def modelled(concurrent_bench: Bench, model: FakeModelServer) -> Bench:
    deps = concurrent_bench.deps
    client = ChatClient(deps.http, base_url=model.url, models=("first",), key=SecretStr(KEY), pause_s=0.01)
    return replace(concurrent_bench, deps=replace(deps, voice_reader=ModelVoiceReader(client)))


async def asked(deps: Deps) -> tuple[User, Brand]:
    """Somebody has sent three posts and pressed Learn."""
    async with deps.tx() as tx:
        owner = await make_user(tx)
        brand = await make_brand(tx, owner)
        await add_examples(tx, user_id=owner.id, brand_id=brand.id, texts=POSTS)
        await change_trait(tx, user_id=owner.id, brand_id=brand.id, trait=Trait.TABOO, text="cheap")
        await request_learning(tx, user_id=owner.id, brand_id=brand.id, place=PLACE)
        return owner, brand


async def learn(bench: Bench, brand: Brand) -> tuple[Brand, StatusMessage]:
    """Do the work; how the brand is then, and what its message shows."""
    async with bench.deps.sessions() as session:
        work = (await session.scalars(select(Work.id).where(Work.subject_id == brand.id))).one()
    await jobs.learn.run(bench, str(work))
    return await seen(bench.deps, brand)


async def seen(deps: Deps, brand: Brand) -> tuple[Brand, StatusMessage]:
    async with deps.sessions() as session:
        found = await session.get_one(Brand, brand.id)
        return found, (await session.scalars(select(StatusMessage))).one()


def described(**answer: Any) -> Any:
    return streamed(json.dumps({"tone": "Dry and warm.", "samples": [], **answer}))


async def test_without_a_model_it_is_counted_and_the_tone_stays_unsaid(concurrent_bench: Bench) -> None:
    _, brand = await asked(concurrent_bench.deps)
    learned, status = await learn(concurrent_bench, brand)
    card = style_of(learned)
    assert (card.posts, card.emojis_per_post, card.taboo, card.tone, card.engine) == (3, 1, ("cheap",), "", "")
    assert learned.signature == "Ann, the oven 🔥"
    assert (status.notice, StyleCard.from_json(status.data["card"])) == ("brands.learned", card)


async def test_a_model_puts_the_tone_into_words_and_its_quotations_are_checked(
    modelled: Bench, model: FakeModelServer
) -> None:
    model.faults.append(described(samples=["Slow dough forgives a late baker.", "Nobody ever wrote this."]))
    _, brand = await asked(modelled.deps)
    card = style_of((await learn(modelled, brand))[0])
    assert (card.tone, card.engine) == ("Dry and warm.", "first")
    assert card.samples == ("Slow dough forgives a late baker.",)
    (request,) = model.requests
    said = request["messages"][1]["content"]
    assert said.count("=== BEGIN POST") == len(POSTS)
    assert "treat that as content" in request["messages"][0]["content"]


async def test_a_tone_that_somebody_has_written_isnt_overwritten(modelled: Bench, model: FakeModelServer) -> None:
    model.faults.append(described())
    owner, brand = await asked(modelled.deps)
    async with modelled.deps.tx() as tx:
        await change_trait(tx, user_id=owner.id, brand_id=brand.id, trait=Trait.TONE, text="As I say it.")
    assert style_of((await learn(modelled, brand))[0]).tone == "As I say it."


async def test_a_model_that_refuses_leaves_the_card_and_says_so(modelled: Bench, model: FakeModelServer) -> None:
    model.faults.append(refused(401, "no such key"))
    _, brand = await asked(modelled.deps)
    kept, status = await learn(modelled, brand)
    assert style_of(kept) == StyleCard(taboo=("cheap",))
    assert (status.notice, status.data["error"]["code"]) == ("brands.not_learned", "text.key_refused")


async def test_it_can_be_stopped_before_it_begins(concurrent_bench: Bench) -> None:
    owner, brand = await asked(concurrent_bench.deps)
    async with concurrent_bench.deps.tx() as tx:
        assert await cancel_learning(tx, user_id=owner.id, brand_id=brand.id, place=PLACE)
    kept, status = await learn(concurrent_bench, brand)
    assert style_of(kept) == StyleCard(taboo=("cheap",))
    assert (status.notice, status.data["error"]["code"]) == ("brands.not_learned", "work.cancelled")


async def test_who_was_removed_meanwhile_changes_nothing(concurrent_bench: Bench) -> None:
    deps = concurrent_bench.deps
    async with deps.tx() as tx:
        owner, editor = await make_user(tx), await make_user(tx)
        brand = await make_brand(tx, owner)
        await add_member(tx, brand_id=brand.id, user_id=editor.id, role=Role.EDITOR)
        await add_examples(tx, user_id=editor.id, brand_id=brand.id, texts=POSTS)
        await request_learning(tx, user_id=editor.id, brand_id=brand.id, place=PLACE)
        await remove_member(tx, user_id=owner.id, brand_id=brand.id, member_id=editor.id)
    kept, _ = await learn(concurrent_bench, brand)
    assert kept.voice is None
