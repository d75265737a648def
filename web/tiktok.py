"""TikTok's options on one page, as its content-sharing rules want them seen: whom it is posted as, the video, nothing
chosen beforehand, what the account has switched off, what has to be disclosed, and what is agreed to by posting.

Behind a one-time link from the chat (core/publishing/page_links.py). The form carries a secret of the visit, and the
cookie goes to this page alone. https://developers.tiktok.com/doc/content-sharing-guidelines
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from core.accounts.service import user_of
from core.chat_address import chat_url
from core.errors import AppError, ProviderError
from core.posts.platforms import RULES, Platform
from core.providers.discovery import Network
from core.publishing import service
from core.publishing.models import Manner, VideoPostStatus
from core.publishing.networks.contract import Terms, Wanted
from core.publishing.page_links import (
    ROUTE,
    VISIT_LIFE,
    PageLinkNotOurs,
    Visit,
    begin_visit,
    end_visit,
    is_open,
    visit_behind,
)
from core.publishing.queries import PublicationView, VideoPostView, publication_of, video_post_view
from core.publishing.readiness import ONLY_ME, STOPS, Lack, lacks, open_choices, within
from core.publishing.terms import terms_of
from core.videos.queries import own_video
from web.context import DEPS
from web.page import HEADERS, PAGES, Page, Words, show, template
from web.tiktok_words import lack_line, options_of, page_words, script_words

routes = web.RouteTableDef()

SCRIPT_ROUTE: Final = "/tiktok.js"
COOKIE: Final = "postaify_publishing"
VIDEO_LIFE: Final = timedelta(hours=2)
CAPTION_MOST: Final = 20_000
"""Characters of a form that are read at all."""
COVER_MOST_MS: Final = 3_600_000
MUSIC_URL: Final = "https://www.tiktok.com/legal/page/global/music-usage-confirmation/en"
BRANDED_URL: Final = "https://www.tiktok.com/legal/page/global/bc-policy/en"


@dataclass(frozen=True, slots=True)
class _Sight:
    """What a visit is about, as it is right now."""

    visit: Visit
    post: VideoPostView
    one: PublicationView
    terms: Terms
    video_url: str
    poster_url: str | None
    """Of its thumbnail: browsers can't play everything that can be published."""
    t: Words


@routes.get(SCRIPT_ROUTE)
async def script(_: web.Request) -> web.FileResponse:
    headers = {"Content-Type": "text/javascript; charset=utf-8", "Cache-Control": "no-cache"}
    return web.FileResponse(PAGES / "tiktok.js", headers=headers | {"X-Content-Type-Options": "nosniff"})


@routes.get(f"{ROUTE}/open/{{token}}")
async def ask_to_open(request: web.Request) -> web.Response:
    """Looking uses nothing up: programs open links, too."""
    deps, t = request.app[DEPS], Words("en")
    if not await is_open(deps, request.match_info["token"]):
        return await show(deps, _over(t), t)
    page = Page(
        t("Your video for TikTok"),
        (t("All of TikTok's options on one page. This link works once, in this browser."),),
        deed=t("Open the options"),
    )
    return await show(deps, page, t)


@routes.post(f"{ROUTE}/open/{{token}}")
async def open_page(request: web.Request) -> web.Response:
    deps, t = request.app[DEPS], Words("en")
    try:
        secret = await begin_visit(deps, request.match_info["token"])
    except PageLinkNotOurs:
        return await show(deps, _over(t), t)
    answer = web.Response(status=303, headers=HEADERS | {"Location": ROUTE})
    answer.set_cookie(
        COOKIE,
        secret,
        max_age=int(VISIT_LIFE.total_seconds()),
        path=ROUTE,
        httponly=True,
        samesite="Strict",
        secure=(deps.settings.web_public_url or "").startswith("https://"),
    )
    return answer


@routes.get(ROUTE)
async def options(request: web.Request) -> web.Response:
    try:
        sight = await _sight(request)
    except PageLinkNotOurs:
        return await show(request.app[DEPS], _over(Words("en")), Words("en"))
    except AppError as error:
        return await _trouble(request, error)
    return await _form(request, sight, sight.one.wanted)


