"""getFile, and the download of what it names."""

import mimetypes

from aiohttp import web

from web.sandbox.call import Call, method
from web.sandbox.errors import ApiError, bad_request
from web.sandbox.model import Json, StoredFile
from web.sandbox.state import World

DOWNLOAD_LIMIT = 20 * 1024 * 1024


@method("getFile")
def get_file(call: Call) -> Json:
    file_id = call.text("file_id")
    if not file_id:
        raise bad_request("file_id not specified")
    file = call.world.files.find(file_id)
    if file is None:
        # the server has one text for all of them here
        raise bad_request("invalid file_id")
    if file.size > DOWNLOAD_LIMIT:
        raise bad_request("file is too big")
    return {**file_json(file), "file_path": file.path}


def file_json(file: StoredFile) -> Json:
    return {"file_id": file.file_id, "file_unique_id": file.unique_id, "file_size": file.size}


@method("getUserProfilePhotos")
def get_user_profile_photos(call: Call) -> Json:
    """Nobody in the sandbox has a picture."""
    if call.world.account(call.user_id()) is None:
        raise bad_request("user not found")
    return {"total_count": 0, "photos": []}


def download(world: World, path: str) -> web.StreamResponse:
    """A file by its file_path, for bots."""
    file = world.files.at(path)
    if file is None or file.size > DOWNLOAD_LIMIT:
        raise ApiError(404, "Not Found")
    return served(world, file, as_is=False)


def served(world: World, file: StoredFile, *, as_is: bool) -> web.StreamResponse:
    """The bytes, with range requests. `as_is` lets browsers show it; otherwise it is a download."""
    kind = (file.mime or mimetypes.guess_type(file.path)[0]) if as_is else None
    safe = kind and (kind.startswith(("image/", "audio/", "video/")) and kind != "image/svg+xml")
    headers = {
        "Content-Type": kind if kind and safe else "application/octet-stream",
        "X-Content-Type-Options": "nosniff",
    }
    return web.FileResponse(world.files.on_disk(file), headers=headers)
