"""What can be wrong with an installation, one small check each. A feature adds its own to CHECKS."""

import asyncio
import ctypes
import difflib
import shutil
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import espeakng_loader
import httpx
import imageio_ffmpeg
import redis.asyncio
from dotenv import dotenv_values
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from core import ids
from core.clock import SystemClock
from core.connections.links import build_consent_links
from core.crypto import build_cipher
from core.db import open_engine
from core.errors import AppError, ProviderError
from core.home import HomeNotOurs, make_home
from core.http import open_http
from core.migrate import missing_revisions
from core.providers.discovery import Network
from core.providers.email_engines import SENDER_OF_NOBODY, build_mailer
from core.providers.payments.opening import build_payments
from core.sealed import key_ids_in_use
from core.settings import SANDBOX_TOKEN, Settings
from core.storage import FOLDER, build_storage, key_for

TIMEOUT_S = 10.0
NEEDED_BYTES = 1_000_000_000
OLDEST_POSTGRES = 15
OLDEST_REDIS = (6, 2)
TELEGRAM_API = "https://api.telegram.org"
OPENROUTER_API = "https://openrouter.ai/api/v1"
SCRAPECREATORS_API = "https://api.scrapecreators.com"
YOUTUBE_API = "https://youtube.googleapis.com/youtube/v3"
EMAIL_ADVICE = "check EMAIL_FROM, and RESEND_API_KEY or SMTP_URL (host, port, user, password, TLS)"
STORAGE_ADVICE = "check S3_BUCKET, S3_ENDPOINT_URL, S3_REGION and the key's rights; without S3, the home's disk"
NOT_THERE = frozenset({404, 405, 501})
BASE_URL_ADVICE = "check LLM_BASE_URL: it usually ends in /v1"
ESPEAK_SYNCHRONOUS = 2
ESPEAK_DONT_EXIT = 0x8000
"""From espeak-ng's speak_lib.h: without it, missing data ends the whole process."""


class Trouble(Exception):
    """A check failed: what was seen, and what to do about it. Never holds a secret."""

    def __init__(self, seen: str, *, advice: str) -> None:
        super().__init__(seen)
        self.seen = seen
        self.advice = advice


@dataclass(frozen=True, slots=True)
class Finding:
    """One line for a person. `advice` is empty when all is well."""

    name: str
    seen: str
    advice: str = ""

    @property
    def ok(self) -> bool:
        return not self.advice


