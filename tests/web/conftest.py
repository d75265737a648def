from tests.core.storage.fixtures import bucket_settings, folder_settings, key, s3_url, storage

__all__ = ["bucket_settings", "folder_settings", "key", "s3_url", "storage"]
