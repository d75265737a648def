"""POST /v2/post/publish/status/fetch/, and how somebody finishes a draft as in the app."""

from aiohttp import web

from web.sandbox.errors import invalid, not_found
from web.sandbox.http import read_json
from web.sandbox.networks.api import Call
from web.sandbox.networks.network import Draft, Refused
from web.sandbox.networks.records import Upload, Video
from web.sandbox.networks.state import NETWORKS, Networks
from web.sandbox.networks.tiktok.answers import caller, invalid_param, json_body, ok
from web.sandbox.networks.tiktok.posting import privacy_options
from web.sandbox.networks.tiktok.publishing import EVERYBODY, IN_INBOX, publish, status_of


async def fetch(call: Call) -> web.Response:
    asked = caller(call, "video.upload", "video.publish", per_minute=30)
    body = await json_body(call)
    if set(body) != {"publish_id"} or not isinstance(body["publish_id"], str):
        raise invalid_param("publish_id is missing")
    upload = _upload(call.networks, body["publish_id"])
    if upload is None:
        raise Refused(400, "invalid_publish_id", "The publish_id does not exist.")
    if upload.account_id != asked.account.id:
        raise Refused(
            400,
            "token_not_authorized_for_specified_publish_id",
            "The access_token does not have authorization for this publish_id.",
        )
    status = status_of(call.networks, upload)
    call.note(publish_id=body["publish_id"], status=status["status"])
    return ok(status)


def _upload(networks: Networks, publish_id: str) -> Upload | None:
    upload = networks.uploads.get(publish_id.rpartition(".")[2])
    known = upload is not None and upload.network == "tiktok" and upload.details["publish_id"] == publish_id
    return upload if known else None


async def finish_draft(request: web.Request) -> web.Response:
    """POST /control/networks/tiktok/drafts {publish_id, privacy?, title?}: its owner posts it from their inbox."""
    networks, body = request.app[NETWORKS], await read_json(request)
    upload = _upload(networks, body.text("publish_id"))
    video = _posted(networks, upload, body.optional("title") or "", body.optional("privacy") or EVERYBODY)
    return web.json_response(video.to_row())


async def finish_on_page(request: web.Request) -> web.Response:
    """The same by the form of `/networks`."""
    networks, form = request.app[NETWORKS], await request.post()
    upload = networks.uploads.get(request.match_info["id"])
    _posted(networks, upload, str(form.get("title", "")), str(form.get("privacy", EVERYBODY)))
    return web.Response(status=303, headers={"Location": "/networks"})


def _posted(networks: Networks, upload: Upload | None, title: str, privacy: str) -> Video:
    if upload is None or upload.network != "tiktok":
        raise not_found("draft")
    if status_of(networks, upload)["status"] != IN_INBOX:
        raise invalid("it isn't in the inbox")
    options = privacy_options(networks.owner(upload))
    if privacy not in options:
        raise invalid(f"privacy must be one of {', '.join(options)}")
    return publish(networks, upload, {"title": title, "privacy_level": privacy}, at=networks.now())


def drafts(networks: Networks) -> list[Draft]:
    """Those that wait in inboxes."""
    waiting = networks.uploads.all(network="tiktok", video_id=None)
    return [
        Draft(networks.owner(one).username, f"/tiktok/inbox/{one.id}", privacy_options(networks.owner(one)))
        for one in waiting
        if status_of(networks, one)["status"] == IN_INBOX
    ]
