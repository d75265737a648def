"""Where files are kept: on this machine's disk, or in a bucket of S3 or Cloudflare R2. Their owners' rows hold keys."""

from core.storage.contract import LIMIT_BYTES, LINK_LONGEST, FileTooLarge, Source, Storage, Stored, StoredFileNotFound
from core.storage.keys import content_type_of, key_for, new_key
from core.storage.links import Links, build_links, content_disposition
from core.storage.opening import FOLDER, build_storage

__all__ = [
    "FOLDER",
    "LIMIT_BYTES",
    "LINK_LONGEST",
    "FileTooLarge",
    "Links",
    "Source",
    "Storage",
    "Stored",
    "StoredFileNotFound",
    "build_links",
    "build_storage",
    "content_disposition",
    "content_type_of",
    "key_for",
    "new_key",
]
