"""Which storage the settings name."""

from core.clock import Clock
from core.home import private_folder
from core.settings import Settings
from core.storage.contract import Storage
from core.storage.disk import DiskStorage
from core.storage.links import build_links

FOLDER = "files"
"""In the home."""


def build_storage(settings: Settings, clock: Clock) -> Storage:
    """The bucket when there is one, else a folder of the home. Nothing is asked of the network yet.

    Raises HomeNotOurs, HomeUnusable.
    """
    if settings.s3_bucket is None:
        return DiskStorage(private_folder(settings.home, FOLDER), links=build_links(settings), clock=clock)
    from core.storage.s3 import S3Storage  # boto3 takes memory and time that the disk doesn't need

    return S3Storage.of(settings, clock)
