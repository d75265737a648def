"""The other side of the sandbox's TikTok, with nothing but HTTP: an app, people who allow it, and the controls."""

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

import av
import httpx
import numpy as np

from core.publishing.networks.sandbox import SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET

CALLBACK: Final = "https://postaify.example/oauth/tiktok/callback"
VERIFIER: Final = "a-verifier-of-some-forty-characters-or-more-1234"
CHALLENGE: Final = hashlib.sha256(VERIFIER.encode()).hexdigest()
ALL_SCOPES: Final = "user.info.basic,user.info.profile,user.info.stats,video.list,video.upload,video.publish"
MIB: Final = 1024 * 1024
PUBLIC: Final = {"title": "A #cat", "privacy_level": "PUBLIC_TO_EVERYONE"}
Json = dict[str, Any]


def without_nothing(values: Json) -> Json:
    return {name: value for name, value in values.items() if value is not None}


@dataclass(slots=True)
class Side:
    """`http` calls the sandbox's address."""

    http: httpx.AsyncClient

    # The app's side of the consent

    def consent_url(self, **changes: str | None) -> str:
        asked: Json = {
            "client_key": SANDBOX_CLIENT_ID,
            "response_type": "code",
            "scope": ALL_SCOPES,
            "redirect_uri": CALLBACK,
            "state": "the state",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            **changes,
        }
        return f"/tiktok/v2/auth/authorize/?{urlencode(without_nothing(asked))}"

    async def answered(self, username: str = "ann", *, decision: str = "allow", url: str = "") -> httpx.Response:
        """Somebody opens the page, leaves everything ticked, and presses a button."""
        page = await self.http.get(url or self.consent_url())
        assert page.status_code == 200, page.text
        scopes = re.findall(r'name="scope" value="([^"]+)" checked', page.text)
        form = {"username": username, "decision": decision, "scope": scopes}
        return await self.http.post(action_of(page.text), data=form)

    async def code(self, username: str = "ann", **changes: str | None) -> str:
        return back(await self.answered(username, url=self.consent_url(**changes)))["code"]

    async def token(self, **changes: str | None) -> httpx.Response:
        form: Json = {
            "client_key": SANDBOX_CLIENT_ID,
            "client_secret": SANDBOX_CLIENT_SECRET,
            "grant_type": "authorization_code",
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
            **changes,
        }
        return await self.http.post("/tiktok/v2/oauth/token/", data=without_nothing(form))

    async def refreshed(self, refresh_token: str) -> httpx.Response:
        return await self.token(
            grant_type="refresh_token", refresh_token=refresh_token, redirect_uri=None, code_verifier=None
        )

    async def connected(self, username: str = "ann", scope: str = ALL_SCOPES) -> Json:
        """What the token endpoint gave."""
        answer = await self.token(code=await self.code(username, scope=scope))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def access(self, username: str = "ann", scope: str = ALL_SCOPES) -> str:
        return str((await self.connected(username, scope))["access_token"])

    # The app's calls

    async def call(self, token: str, path: str, body: Json | None = None) -> httpx.Response:
        return await self.http.post(f"/tiktok/v2/{path}", json=body or {}, headers={"Authorization": f"Bearer {token}"})

    async def init(self, token: str, size: int, *, inbox: bool = False, **changes: Any) -> httpx.Response:
        """`post` is the post_info; the others change the source_info."""
        post = changes.pop("post", PUBLIC)
        source = {"source": "FILE_UPLOAD", "video_size": size, "chunk_size": size, "total_chunk_count": 1, **changes}
        if inbox:
            return await self.call(token, "post/publish/inbox/video/init/", {"source_info": source})
        return await self.call(token, "post/publish/video/init/", {"source_info": source, "post_info": post})

    async def begun(self, token: str, size: int, **changes: Any) -> Json:
        answer = await self.init(token, size, **changes)
        assert answer.status_code == 200, answer.text
        return dict(answer.json()["data"])

    async def put(self, url: str, data: bytes, *, first: int, total: int, **headers: str | None) -> httpx.Response:
        sent: Json = {
            "Content-Type": "video/mp4",
            "Content-Range": f"bytes {first}-{first + len(data) - 1}/{total}",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        return await self.http.put(url, content=data, headers=without_nothing(sent))

    async def sent(self, token: str, data: bytes, **changes: Any) -> str:
        """The publish_id of a video that is wholly there."""
        begun = await self.begun(token, len(data), **changes)
        answer = await self.put(begun["upload_url"], data, first=0, total=len(data))
        assert answer.status_code == 201, answer.text
        return str(begun["publish_id"])

    async def status(self, token: str, publish_id: str) -> Json:
        answer = await self.call(token, "post/publish/status/fetch/", {"publish_id": publish_id})
        assert answer.status_code == 200, answer.text
        return dict(answer.json()["data"])

    # The sandbox's controls

    async def control(self, path: str, **body: Any) -> Json:
        answer = await self.http.post(f"/control/networks/tiktok/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def now(self) -> Json:
        return dict((await self.http.get("/control/networks/tiktok")).json())

    async def calls(self) -> list[Json]:
        return list((await self.http.get("/control/networks/tiktok/calls")).json()["calls"])

    async def advance(self, seconds: float) -> None:
        answer = await self.http.post("/control/advance", json={"seconds": seconds})
        assert answer.status_code == 200


def action_of(page: str) -> str:
    found = re.search(r'action="([^"]+)"', page)
    assert found is not None, page
    return found[1]


def back(answer: httpx.Response) -> dict[str, str]:
    """The parameters with which somebody was sent back to the app."""
    assert answer.status_code == 303, answer.text
    location = answer.headers["Location"]
    assert location.startswith(f"{CALLBACK}?"), location
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def code_of(answer: httpx.Response) -> str:
    """Of the envelope."""
    return str(answer.json()["error"]["code"])


@cache
def video(*, width: int = 360, height: int = 640, fps: int = 30, seconds: int = 1, codec: str = "libx264") -> bytes:
    """An MP4, grey all over."""
    target = BytesIO()
    with av.open(target, "w", format="mp4") as container:
        stream: Any = container.add_stream(codec, rate=fps)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        picture = av.VideoFrame.from_ndarray(np.full((height, width, 3), 128, np.uint8), format="rgb24")
        for number in range(fps * seconds):
            picture.pts = number
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    return target.getvalue()
