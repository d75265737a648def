"""What a process works with, built once at its entry point and passed on. No globals anywhere else."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import httpx
import redis
import redis.asyncio
import structlog
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core import ids
from core.billing.entitlements import Entitlements, current_entitlements, forget_entitlements
from core.clock import Clock, SystemClock
from core.crypto import Cipher, build_cipher
from core.db import ReadSession, open_engine
from core.http import open_http
from core.providers.answerers import build_answerer
from core.providers.answering import EpisodeAnswerer
from core.providers.critics import build_critic
from core.providers.critique import ScriptCritic
from core.providers.discoveries import discovery_of
from core.providers.discovery import Discovery, Network
from core.providers.email import Mailer
from core.providers.email_engines import build_mailer
from core.providers.image_makers import build_image_makers
from core.providers.images import ImageEngine, ImageMaker
from core.providers.payments.contract import Payments
from core.providers.payments.opening import build_payments
from core.providers.scripts import ScriptWriter
from core.providers.scriptwriters import build_script_writer
from core.providers.speakers import build_speakers
from core.providers.speech import Engine, Speaker
from core.providers.text import PostWriter
from core.providers.transcribers import build_transcriber
from core.providers.transcription import Transcriber
from core.providers.voice_readers import build_voice_reader
from core.providers.voices import VoiceReader
from core.providers.writers import build_post_writer
from core.providers.youtube_quota import YouTubeQuota
from core.publishing.networks.contract import ConsentNetwork, Publisher
from core.publishing.networks.opening import consents_of, publishers_of
from core.publishing.quota import counted
from core.queue import Queue, RedisQueue
from core.settings import Settings
from core.storage import Storage, build_storage
from core.tx import Tx
from core.viral.credits import noted

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Deps:
    """Handed to every handler, job and page. In tests the sessions share one connection that is rolled back."""

    settings: Settings
    clock: Clock
    sessions: async_sessionmaker[AsyncSession]
    readers: async_sessionmaker[AsyncSession]
    redis: redis.asyncio.Redis
    queue: Queue
    http: httpx.AsyncClient
    writer: PostWriter
    scripts: ScriptWriter
    answers: EpisodeAnswerer
    critic: ScriptCritic
    voice_reader: VoiceReader
    storage: Storage
    cipher: Cipher
    """For tokens: nothing that opens an account is stored as it is."""
    speakers: Mapping[Engine, Speaker]
    """What is to be offered first at the front."""
    image_makers: Mapping[ImageEngine, ImageMaker] = field(default_factory=dict)
    """Likewise."""
    discoveries: Mapping[Network, Discovery] = field(default_factory=dict)
    """Who finds videos, for each network that can be read."""
    consents: Mapping[Network, ConsentNetwork] = field(default_factory=dict)
    """Where accounts can be connected."""
    publishers: Mapping[Network, Publisher] = field(default_factory=dict)
    """Where videos can be published."""
    payments: Payments | None = None
    """Who takes cards; None when nobody does."""
    mailer: Mailer | None = None
    """Who takes mail on; None where nobody is offered any."""
    transcriber: Transcriber | None = None
    """Who writes down what is said; None where nobody does."""

    @asynccontextmanager
    async def tx(self) -> AsyncIterator[Tx]:
        """The only way to write. Commits at the end, rolls back on any exception, and enqueues after the commit."""
        async with self.sessions() as session, session.begin():
            tx = Tx(session=session, now=self.clock.now())
            yield tx
        for call in tx.on_commit:
            call()
        if tx.entitled_anew:
            await forget_entitlements(self.redis, tx.entitled_anew)
        if tx.outbox:
            try:
                await self.queue.push(tx.outbox)
            except ConnectionError:
                log.warning("queue.push_failed", jobs=len(tx.outbox))

    async def entitlements(self, owner_id: ids.UserId) -> Entitlements:
        """What a user may do now, and what is left: for looking. Quota is held by core/billing/service.py."""
        return await current_entitlements(self.redis, self.readers, owner_id=owner_id, clock=self.clock)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[ReadSession]:
        """A look at what is committed, without a transaction around it."""
        async with self.readers() as session:
            yield session


@asynccontextmanager
async def open_deps(settings: Settings, *, clock: Clock | None = None) -> AsyncIterator[Deps]:
    """Everything real, from the settings; closed in order at the end."""
    if settings.redis_url is None:
        raise RuntimeError("REDIS_URL is not set")
    url = settings.redis_url.get_secret_value()
    async with AsyncExitStack() as stack:
        engine = open_engine(settings)
        stack.push_async_callback(engine.dispose)
        fast = redis.asyncio.Redis.from_url(url, socket_timeout=10, socket_connect_timeout=5, health_check_interval=30)
        stack.push_async_callback(fast.aclose)
        queue = RedisQueue(redis.Redis.from_url(url, socket_timeout=10, socket_connect_timeout=5))
        stack.callback(queue.close)
        http = await stack.enter_async_context(open_http())
        clock = clock or SystemClock()
        storage = build_storage(settings, clock)
        stack.push_async_callback(storage.close)
        discoveries: dict[Network, Discovery] = {}
        deps = Deps(
            settings=settings,
            clock=clock,
            sessions=async_sessionmaker(engine, expire_on_commit=False),
            readers=async_sessionmaker(
                engine.execution_options(isolation_level="AUTOCOMMIT"), expire_on_commit=False, autoflush=False
            ),
            redis=fast,
            queue=queue,
            http=http,
            writer=build_post_writer(settings, http),
            scripts=build_script_writer(settings, http),
            answers=build_answerer(settings, http),
            critic=build_critic(settings, http),
            voice_reader=build_voice_reader(settings, http),
            storage=storage,
            cipher=build_cipher(settings),
            speakers=build_speakers(settings, http),
            image_makers=build_image_makers(settings, http),
            discoveries=discoveries,
            consents=consents_of(settings, http, clock),
            publishers=counted(publishers_of(settings, http, clock), YouTubeQuota(fast, clock)),
            payments=build_payments(settings, http),
            mailer=build_mailer(settings, http),
            transcriber=build_transcriber(settings, http),
        )
        on_credits = noted(deps.tx, settings.admin_ids)
        discoveries.update(discovery_of(settings, http, fast, clock, on_credits=on_credits))
        yield deps
