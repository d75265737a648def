"""Files that people have sent, fetched from Telegram to this machine's disk: memory doesn't grow with them."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

import httpx
from telegram.error import BadRequest, TelegramError

from core.errors import InvalidInput, ProviderError
from core.settings import Settings
from core.telegram.client import open_plain_bot

TOO_BIG: Final = "file is too big"
"""Telegram's words. https://core.telegram.org/bots/api#getfile"""
SILENCE_S: Final = 30.0
FILE_GONE: Final = 404


async def fetch_file(
    settings: Settings,
    http: httpx.AsyncClient,
    file_id: str,
    target: Path,
    *,
    limit_bytes: int,
    progress: Callable[[float], None],
) -> int:
    """Write the file to `target`, and give its size. `progress` is called with the share that is there, 0 to 1.

    A Bot API server of one's own may name a file of this machine: that is copied.
    https://core.telegram.org/bots/api#using-a-local-bot-api-server

    Raises InvalidInput "telegram.file_too_big" (limit_bytes None: for Telegram) or "telegram.file_gone", and
    ProviderError "telegram.not_reached".
    """
    place, size_bytes = await _place_of(settings, file_id)
    if size_bytes > limit_bytes:
        raise InvalidInput("telegram.file_too_big", limit_bytes=limit_bytes)
    if not place.startswith(("http://", "https://")):
        return await asyncio.to_thread(_copied, Path(place), target)
    try:
        return await _downloaded(http, place, target, size_bytes, limit_bytes, progress)
    except httpx.HTTPError as exc:  # its words hold the address, and that the token
        raise _not_reached(type(exc).__name__) from None


async def _place_of(settings: Settings, file_id: str) -> tuple[str, int]:
    async with open_plain_bot(settings) as bot:
        try:
            file = await bot.get_file(file_id)
        except BadRequest as exc:
            too_big = TOO_BIG in exc.message.lower()
            raise InvalidInput("telegram.file_too_big" if too_big else "telegram.file_gone") from exc
        except TelegramError as exc:
            raise _not_reached(exc.message) from exc
    return file.file_path or "", file.file_size or 0


def _copied(source: Path, target: Path) -> int:
    try:
        shutil.copyfile(source, target)
    except FileNotFoundError as exc:
        raise InvalidInput("telegram.file_gone") from exc
    return target.stat().st_size


async def _downloaded(
    http: httpx.AsyncClient,
    address: str,
    target: Path,
    size_bytes: int,
    limit_bytes: int,
    progress: Callable[[float], None],
) -> int:
    done = 0
    async with http.stream("GET", address, timeout=httpx.Timeout(SILENCE_S)) as answer:
        if answer.status_code == FILE_GONE:
            raise InvalidInput("telegram.file_gone")
        answer.raise_for_status()
        file = await asyncio.to_thread(target.open, "wb")
        try:
            async for piece in answer.aiter_bytes(1024 * 1024):
                done += len(piece)
                if done > limit_bytes:
                    raise InvalidInput("telegram.file_too_big", limit_bytes=limit_bytes)
                await asyncio.to_thread(file.write, piece)
                progress(done / max(size_bytes, done))
        finally:
            await asyncio.to_thread(file.close)
    return done


def _not_reached(reason: str) -> ProviderError:
    return ProviderError("telegram.not_reached", provider="telegram", retryable=True, reason=reason)
