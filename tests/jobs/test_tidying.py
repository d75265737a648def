"""What becomes of what dead processes left half stored."""

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from core.clock import FixedClock
from core.deps import Deps
from core.storage import build_storage
from core.storage.disk import INCOMING
from jobs.maintenance import TIDY_EVERY_S, tidy_files


async def test_it_is_removed_and_a_storage_that_fails_is_asked_again_later(
    deps: Deps, clock: FixedClock, tmp_path: Path
) -> None:
    storage = build_storage(deps.settings.model_copy(update={"home": tmp_path}), clock)
    incoming = tmp_path / "files" / INCOMING
    incoming.mkdir()
    (incoming / "old.part").write_bytes(b"half")
    long_ago = (clock.now() - timedelta(days=2)).timestamp()
    os.utime(incoming / "old.part", (long_ago, long_ago))
    assert await tidy_files(replace(deps, storage=storage)) == TIDY_EVERY_S
    assert list(incoming.iterdir()) == []
    incoming.rmdir()
    incoming.symlink_to(incoming)
    assert await tidy_files(replace(deps, storage=storage)) == TIDY_EVERY_S