Check = Callable[[Settings], Awaitable[str]]
"""Returns what it saw, or raises Trouble."""


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Run the checks one after the other. None of them leaves anything behind."""
    for name, check in CHECKS.items():
        try:
            async with asyncio.timeout(TIMEOUT_S):
                yield Finding(name, await check(settings))
        except Trouble as trouble:
            yield Finding(name, trouble.seen, trouble.advice)
        except TimeoutError:
            yield Finding(name, f"no answer within {TIMEOUT_S:.0f} s", "see whether the network lets it through")


async def check_configuration(settings: Settings) -> str:
    """Settings that load are right one by one; a name in `.env` that nobody reads may be a slip."""
    known = {str(field.alias) for field in type(settings).model_fields.values()}
    given = set(dotenv_values(".env"))
    for name in sorted(given - known):
        meant = difflib.get_close_matches(name, known - given, n=1, cutoff=0.75)
        if meant:
            raise Trouble(f"nobody reads {name} in .env", advice=f"if you meant {meant[0]}, rename it")
    return f"{settings.environment.value}, home {make_home(settings.home)}"


async def check_database(settings: Settings) -> str:
    advice = "is PostgreSQL running, and DATABASE_URL right? Empty it to use the embedded one"
    try:
        engine = open_engine(settings)
    except (RuntimeError, SQLAlchemyError) as exc:
        raise Trouble(f"no usable address: {type(exc).__name__}", advice=advice) from exc
    try:
        async with engine.connect() as connection:
            version = str(await connection.scalar(text("SHOW server_version")))
    except (OSError, SQLAlchemyError) as exc:
        raise Trouble(f"doesn't answer: {_reason(exc)}", advice=advice) from exc
    finally:
        await engine.dispose()
    if int(version.split(".")[0]) < OLDEST_POSTGRES:
        raise Trouble(f"PostgreSQL {version}", advice=f"use version {OLDEST_POSTGRES} or later")
    return f"PostgreSQL {version}"


async def check_redis(settings: Settings) -> str:
    advice = "is Redis running, and REDIS_URL right? Empty it to use the embedded one"
    if settings.redis_url is None:
        raise Trouble("no address", advice=advice)
    client = redis.asyncio.Redis.from_url(settings.redis_url.get_secret_value(), socket_timeout=5)
    try:
        version = str((await client.info("server"))["redis_version"])
    except (OSError, redis.RedisError) as exc:
        raise Trouble(f"doesn't answer: {_reason(exc)}", advice=advice) from exc
    finally:
        await client.aclose()
    if tuple(map(int, version.split(".")[:2])) < OLDEST_REDIS:
        raise Trouble(f"Redis {version}", advice="use version 6.2 or later")
    return f"Redis {version}"


async def check_migrations(settings: Settings) -> str:
    try:
        missing = await missing_revisions(settings)
    except (RuntimeError, OSError, SQLAlchemyError) as exc:
        raise Trouble("can't be read without the database", advice="mend the database first") from exc
    if missing:
        raise Trouble(f"{len(missing)} to run", advice="run `postaify migrate` (`postaify up` does it too)")
    return "all there"


async def check_disk(settings: Settings) -> str:
    free = shutil.disk_usage(make_home(settings.home)).free
    seen = f"{free / 1e9:.1f} GB free"
    if free < NEEDED_BYTES:
        raise Trouble(seen, advice="free some space, or set POSTAIFY_HOME to a folder on another disk")
    return seen


async def check_storage(settings: Settings) -> str:
    """A small file is written, read and removed."""
    written = b"postaify doctor"
    key = key_for(ids.new(), "checks", "doctor", "txt")
    try:
        storage = build_storage(settings, SystemClock())
    except (OSError, HomeNotOurs) as exc:
        raise Trouble(f"can't be opened: {_reason(exc)}", advice=STORAGE_ADVICE) from exc
    try:
        await storage.put(key, written)
        read = b"".join([chunk async for chunk in storage.read(key)])
        await storage.delete(key)
    except AppError as error:
        raise Trouble(f"doesn't work: {error.params.get('reason', error.error_code)}", advice=STORAGE_ADVICE) from error
    finally:
        await storage.close()
    if read != written:
        raise Trouble("gives back something else than was stored", advice=STORAGE_ADVICE)
    return f"bucket {settings.s3_bucket}" if settings.s3_bucket else f"folder {make_home(settings.home) / FOLDER}"


async def check_ffmpeg(_settings: Settings) -> str:
    try:
        program = imageio_ffmpeg.get_ffmpeg_exe()
        done = await asyncio.to_thread(
            subprocess.run, [program, "-version"], capture_output=True, text=True, timeout=TIMEOUT_S, check=True
        )
    except (RuntimeError, OSError, subprocess.SubprocessError) as exc:
        raise Trouble(
            f"doesn't run: {type(exc).__name__}", advice="run `make up` again, or set IMAGEIO_FFMPEG_EXE"
        ) from exc
    return " ".join(str(done.stdout).split()[:3])


async def check_speech(_settings: Settings) -> str:
    advice = "run `make up` again: the package espeakng-loader is broken"
    try:
        library = ctypes.CDLL(espeakng_loader.get_library_path())
    except OSError as exc:
        raise Trouble("espeak-ng doesn't load", advice=advice) from exc
    data = espeakng_loader.get_data_path().encode()
    rate_hz = library.espeak_Initialize(ESPEAK_SYNCHRONOUS, 0, data, ESPEAK_DONT_EXIT)
    if rate_hz <= 0:
        raise Trouble("espeak-ng doesn't find its voices", advice=advice)
    return f"espeak-ng, {rate_hz} Hz"


async def check_telegram(settings: Settings) -> str:
    if settings.in_sandbox and settings.telegram_api_url is None:
        return "the local sandbox plays Telegram (set TELEGRAM_BOT_TOKEN for the real one)"
    token = _revealed(settings.telegram_bot_token) or SANDBOX_TOKEN
    status, answer = await _get(f"{settings.telegram_api_url or TELEGRAM_API}/bot{token}/getMe", {})
    if status in {401, 404}:
        raise Trouble("the token is refused", advice="copy TELEGRAM_BOT_TOKEN again from @BotFather")
    if status != 200:
        raise Trouble(f"answers with status {status}", advice="see whether TELEGRAM_API_URL is a Bot API server")
    return f"@{answer.get('result', {}).get('username')}"


async def check_text_model(settings: Settings) -> str:
    if not settings.text_model_configured:
        return "none: posts are drafted offline (set OPENROUTER_API_KEY, or LLM_BASE_URL and LLM_MODEL)"
    key = settings.llm_api_key if settings.llm_base_url else settings.openrouter_api_key
    url = f"{settings.llm_base_url}/models" if settings.llm_base_url else f"{OPENROUTER_API}/key"
    headers = {"Authorization": f"Bearer {_revealed(key)}"} if key else {}
    status, _ = await _get(url, headers)
    if status in NOT_THERE and settings.llm_base_url:
        return await _check_unlisted_model(settings, headers)
    _check_key(status)
    if status != 200:
        raise Trouble(f"answers with status {status}", advice=BASE_URL_ADVICE)
    return settings.llm_model or "OpenRouter"


async def _check_unlisted_model(settings: Settings, headers: dict[str, str]) -> str:
    """Some servers don't list their models. An empty question costs nothing and shows whether they answer questions."""
    status = await _post_nothing(f"{settings.llm_base_url}/chat/completions", headers)
    if status in NOT_THERE:
        raise Trouble("has neither /models nor /chat/completions", advice=BASE_URL_ADVICE)
    _check_key(status)
    if status >= 500:
        raise Trouble(f"answers with status {status}", advice="look at that server's log")
    return (
        f"{settings.llm_model}: the server answers, but doesn't list its models; write a post to see this one at work"
    )


