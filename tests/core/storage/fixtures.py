"""Both storages: a folder, and a bucket of a local S3 server."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer
from pydantic import SecretStr

from core import ids
from core.clock import FixedClock
from core.ids import UserId
from core.settings import Settings
from core.storage import Storage, build_storage, new_key

BUCKET = "postaify-tests"
SECRET = "a-secret-for-links-of-at-least-32-characters"


@pytest.fixture(scope="session")
def s3_url() -> Iterator[str]:
    """An S3 server in a thread, with a bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    client = boto3.session.Session().client(
        "s3", endpoint_url=url, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
    )
    client.create_bucket(Bucket=BUCKET)
    client.close()
    yield url
    server.stop()


@pytest.fixture
def bucket_settings(settings: Settings, s3_url: str, tmp_path: Path) -> Settings:
    return settings.model_copy(
        update={
            "home": tmp_path,
            "s3_bucket": BUCKET,
            "s3_endpoint_url": s3_url,
            "s3_region": "us-east-1",
            "s3_access_key_id": "test",
            "s3_secret_access_key": SecretStr("test"),
        }
    )


@pytest.fixture
def folder_settings(settings: Settings, tmp_path: Path) -> Settings:
    return settings.model_copy(
        update={"home": tmp_path, "link_secret": SecretStr(SECRET), "web_public_url": "https://p.example.com"}
    )


@pytest.fixture(params=["folder", "bucket"])
async def storage(request: pytest.FixtureRequest, clock: FixedClock) -> AsyncIterator[Storage]:
    opened = build_storage(request.getfixturevalue(f"{request.param}_settings"), clock)
    yield opened
    await opened.close()


@pytest.fixture
def key() -> str:
    return new_key(UserId(ids.new()), "episodes", "mp3")
