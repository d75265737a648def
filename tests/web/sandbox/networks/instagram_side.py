"""The other side of the sandbox's Instagram, by HTTP alone: an app, people who allow it, and a host of videos."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from aiohttp import web

from core.publishing.networks.sandbox import SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET
from tests.web.sandbox.networks.side import Json, action_of, video, without_nothing

CALLBACK: Final = "https://postaify.example/oauth/instagram/callback"
BASIC: Final = "instagram_business_basic"
PUBLISH: Final = "instagram_business_content_publish"
INSIGHTS: Final = "instagram_business_manage_insights"
ALL_SCOPES: Final = f"{BASIC},{PUBLISH},{INSIGHTS}"
REEL: Final = video(width=72, height=128, fps=25, seconds=4)


@dataclass(slots=True)
class Host:
    """Serves `body` as `type` at `url`."""

    url: str = ""
    body: bytes = REEL
    type: str = "video/mp4"
    status: int = 200
    asked: int = 0

    async def answer(self, request: web.Request) -> web.Response:
        self.asked += 1
        return web.Response(body=self.body, content_type=self.type, status=self.status)

    @property
    def moved_url(self) -> str:
        """Leads to the video by a redirect."""
        return self.url.replace("reel", "moved")

    async def moved(self, request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": self.url})


@asynccontextmanager
async def hosting() -> AsyncIterator[Host]:
    host, app = Host(), web.Application()
    app.router.add_get("/reel.mp4", host.answer)
    app.router.add_get("/moved.mp4", host.moved)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host.url = f"http://127.0.0.1:{runner.addresses[0][1]}/reel.mp4"
        yield host
    finally:
        await runner.cleanup()


@dataclass(slots=True)
class Connected:
    """A long token, and the account that publishes."""

    token: str
    id: str


@dataclass(slots=True)
class InstagramSide:
    http: httpx.AsyncClient

    # The app's side of the consent

    def consent_url(self, **changes: str | None) -> str:
        asked: Json = {
            "client_id": SANDBOX_CLIENT_ID,
            "response_type": "code",
            "scope": ALL_SCOPES,
            "redirect_uri": CALLBACK,
            "state": "the state",
            **changes,
        }
        return f"/instagram/oauth/authorize?{urlencode(without_nothing(asked))}"

    async def answered(
        self, username: str = "ann", *, decision: str = "allow", **changes: str | None
    ) -> httpx.Response:
        page = await self.http.get(self.consent_url(**changes))
        assert page.status_code == 200, page.text
        scopes = re.findall(r'name="scope" value="([^"]+)" checked', page.text)
        form = {"username": username, "decision": decision, "scope": scopes}
        return await self.http.post(action_of(page.text), data=form)

    async def code(self, username: str = "ann", **changes: str | None) -> str:
        return callback_of(await self.answered(username, decision="allow", **changes))["code"]

    async def short(self, **changes: str | None) -> httpx.Response:
        form: Json = {
            "client_id": SANDBOX_CLIENT_ID,
            "client_secret": SANDBOX_CLIENT_SECRET,
            "grant_type": "authorization_code",
            "redirect_uri": CALLBACK,
            **changes,
        }
        return await self.http.post("/instagram/oauth/access_token", data=without_nothing(form))

    async def long(self, short: str, **changes: str) -> httpx.Response:
        asked = {"grant_type": "ig_exchange_token", "client_secret": SANDBOX_CLIENT_SECRET, "access_token": short}
        return await self.get("access_token", **{**asked, **changes})

    async def refreshed(self, token: str) -> httpx.Response:
        return await self.get("refresh_access_token", grant_type="ig_refresh_token", access_token=token)

    async def connected(self, username: str = "ann", scope: str = ALL_SCOPES) -> Connected:
        short = (await self.short(code=await self.code(username, scope=scope))).json()["access_token"]
        token = (await self.long(short)).json()["access_token"]
        me = (await self.get("me", fields="user_id", access_token=token)).json()
        return Connected(token, me["user_id"])

    # The app's calls

    async def get(self, path: str, **params: str) -> httpx.Response:
        return await self.http.get(f"/instagram/{path}", params=params)

    async def post(self, path: str, **form: str) -> httpx.Response:
        return await self.http.post(f"/instagram/{path}", data=form)

    async def create(self, ann: Connected, **changes: str | None) -> httpx.Response:
        form: Json = {"media_type": "REELS", "caption": "A #cat", "access_token": ann.token, **changes}
        return await self.post(f"v26.0/{ann.id}/media", **without_nothing(form))

    async def status(self, ann: Connected, container: str) -> Json:
        answer = await self.get(f"v26.0/{container}", fields="status_code,status", access_token=ann.token)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def publish(self, ann: Connected, container: str) -> httpx.Response:
        return await self.post(f"v26.0/{ann.id}/media_publish", creation_id=container, access_token=ann.token)

    async def upload(self, ann: Connected, url: str, data: bytes, *, offset: int = 0, size: int = 0) -> httpx.Response:
        headers = {
            "Authorization": f"OAuth {ann.token}",
            "offset": str(offset),
            "file_size": str(size or offset + len(data)),
        }
        return await self.http.post(url, content=data, headers=headers)

    async def finished(self, ann: Connected, host: Host, **changes: str | None) -> str:
        """A container that can be published."""
        answer = await self.create(ann, video_url=host.url, **changes)
        assert answer.status_code == 200, answer.text
        await self.advance(3)
        return str(answer.json()["id"])

    async def published(self, ann: Connected, host: Host, **changes: str | None) -> str:
        answer = await self.publish(ann, await self.finished(ann, host, **changes))
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    # The sandbox's controls

    async def control(self, path: str, **body: Any) -> Json:
        answer = await self.http.post(f"/control/networks/instagram/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def videos(self) -> list[Json]:
        return list((await self.http.get("/control/networks/instagram")).json()["videos"])

    async def calls(self) -> list[Json]:
        return list((await self.http.get("/control/networks/instagram/calls")).json()["calls"])

    async def advance(self, seconds: float) -> None:
        assert (await self.http.post("/control/advance", json={"seconds": seconds})).status_code == 200


def callback_of(answer: httpx.Response) -> dict[str, str]:
    """The parameters with which somebody was sent back, without Instagram's tail."""
    assert answer.status_code == 303, answer.text
    location = answer.headers["Location"]
    assert location.startswith(f"{CALLBACK}?"), location
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def refusal(answer: httpx.Response) -> tuple[int, int, int | None]:
    """(HTTP status, code, subcode) of a Graph API refusal."""
    error = answer.json()["error"]
    assert error["message"]
    assert error["fbtrace_id"]
    return answer.status_code, error["code"], error.get("error_subcode")
