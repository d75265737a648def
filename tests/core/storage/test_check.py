"""What `postaify doctor` says of the storage."""

from pathlib import Path

import pytest

from core.doctor import Trouble, check_storage
from core.settings import Settings


async def test_a_storage_that_works_is_named_and_left_as_it_was(
    folder_settings: Settings, bucket_settings: Settings, tmp_path: Path
) -> None:
    assert await check_storage(folder_settings) == f"folder {tmp_path / 'files'}"
    assert await check_storage(bucket_settings) == "bucket postaify-tests"
    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []


async def test_a_storage_that_refuses_says_why(folder_settings: Settings, bucket_settings: Settings) -> None:
    with pytest.raises(Trouble, match="NoSuchBucket"):
        await check_storage(bucket_settings.model_copy(update={"s3_bucket": "nobodys-bucket"}))
    (folder_settings.home / "files").write_text("not a folder")
    with pytest.raises(Trouble, match="File exists"):
        await check_storage(folder_settings)
