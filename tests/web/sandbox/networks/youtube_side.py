"""The other side of the sandbox's YouTube, by HTTP alone: an app with Google's OAuth, and people who allow it."""

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx

from core.publishing.networks.sandbox import SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET
from tests.web.sandbox.networks.side import Json, action_of, video, without_nothing

CALLBACK: Final = "https://postaify.example/oauth/youtube/callback"
SCOPE: Final = "https://www.googleapis.com/auth/"
UPLOAD: Final = f"{SCOPE}youtube.upload"
READ: Final = f"{SCOPE}youtube.readonly"
BOTH: Final = f"{UPLOAD} {READ}"
VERIFIER: Final = "a-verifier-of-some-forty-characters-or-more-1234"
CHALLENGE: Final = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
CLIP: Final = video(width=72, height=128, fps=25, seconds=2)
KIB: Final = 1024
CHUNK: Final = 256 * KIB
PUBLIC: Final[Json] = {
    "snippet": {"title": "A cat", "description": "It sleeps", "tags": ["cat", "two words"], "categoryId": "22"},
    "status": {"privacyStatus": "public", "selfDeclaredMadeForKids": False},
}


@dataclass(slots=True)
class YouTubeSide:
    http: httpx.AsyncClient

    # The app's side of the consent

    def consent_url(self, **changes: str | None) -> str:
        asked: Json = {
            "client_id": SANDBOX_CLIENT_ID,
            "response_type": "code",
            "scope": BOTH,
            "redirect_uri": CALLBACK,
            "state": "the state",
            "access_type": "offline",
            "prompt": "consent",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            **changes,
        }
        return f"/youtube/o/oauth2/v2/auth?{urlencode(without_nothing(asked))}"

    async def answered(
        self, username: str = "ann", *, decision: str = "allow", ticked: str | None = None, **changes: str | None
    ) -> httpx.Response:
        page = await self.http.get(self.consent_url(**changes))
        assert page.status_code == 200, page.text
        scopes = re.findall(r'name="scope" value="([^"]+)" checked', page.text)
        left = [scope for scope in scopes if ticked is None or scope in ticked.split()]
        form = {"username": username, "decision": decision, "scope": left}
        return await self.http.post(action_of(page.text), data=form)

    async def code(self, username: str = "ann", *, ticked: str | None = None, **changes: str | None) -> str:
        answer = await self.answered(username, decision="allow", ticked=ticked, **changes)
        return callback_of(answer)["code"]

    async def token(self, **changes: str | None) -> httpx.Response:
        form: Json = {
            "client_id": SANDBOX_CLIENT_ID,
            "client_secret": SANDBOX_CLIENT_SECRET,
            "grant_type": "authorization_code",
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
            **changes,
        }
        return await self.http.post("/youtube/token", data=without_nothing(form))

    async def refreshed(self, token: str) -> httpx.Response:
        return await self.token(grant_type="refresh_token", refresh_token=token, redirect_uri=None, code_verifier=None)

    async def connected(self, username: str = "ann", scope: str = BOTH, **changes: str | None) -> Json:
        """What the token endpoint gave."""
        answer = await self.token(code=await self.code(username, scope=scope, **changes))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def access(self, username: str = "ann", scope: str = BOTH) -> str:
        return str((await self.connected(username, scope))["access_token"])

    # The app's calls

    async def get(self, token: str | None, path: str, **params: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return await self.http.get(f"/youtube/youtube/v3/{path}", params=params, headers=headers)

    async def listed(self, token: str | None, path: str, **params: str) -> list[Json]:
        answer = await self.get(token, path, **params)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])

    async def begin(self, token: str, body: Json = PUBLIC, size: int | None = None, **headers: str) -> httpx.Response:
        """The answer whose Location is where the bytes go."""
        told: Json = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json; charset=UTF-8",
            "X-Upload-Content-Type": "video/mp4",
            "X-Upload-Content-Length": str(len(CLIP) if size is None else size),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        params = {"uploadType": "resumable", "part": ",".join(body) or "id"}
        content = json.dumps(body)
        return await self.http.post("/youtube/upload/youtube/v3/videos", params=params, content=content, headers=told)

    async def session(self, token: str, body: Json = PUBLIC, size: int | None = None) -> str:
        answer = await self.begin(token, body, size)
        assert answer.status_code == 200, answer.text
        return str(answer.headers["Location"])

    async def put(self, url: str, data: bytes, content_range: str | None = None) -> httpx.Response:
        headers = {"Content-Range": content_range} if content_range else {}
        return await self.http.put(url, content=data, headers=headers)

    async def asked(self, url: str, total: int | str) -> httpx.Response:
        """How many bytes are there?"""
        return await self.http.put(url, headers={"Content-Range": f"bytes */{total}", "Content-Length": "0"})

    async def uploaded(self, token: str, **changes: Any) -> str:
        """The id of a video; `changes` of its status, `title` of its snippet."""
        snippet = {**PUBLIC["snippet"], "title": changes.pop("title", "A cat")}
        body = {"snippet": snippet, "status": {**PUBLIC["status"], **changes}}
        answer = await self.put(await self.session(token, body), CLIP)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    async def video(self, token: str | None, video_id: str, part: str = "snippet,status") -> Json:
        (found,) = await self.listed(token, "videos", id=video_id, part=part)
        return found

    # The sandbox's controls

    async def control(self, path: str, **body: Any) -> Json:
        answer = await self.http.post(f"/control/networks/youtube/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def now(self) -> Json:
        return dict((await self.http.get("/control/networks/youtube")).json())

    async def calls(self) -> list[Json]:
        return list((await self.http.get("/control/networks/youtube/calls")).json()["calls"])

    async def advance(self, seconds: float) -> float:
        answer = await self.http.post("/control/advance", json={"seconds": int(seconds)})
        return float(answer.json()["now"])


def callback_of(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 303, answer.text
    location = answer.headers["Location"]
    assert location.startswith(f"{CALLBACK}?"), location
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """(status, reason) of one of YouTube's."""
    error = answer.json()["error"]
    assert error["code"] == answer.status_code
    assert error["message"]
    (told,) = error["errors"]
    assert told["domain"]
    assert told["message"]
    return answer.status_code, told["reason"]