@routes.post(ROUTE)
async def choose(request: web.Request) -> web.Response:
    """Keep what was chosen, and post it if that was pressed and nothing is missing."""
    try:
        sight = await _sight(request)
        sent = await request.post()
        if not hmac.compare_digest(str(sent.get("form", "")).encode(), sight.visit.form.encode()):
            raise PageLinkNotOurs
    except PageLinkNotOurs:
        return await show(request.app[DEPS], _over(Words("en")), Words("en"))
    except AppError as error:
        return await _trouble(request, error)
    chosen = chosen_in({name: str(value) for name, value in sent.items()}, sight.one.wanted, sight.terms)
    undisclosed = "disclosed" in sent and not (chosen.own_brand or chosen.paid_partnership)
    missing = lacks(Network.TIKTOK, chosen, terms=sight.terms, duration_s=sight.post.duration_s)
    posts = sent.get("deed") == "post" and _can_post(sight)
    if posts and (missing or undisclosed):
        return await _form(request, sight, chosen, missing=missing, undisclosed=undisclosed)
    return await _kept(request, sight, chosen, posts=posts)


async def _kept(request: web.Request, sight: _Sight, chosen: Wanted, *, posts: bool) -> web.Response:
    deps, t, visit = request.app[DEPS], sight.t, sight.visit
    try:
        async with deps.tx() as tx:
            await service.set_wanted(
                tx, owner_id=visit.owner_id, publication_id=visit.publication_id, wanted=chosen, consented=posts
            )
            if posts:
                await service.publish_now(tx, owner_id=visit.owner_id, video_post_id=sight.post.id)
    except AppError as error:
        return await _trouble(request, error)
    await end_visit(deps, request.cookies.get(COOKIE, ""))
    return await show(deps, _posted(t) if posts else _saved(t), t)


async def _sight(request: web.Request) -> _Sight:
    """Raises PageLinkNotOurs for what isn't there (any more), and what `terms_of` raises."""
    deps = request.app[DEPS]
    visit = await visit_behind(deps, request.cookies.get(COOKIE, ""))
    async with deps.read() as session:
        t = Words((await user_of(session, visit.owner_id)).language)
        row = await publication_of(session, owner_id=visit.owner_id, publication_id=visit.publication_id)
        post = await video_post_view(session, owner_id=visit.owner_id, video_post_id=row.video_post_id)
        video = await own_video(session, video_id=post.video_id, owner_id=visit.owner_id)
    one = next(each for each in post.publications if each.id == visit.publication_id)
    terms = await terms_of(deps, one, owner_id=visit.owner_id)
    if terms is None or one.network is not Network.TIKTOK:
        raise PageLinkNotOurs
    url = await deps.storage.url(video.storage_key, expires_in=VIDEO_LIFE)
    still = video.thumbnail_key
    poster_url = await deps.storage.url(still, expires_in=VIDEO_LIFE) if still is not None else None
    return _Sight(visit, post, one, terms, url, poster_url, t)


def chosen_in(sent: dict[str, str], before: Wanted, terms: Terms) -> Wanted:
    """A form as what is wanted; what the account can't have is left out, whatever was sent."""
    disclosed = "disclosed" in sent
    privacy = sent.get("privacy") or None
    wanted = replace(
        before,
        caption=sent.get("caption", "").replace("\r\n", "\n").strip()[:CAPTION_MOST],
        privacy=privacy if privacy in terms.privacy_options else None,
        comments="comments" in sent,
        duet="duet" in sent,
        stitch="stitch" in sent,
        own_brand=disclosed and "own_brand" in sent,
        paid_partnership=disclosed and "paid_partnership" in sent,
        ai_made="ai_made" in sent,
        cover_ms=_moment(sent.get("cover_ms", "")),
    )
    if wanted.paid_partnership and wanted.privacy == ONLY_ME:
        wanted = replace(wanted, privacy=None)
    return within(wanted, terms)


def _moment(text: str) -> int | None:
    return min(int(text), COVER_MOST_MS) if text.isascii() and text.isdigit() and len(text) < 9 else None


def _can_post(sight: _Sight) -> bool:
    """Posting sends all of the plan: the other networks have to know what they need."""
    others = (each for each in sight.post.publications if each.id != sight.one.id)
    ready = all(each.manner is Manner.BY_HAND or not open_choices(each.network, each.wanted) for each in others)
    return ready and sight.post.status is VideoPostStatus.DRAFT


