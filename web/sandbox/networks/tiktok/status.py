"""POST /v2/post/publish/status/fetch/, and the control by which somebody finishes a draft in their app."""

from aiohttp import web

from web.sandbox.errors import invalid, not_found
from web.sandbox.http import read_json
from web.sandbox.networks.api import Call
from web.sandbox.networks.network import Refused
from web.sandbox.networks.records import Upload
from web.sandbox.networks.state import NETWORKS, Networks
from web.sandbox.networks.tiktok.answers import caller, invalid_param, json_body, ok
from web.sandbox.networks.tiktok.posting import privacy_options
from web.sandbox.networks.tiktok.publishing import EVERYBODY, publish, status_of


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
    if upload is None:
        raise not_found("draft")
    if status_of(networks, upload)["status"] != "SEND_TO_USER_INBOX":
        raise invalid("it isn't in the inbox")
    privacy = body.optional("privacy") or EVERYBODY
    if privacy not in privacy_options(networks.owner(upload)):
        raise invalid(f"privacy must be one of {', '.join(privacy_options(networks.owner(upload)))}")
    post = {"title": body.optional("title") or "", "privacy_level": privacy}
    return web.json_response(publish(networks, upload, post, at=networks.now()).to_row())
