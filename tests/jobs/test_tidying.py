"""What becomes of what dead processes left half stored."""

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from core.clock import FixedClock
from core.deps import Deps
from core.storage import build_storage
from core.storage.disk import INCOMING
from core.storage.s3 import Bucket, S3Storage
from jobs.maintenance import TIDY_EVERY_S, tidy_files
from tests.bench.redis_server import free_port


async def test_it_is_removed(deps: Deps, clock: FixedClock, tmp_path: Path) -> None:
    storage = build_storage(deps.settings.model_copy(update={"home": tmp_path}), clock)
    incoming = tmp_path / "files" / INCOMING
    incoming.mkdir()
    (incoming / "old.part").write_bytes(b"half")
    long_ago = (clock.now() - timedelta(days=2)).timestamp()
    os.utime(incoming / "old.part", (long_ago, long_ago))
    assert await tidy_files(replace(deps, storage=storage)) == TIDY_EVERY_S
    assert list(incoming.iterdir()) == []


async def test_a_storage_that_is_away_is_asked_again_later(deps: Deps, clock: FixedClock, tmp_path: Path) -> None:
    away = Bucket("away", f"http://127.0.0.1:{free_port()}", "auto", "test", "test", attempts=1)
    storage = S3Storage(away, scratch=tmp_path, clock=clock)
    assert await tidy_files(replace(deps, storage=storage)) == TIDY_EVERY_S
    await storage.close()
