"""What was published on the sandbox's networks, for people: `/networks`."""

from typing import Final

from aiohttp import web

from web.sandbox.discovery.pictures import TYPES, picture
from web.sandbox.errors import not_found
from web.sandbox.networks.network import Network
from web.sandbox.networks.numbers import counts
from web.sandbox.networks.rendering import render
from web.sandbox.networks.state import NETWORKS, Networks

SHOWN: Final = 100
"""Of each network, the newest."""
routes = web.RouteTableDef()


@routes.get("/networks")
async def published(request: web.Request) -> web.Response:
    networks = request.app[NETWORKS]
    sections = [_section(networks, network) for network in networks.networks.values()]
    return render("published.html", sections=sections)


def _section(networks: Networks, network: Network) -> dict[str, object]:
    network.catch_up(networks)
    newest = sorted(networks.videos.all(network=network.name), key=lambda video: video.made_at, reverse=True)[:SHOWN]
    videos = [
        {
            "video": video,
            "account": networks.owner(video),
            "counts": counts(video, networks.now()),
            "more": network.shown_of(video),
            "thumbnail": networks.thumbnail_of(video.upload_id).is_file(),
        }
        for video in newest
    ]
    waiting, drafts = network.waiting(networks), network.drafts(networks)
    return {"network": network, "videos": videos, "waiting": waiting, "drafts": drafts}


@routes.get("/networks/thumbnails/{video_id}.jpg")
async def thumbnail(request: web.Request) -> web.StreamResponse:
    networks = request.app[NETWORKS]
    video = networks.videos.get(request.match_info["video_id"])
    path = networks.thumbnail_of(video.upload_id) if video else None
    if path is None or not path.is_file():
        raise not_found("picture")
    return web.FileResponse(path)


@routes.get("/networks/avatars/{network}/{username}.jpg")
async def avatar(request: web.Request) -> web.Response:
    network, username = request.match_info["network"], request.match_info["username"]
    image = picture(f"{network}/{username}", username, "jpg", upright=False)
    return web.Response(body=image, content_type=TYPES["jpg"])
