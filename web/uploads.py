"""The upload page of a video or a file to write from: one link, one file, in as many pieces as it takes (tus 1.0)."""

from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from core import ids
from core.accounts.service import UserNotFound, user_of
from core.chat_address import chat_url
from core.deps import Deps
from core.errors import InvalidInput
from core.videos import uploads
from core.videos.links import UPLOAD_ROUTE, LinkNotOurs
from core.videos.models import UploadPurpose, VideoUpload
from core.videos.uploads import LIMIT_BYTES
from web import tus
from web.context import DEPS, RECEIVING, UPLOAD_LINKS
from web.page import HEADERS, PAGES, Page, Words, show, template

routes = web.RouteTableDef()

SCRIPT_ROUTE: Final = "/upload.js"
MEGABYTE: Final = 1_000_000
ACCEPT_VIDEOS: Final = "video/*,.mp4,.mov,.avi"
ACCEPT_FILES: Final = "audio/*,video/*,.pdf,.docx,.txt,.md,.srt,.vtt"
POLICY: Final = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'unsafe-inline'; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
Who = tuple[ids.UserId, ids.UploadId]
Deed = Callable[[web.Request, Who], Awaitable[web.Response]]


@routes.get(SCRIPT_ROUTE)
async def script(_: web.Request) -> web.FileResponse:
    headers = {"Content-Type": "text/javascript; charset=utf-8", "Cache-Control": "no-cache"}
    return web.FileResponse(PAGES / "upload.js", headers=headers | {"X-Content-Type-Options": "nosniff"})


@routes.get(f"{UPLOAD_ROUTE}/{{token}}")
async def page(request: web.Request) -> web.Response:
    """Where a file is chosen, and its way is watched; or what became of it. Looking changes nothing."""
    deps, t = request.app[DEPS], Words("en")
    try:
        owner_id, upload_id = request.app[UPLOAD_LINKS].read(request.match_info["token"])
        async with deps.read() as session:
            t = Words((await user_of(session, owner_id)).language)
            upload = await uploads.upload_of(session, owner_id=owner_id, upload_id=upload_id)
    except (LinkNotOurs, uploads.UploadNotFound, UserNotFound):
        lines = (t("Perhaps a part of it was lost on the way. Please open it from our chat again."),)
        return await show(deps, Page(t("This link leads nowhere"), lines, status=404), t)
    if upload.ended_at is not None or upload.expires_at <= deps.clock.now():
        return await show(deps, _over(upload, t), t)
    return await _uploader(deps, request, t, upload)


def _over(upload: VideoUpload, t: Words) -> Page:
    if upload.purpose == UploadPurpose.SOURCE:
        return _file_over(upload, t)
    if upload.came:
        return Page(t("Your video is here"), (t("What comes of it, you see in our chat."),))
    return Page(
        t("This link is of no use any more"),
        (t("It works for one video and for a day. In our chat, /videos gives you another."),),
        status=410,
    )


def _file_over(upload: VideoUpload, t: Words) -> Page:
    if upload.came:
        return Page(t("Your file is here"), (t("What comes of it, you see in our chat."),))
    return Page(
        t("This link is of no use any more"),
        (t("It works for one file and for a day. In our chat, /new gives you another."),),
        status=410,
    )


