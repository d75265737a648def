"""What is true of the folder only: what a killed process leaves, who may read it, and its links."""

import asyncio
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from core.clock import FixedClock
from core.errors import NotFound, ProviderError
from core.home import kept_secret
from core.settings import Settings
from core.storage import Links, Storage, build_links, build_storage
from core.storage.disk import INCOMING

HOUR = timedelta(hours=1)
KILLED_HALFWAY = """
import asyncio, sys
from pathlib import Path
from core.clock import SystemClock
from core.storage.disk import DiskStorage
from core.storage.links import Links

async def half():
    yield b"half" * 500_000
    print("half", flush=True)
    await asyncio.sleep(600)

asyncio.run(DiskStorage(Path(sys.argv[1]), links=Links("", b""), clock=SystemClock()).put(sys.argv[2], half()))
"""


@pytest.fixture
def storage(folder_settings: Settings, clock: FixedClock) -> Storage:
    return build_storage(folder_settings, clock)


@pytest.fixture
def root(storage: Storage, tmp_path: Path) -> Path:
    return tmp_path / "files"


async def kill_halfway(root: Path, key: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED_HALFWAY, str(root), key, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"half\n"
    process.kill()
    await process.wait()


@pytest.mark.process
async def test_a_kill_in_the_middle_of_a_put_leaves_no_half_file(storage: Storage, root: Path, key: str) -> None:
    await kill_halfway(root, key)
    with pytest.raises(NotFound):
        await storage.stat(key)
    await storage.put(key, b"whole")
    await kill_halfway(root, key)
    assert [chunk async for chunk in storage.read(key)] == [b"whole"]
    assert len(list((root / INCOMING).iterdir())) == 2


async def test_what_a_dead_process_left_is_removed_after_a_day(storage: Storage, root: Path, clock: FixedClock) -> None:
    (root / INCOMING).mkdir()
    for age in (timedelta(hours=23), timedelta(hours=25)):
        part = root / INCOMING / f"{age.total_seconds()}.part"
        part.write_bytes(b"half")
        at = (clock.now() - age).timestamp()
        os.utime(part, (at, at))
    assert await storage.tidy() == 1
    assert await storage.tidy() == 0
    assert [path.name for path in (root / INCOMING).iterdir()] == ["82800.0.part"]


async def test_nobody_else_can_read_the_files(storage: Storage, root: Path, key: str) -> None:
    await storage.put(key, b"private")
    path = storage.path(key)
    assert path is not None
    modes = [place.stat().st_mode & 0o777 for place in (path, path.parent, path.parent.parent, root)]
    assert modes == [0o600, 0o700, 0o700, 0o700]
    assert list((root / INCOMING).iterdir()) == []


async def test_a_file_that_is_open_outlives_its_deletion(storage: Storage, key: str) -> None:
    await storage.put(key, b"a" * 600_000)
    chunks = storage.read(key)
    first = await anext(chunks)
    await storage.delete(key)
    assert len(first) + sum([len(chunk) async for chunk in chunks]) == 600_000


async def test_a_disk_that_refuses_is_a_failure_worth_another_try(storage: Storage, root: Path, key: str) -> None:
    (root / INCOMING).write_text("not a folder")
    with pytest.raises(ProviderError) as caught:
        await storage.put(key, b"x")
    assert (caught.value.retryable, caught.value.params["provider"]) == (True, "disk")


async def test_a_link_says_what_its_signature_vouches_for(
    storage: Storage, folder_settings: Settings, clock: FixedClock, key: str
) -> None:
    url = urlsplit(await storage.url(key, expires_in=HOUR, filename="Ep. 1 «é».mp3"))
    assert (url.netloc, url.path) == ("p.example.com", f"/media/{key}")
    query = {name: values[0] for name, values in parse_qs(url.query).items()}
    assert query["until"] == str(int((clock.now() + HOUR).timestamp()))
    links = build_links(folder_settings)
    assert links.vouches(key, **query)
    wrong = [
        {"until": "9999999999"},
        {"name": "other.mp3"},
        {"name": ""},
        {"sign": ""},
        {"sign": "ü"},
        {"sign": query["sign"][:-1]},
        {"sign": query["sign"] + "A"},
    ]
    assert not any(links.vouches(key, **query | change) for change in wrong)
    assert not links.vouches(key.replace("mp3", "wav"), **query)
    assert not Links("", b"another key").vouches(key, **query)


def test_without_a_secret_all_processes_share_one_that_is_kept(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        secrets = set(threads.map(lambda _: kept_secret(tmp_path, "links"), range(40)))
    assert len(secrets) == 1
    assert len(secrets.pop()) >= 32
    assert kept_secret(tmp_path, "other") != kept_secret(tmp_path, "links")
    kept = list((tmp_path / "secrets").iterdir())
    assert {path.name: path.stat().st_mode & 0o777 for path in kept} == {"links": 0o600, "other": 0o600}