async def _form(
    request: web.Request,
    sight: _Sight,
    wanted: Wanted,
    *,
    missing: Sequence[Lack] = (),
    undisclosed: bool = False,
) -> web.Response:
    deps, t, terms = request.app[DEPS], sight.t, sight.terms
    stops = _stops(sight, wanted)
    problems = stops or [lack_line(lack, t) for lack in missing]
    if undisclosed:
        problems.append(t("You need to indicate if your content promotes yourself, a third party, or both."))
    shown = template("tiktok.html").render(
        language=t.language,
        page=Page(t("Post to TikTok")),
        chat_url=await chat_url(deps.settings, deps.redis),
        chat=t("Back to the chat"),
        terms=terms,
        account=sight.one.account,
        video_url=sight.video_url,
        poster_url=sight.poster_url,
        problems=problems,
        stopped=bool(stops),
        form=sight.visit.form,
        wanted=within(wanted, terms),
        disclosed=undisclosed or wanted.own_brand or wanted.paid_partnership,
        options=options_of(terms, t),
        interactions=_interactions(wanted, terms, t),
        caption_most=RULES[Platform.TIKTOK].limit,
        can_post=_can_post(sight),
        music_url=MUSIC_URL,
        branded_url=BRANDED_URL,
        words=page_words(t),
        script_words=script_words(t),
        script=SCRIPT_ROUTE,
    )
    headers = HEADERS | {"Content-Security-Policy": _policy(sight)}
    return web.Response(text=shown, content_type="text/html", headers=headers, status=422 if missing else 200)


def _stops(sight: _Sight, wanted: Wanted) -> list[str]:
    """Why there is nothing to choose here at all."""
    found = lacks(Network.TIKTOK, wanted, terms=sight.terms, duration_s=sight.post.duration_s)
    told = [lack_line(lack, sight.t) for lack in found if lack.code in STOPS]
    if not sight.terms.direct:
        told.append(sight.t("TikTok hasn't examined this app yet: it goes into your inbox there, as a draft."))
    return told


def _interactions(wanted: Wanted, terms: Terms, t: Words) -> list[tuple[str, str, bool, bool]]:
    """Each with its name, label, whether it is on, and whether the account has switched it off."""
    return [
        ("comments", t("Comment"), wanted.comments, terms.comments_off),
        ("duet", t("Duet"), wanted.duet, terms.duet_off),
        ("stitch", t("Stitch"), wanted.stitch, terms.stitch_off),
    ]


def _policy(sight: _Sight) -> str:
    """Nothing from anywhere but our script, the account's picture, and the video with its poster."""
    shown = [url for url in (sight.terms.picture_url, sight.poster_url) if url is not None]
    pictures = " ".join(map(_origin, shown)) or "'none'"
    return (
        f"default-src 'none'; script-src 'self'; img-src {pictures}; "
        f"media-src 'self' {_origin(sight.video_url)}; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )


def _origin(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or set(parts.netloc) & set(" ;,'\"@"):
        return "'self'"
    return f"{parts.scheme}://{parts.netloc}"


def _over(t: Words) -> Page:
    return Page(
        t("This link is of no use any more"),
        (t("It works once, and for ten minutes. In our chat, All on one page gives you another."),),
        status=410,
    )


async def _trouble(request: web.Request, error: AppError) -> web.Response:
    """TikTok can't be asked, or it is on its way already: the chat says what there is to do."""
    t = Words("en")
    if isinstance(error, ProviderError):
        lines = (t("TikTok can't be asked right now. Try again in a minute, or see in our chat what is wrong."),)
        return await show(request.app[DEPS], Page(t("That didn't work"), lines, status=502), t)
    lines = (t("It is on its way already, or something is still missing. Our chat tells what."),)
    return await show(request.app[DEPS], Page(t("That can't be done now"), lines, status=409), t)


def _saved(t: Words) -> Page:
    return Page(t("Kept"), (t("Nothing is posted yet: you do that in our chat, now or at a time."),))


def _posted(t: Words) -> Page:
    return Page(
        t("On its way"),
        (
            t("Our chat tells how far it is."),
            t("It may take a few minutes until TikTok has processed the video and shows it on your profile."),
        ),
    )