async def _uploader(deps: Deps, request: web.Request, t: Words, upload: VideoUpload) -> web.Response:
    of_source = upload.purpose == UploadPurpose.SOURCE
    shown = template("upload.html").render(
        language=t.language,
        page=Page(t("Send a file") if of_source else t("Send a video")),
        small=t("PDF, Word, text, audio or video, up to {size} MB.", size=LIMIT_BYTES // MEGABYTE)
        if of_source
        else t("MP4, MOV or AVI, up to {size} MB and ten minutes.", size=LIMIT_BYTES // MEGABYTE),
        words=_words(t) | (_words_of_file(t) if of_source else {}),
        accept=ACCEPT_FILES if of_source else ACCEPT_VIDEOS,
        here=request.path,
        script=SCRIPT_ROUTE,
        limit_bytes=LIMIT_BYTES,
        chat_url=await chat_url(deps.settings, deps.redis),
        chat=t("Back to the chat"),
    )
    headers = HEADERS | {"Content-Security-Policy": POLICY}
    return web.Response(text=shown, content_type="text/html", headers=headers)


def _words(t: Words) -> dict[str, str]:
    """What the script says. It fills in {percent}, {done}, {size}, {left} and {name} by itself."""
    kept = {name: f"{{{name}}}" for name in ("percent", "done", "size", "left", "name", "minutes", "seconds")}
    return {
        "choose": t("Choose a video"),
        "drop": t("or drop it here"),
        "cancel": t("Cancel"),
        "again": t("Choose another file"),
        "sending": t("{percent} % · {done} of {size} MB", **kept),
        "minutes": t("about {minutes} min left", **kept),
        "seconds": t("about {seconds} s left", **kept),
        "broken": t("The connection is broken. It goes on by itself as soon as it is back: leave this page open."),
        "storing": t("All of it is here. One moment, it is being put away …"),
        "done": t("Your video is here"),
        "done_more": t("What comes of it, you see in our chat. You can close this page."),
        "cancelled": t("Cancelled. Nothing of it is kept."),
        "resume": t("{percent} % of “{name}” are here. Choose the same file again, and it goes on from there.", **kept),
        "too_large": t("That file is too large: it may have up to {size} MB. Make it shorter or smaller.", **kept),
        "empty": t("That file is empty. Choose another one."),
        "over": t("This link is of no use any more. In our chat, /videos gives you another."),
        "refused": t("That didn't work. Reload this page, and choose the file again."),
        "unreadable": t("This file can't be read any more. Choose it again, and it goes on from there."),
        "no_script": t("This page needs JavaScript. Please open it in another browser."),
    }


def _words_of_file(t: Words) -> dict[str, str]:
    """What is said otherwise where it is no video."""
    return {
        "choose": t("Choose a file"),
        "done": t("Your file is here"),
        "over": t("This link is of no use any more. In our chat, /new gives you another."),
    }


@routes.options(f"{UPLOAD_ROUTE}/{{token}}/files")
@routes.options(f"{UPLOAD_ROUTE}/{{token}}/file")
async def options(_: web.Request) -> web.Response:
    return tus.options(LIMIT_BYTES)


@routes.post(f"{UPLOAD_ROUTE}/{{token}}/files")
async def create(request: web.Request) -> web.Response:
    return await _answer(request, _create)


@routes.route("*", f"{UPLOAD_ROUTE}/{{token}}/file")
async def file(request: web.Request) -> web.Response:
    deeds: dict[str, Deed] = {"HEAD": _tell, "PATCH": _take, "DELETE": _end}
    deed = deeds.get(tus.method_of(request))
    if deed is None:
        raise web.HTTPMethodNotAllowed(request.method, ["HEAD", "PATCH", "DELETE", "OPTIONS"])
    return await _answer(request, deed)


async def _answer(request: web.Request, deed: Deed) -> web.Response:
    """With the statuses that clients of the protocol understand."""
    try:
        tus.check_version(request)
        return await deed(request, request.app[UPLOAD_LINKS].read(request.match_info["token"]))
    except tus.Refused as refused:
        return tus.refusal(refused.status, refused.reason)
    except (LinkNotOurs, uploads.UploadNotFound, UserNotFound) as error:
        return tus.refusal(404, error.error_code)
    except (uploads.UploadEnded, uploads.UploadExpired) as error:
        return tus.refusal(410, error.error_code)
    except uploads.OffsetMismatch as error:
        return tus.refusal(409, error.error_code)
    except uploads.TooLarge as error:
        return tus.refusal(413, error.error_code)
    except InvalidInput as error:
        return tus.refusal(400, error.error_code)


async def _create(request: web.Request, who: Who) -> web.Response:
    """The browser has chosen a file. The link's file stands at one address, which a further choice begins anew."""
    size_bytes, told = tus.length_of(request), tus.metadata_of(request)
    owner_id, upload_id = who
    receiving = request.app[RECEIVING]
    async with receiving.turn(upload_id):
        async with request.app[DEPS].tx() as tx:
            upload = await uploads.begin_file(
                tx, owner_id=owner_id, upload_id=upload_id, name=told.get("filename"), size_bytes=size_bytes
            )
        await receiving.forget(upload_id)
    return tus.answer(201, Location="file", Upload_Expires=tus.expires(upload.expires_at))


async def _tell(request: web.Request, who: Who) -> web.Response:
    """How far it is."""
    receiving = request.app[RECEIVING]
    async with receiving.turn(who[1]):
        upload = await _open(request, who)
        if upload.size_bytes is None:
            raise uploads.UploadNotFound(upload_id=str(upload.id))
        upload = await receiving.standing(upload)
    return tus.answer(
        200,
        Upload_Offset=str(upload.offset_bytes),
        Upload_Length=str(upload.size_bytes),
        Upload_Metadata=tus.metadata(filename=upload.name or ""),
        Upload_Expires=tus.expires(upload.expires_at),
    )


async def _take(request: web.Request, who: Who) -> web.Response:
    """A piece of the file."""
    offset_bytes, receiving = tus.offset_of(request), request.app[RECEIVING]
    async with receiving.turn(who[1]):
        upload = await receiving.standing(await _open(request, who))
        if upload.size_bytes is None:
            raise uploads.UploadNotFound(upload_id=str(upload.id))
        if offset_bytes != upload.offset_bytes:
            raise uploads.OffsetMismatch(offset_bytes=upload.offset_bytes)
        if offset_bytes + (request.content_length or 0) > upload.size_bytes:
            raise uploads.TooLarge(limit_bytes=upload.size_bytes)
        if upload.offset_bytes < upload.size_bytes:
            upload = await receiving.take(upload, request.content)
    return tus.answer(204, Upload_Offset=str(upload.offset_bytes), Upload_Expires=tus.expires(upload.expires_at))


async def _end(request: web.Request, who: Who) -> web.Response:
    """The browser's Cancel."""
    owner_id, upload_id = who
    receiving = request.app[RECEIVING]
    async with receiving.turn(upload_id):
        async with request.app[DEPS].tx() as tx:
            await uploads.open_upload_of(tx, owner_id=owner_id, upload_id=upload_id, lock=True)
            await uploads.cancel_upload(tx, owner_id=owner_id, upload_id=upload_id)
        await receiving.forget(upload_id)
    return tus.answer(204)


async def _open(request: web.Request, who: Who) -> VideoUpload:
    """What takes bytes now; what has come whole is told of, too. Raises UploadEnded, UploadExpired."""
    owner_id, upload_id = who
    deps = request.app[DEPS]
    async with deps.read() as session:
        upload = await uploads.upload_of(session, owner_id=owner_id, upload_id=upload_id)
    if upload.ended_at is not None and not upload.came:
        raise uploads.UploadEnded(done=False)
    if upload.ended_at is None and upload.expires_at <= deps.clock.now():
        raise uploads.UploadExpired
    return upload