def _check_key(status: int) -> None:
    if status in {401, 403}:
        raise Trouble("the key is refused", advice="check OPENROUTER_API_KEY or LLM_API_KEY")


async def check_discovery(settings: Settings) -> str:
    """Asks how many credits are left, which costs none; of YouTube one unit of ten thousand."""
    if settings.scrapecreators_api_key:
        return await _check_scrapecreators(settings)
    if settings.youtube_api_key:
        return await _check_youtube(settings)
    others = "made-up samples" if settings.in_sandbox else "none; of YouTube only the newest videos of named channels"
    return f"{others} (set SCRAPECREATORS_API_KEY or YOUTUBE_API_KEY)"


async def _check_scrapecreators(settings: Settings) -> str:
    url = f"{settings.scrapecreators_api_url or SCRAPECREATORS_API}/v1/account/credit-balance"
    status, answer = await _get(url, {"x-api-key": _revealed(settings.scrapecreators_api_key) or ""})
    if status in {401, 403}:
        raise Trouble("the key is refused", advice="copy SCRAPECREATORS_API_KEY again from app.scrapecreators.com")
    if status != 200:
        raise Trouble(f"answers with status {status}", advice="check SCRAPECREATORS_API_URL, or try again later")
    left = answer.get("creditCount")
    if left == 0:
        raise Trouble("no credits are left", advice="buy some at app.scrapecreators.com")
    return f"ScrapeCreators, {left:,} credits left" if isinstance(left, int) else "ScrapeCreators"


async def _check_youtube(settings: Settings) -> str:
    url = f"{YOUTUBE_API}/i18nRegions?part=id"
    status, _ = await _get(url, {"X-Goog-Api-Key": _revealed(settings.youtube_api_key) or ""})
    if status in {400, 401, 403}:
        advice = "check YOUTUBE_API_KEY, and that its project has the YouTube Data API v3 and quota left"
        raise Trouble("the key is refused", advice=advice)
    if status != 200:
        raise Trouble(f"answers with status {status}", advice="try again later")
    return "YouTube Data API; TikTok and Instagram need SCRAPECREATORS_API_KEY"


async def check_payments(settings: Settings) -> str:
    """Whether the key is taken, and what is sold is there. Moves no money."""
    async with open_http(timeout_s=TIMEOUT_S) as http:
        payments = build_payments(settings, http)
        if payments is None or settings.stripe_in_sandbox:
            cards = "the local sandbox plays Stripe" if payments else "no cards"
            return f"{cards} (set STRIPE_SECRET_KEY to take real ones)"
        try:
            facts = await payments.account_facts()
        except ProviderError as error:
            raise Trouble(f"Stripe: {error.error_code}", advice="check STRIPE_SECRET_KEY and the network") from error
    if not facts["prices"] and not settings.stripe_prices:
        raise Trouble("Stripe has no prices of ours", advice="run `postaify billing sync`")
    if settings.stripe_webhook_url not in facts["webhooks"].split(","):
        raise Trouble("Stripe doesn't tell us of payments", advice="set WEB_PUBLIC_URL, run `postaify billing sync`")
    if not settings.stripe_webhook_secrets:
        raise Trouble("Stripe's webhooks can't be checked", advice="set STRIPE_WEBHOOK_SECRET (see its dashboard)")
    return f"Stripe, {'live' if payments.livemode else 'test'} mode"


async def check_email(settings: Settings) -> str:
    """Asks the mail service whether it would take mail on, and sends none."""
    async with open_http(timeout_s=TIMEOUT_S) as client:
        mailer = build_mailer(settings, client)
        if mailer is None:
            return "none: nobody is asked for an address (set EMAIL_FROM, and RESEND_API_KEY or SMTP_URL)"
        try:
            return await mailer.check(settings.email_from or SENDER_OF_NOBODY)
        except ProviderError as error:
            detail = error.params.get("detail", error.error_code)
            raise Trouble(f"{mailer.engine} doesn't take it on: {detail}", advice=EMAIL_ADVICE) from error


async def check_publishing(settings: Settings) -> str:
    """Which networks' apps are named, and what has to be registered there. Asks nobody."""
    own = settings.networks_with_own_app
    if not own:
        plays = "the local sandbox plays TikTok, Instagram and YouTube" if settings.in_sandbox else "no network"
        return f"{plays} (set TIKTOK_CLIENT_KEY, INSTAGRAM_CLIENT_ID or GOOGLE_CLIENT_ID for real ones)"
    links = build_consent_links(settings)
    if not links.secure:
        advice = "set WEB_PUBLIC_URL to an https:// address at which browsers reach the web service"
        raise Trouble(f"networks don't send people back to {links.base_url}", advice=advice)
    registered = ", ".join(links.callback(Network(network)) for network in own)
    missing = ", ".join(network for network in Network if network not in own)
    return f"redirect URLs to register: {registered}{f' (not set up: {missing})' if missing else ''}"


async def check_encryption(settings: Settings) -> str:
    """Whether there is a key for everything that was encrypted."""
    cipher = build_cipher(settings)
    engine = open_engine(settings)
    try:
        async with AsyncSession(engine) as session:
            used = await key_ids_in_use(session)
    except (OSError, SQLAlchemyError) as exc:
        raise Trouble("can't be looked at without the database", advice="mend the database first") from exc
    finally:
        await engine.dispose()
    if lost := sorted(used - cipher.keys.keys()):
        advice = "put it behind the others in ENCRYPTION_KEYS and run `postaify keys rotate`"
        raise Trouble(f"no key to read what {', '.join(lost)} has encrypted", advice=advice)
    return f"AES-256-GCM, key {cipher.current}"


CHECKS: dict[str, Check] = {
    "configuration": check_configuration,
    "database": check_database,
    "redis": check_redis,
    "migrations": check_migrations,
    "disk": check_disk,
    "storage": check_storage,
    "ffmpeg": check_ffmpeg,
    "speech": check_speech,
    "telegram": check_telegram,
    "text model": check_text_model,
    "viral videos": check_discovery,
    "e-mail": check_email,
    "payments": check_payments,
    "publishing": check_publishing,
    "encryption": check_encryption,
}


def _revealed(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None


async def _get(url: str, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
    """Status and JSON object. The address may hold a token, so httpx's own messages are never shown."""
    with _translated():
        async with open_http(timeout_s=TIMEOUT_S) as client:
            response = await client.get(url, headers=headers)
            body = response.json() if response.status_code == 200 else {}
    return response.status_code, body if isinstance(body, dict) else {}


async def _post_nothing(url: str, headers: dict[str, str]) -> int:
    with _translated():
        async with open_http(timeout_s=TIMEOUT_S) as client:
            return (await client.post(url, headers=headers, json={})).status_code


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (httpx.HTTPError, ValueError) as exc:
        raise Trouble(f"can't be reached: {type(exc).__name__}", advice="check the network and the address") from exc


def _reason(exc: BaseException) -> str:
    """The driver's own first line: it names host, user or database, never the password."""
    cause = getattr(exc, "orig", None) or exc
    return (str(cause).splitlines() or [type(cause).__name__])[0]
