"""An issue in the chat: its pages, its videos, thumbs, and why each is there.

What comes by itself is words: a picture for each of thousands of readers would have to be drawn and uploaded at nine
o'clock, before most of them look. Whoever turns a page, or comes back to one, sees it with its pictures.
"""

from collections.abc import Sequence

from bot.context import Context
from bot.digests import issue_screens as screens
from bot.digests.actions import (
    ExplainChoice,
    ExplainItem,
    ExplainNumbers,
    SaveItem,
    ShowIssue,
    ShowItem,
    VoteOnItem,
)
from bot.router import Router
from bot.screens import Screen
from bot.viral import saved_screens
from bot.viral import screens as viral
from core import ids
from core.accounts.service import user_of
from core.digests.issues import PAGE_SIZE, issue_data, page_items, video_id_of
from core.digests.models import Issue, IssueKind
from core.digests.queries import IssueNotFound, digest_of, issue_of, vote_on
from core.digests.ranking import candidate_of
from core.digests.service import NO_ZONE
from core.digests.voting import taste_of, vote
from core.providers.discovery import VideoFormat
from core.viral.pages import seen_with_pictures, sheet_of
from core.viral.patterns import pattern_of
from core.viral.queries import Seen, saving_of, video_seen
from core.viral.saving import save_video
from core.viral.thumbnails import stored_picture


def register(router: Router) -> None:
    router.press(ShowIssue, on_issue)
    router.press(ShowItem, on_item)
    router.press(SaveItem, on_save)
    router.press(ExplainItem, on_why)
    router.press(ExplainNumbers, on_how)
    router.press(ExplainChoice, on_why_chosen)
    router.press(VoteOnItem, on_vote)


async def on_issue(context: Context, press: ShowIssue) -> None:
    async with context.deps.read() as session:
        issue = await issue_of(session, owner_id=context.actor.id, issue_id=press.issue_id)
    await context.show(await page_of(context, issue, press.page))


async def page_of(context: Context, issue: Issue, page: int) -> Screen:
    """A page of it with the numbers of now, under a picture of its videos. Raises IssueNotFound when none is left."""
    deps, items = context.deps, page_items(issue, page)
    found = await seen_with_pictures(deps, [video_id_of(item) for _, item in items])
    seen = {each.video.id: each for each in found}
    kept = [(number, seen[video_id_of(item)], item["keyword"]) for number, item in items if video_id_of(item) in seen]
    if not kept:
        raise IssueNotFound(issue_id=str(issue.id))
    async with deps.read() as session:
        digest = None
        if issue.digest_id is not None:
            digest = await digest_of(session, owner_id=context.actor.id, digest_id=issue.digest_id)
        dark = (await user_of(session, context.actor.id)).dark_pictures
    picture = await _picture(context, issue, [(number, each) for number, each, _ in kept], dark=dark)
    videos = [(number, candidate_of(each, keyword=keyword)) for number, each, keyword in kept]
    data = issue_data(issue, digest, videos, page, zone=context.actor.time_zone or NO_ZONE)
    return screens.issue(data, context.texts, deps.clock.now(), picture=picture)


async def _picture(context: Context, issue: Issue, numbered: Sequence[tuple[int, Seen]], *, dark: bool) -> bytes | None:
    """Of an alert its video's own."""
    if issue.kind == IssueKind.ALERT:
        return await stored_picture(context.deps.storage, numbered[0][1].video.thumbnail_key)
    return await sheet_of(context.deps, numbered, sample=issue.sample, dark=dark)


async def on_item(context: Context, press: ShowItem) -> None:
    await context.show(await _card(context, press.issue_id, press.number))


async def on_save(context: Context, press: SaveItem) -> None:
    """Pressed again, it stays; its note can be written from the message that tells of it."""
    it = await _item(context, press.issue_id, press.number)
    async with context.deps.tx() as tx:
        saved = await save_video(tx, owner_id=context.actor.id, video_id=it.shown.video_id)
    if not it.shown.saved:
        await context.show(await _card(context, press.issue_id, press.number))
    await context.send(saved_screens.just_saved(saved, context.texts, again=it.shown.saved))


async def on_why(context: Context, press: ExplainItem) -> None:
    it = await _item(context, press.issue_id, press.number)
    row = it.shown.seen.video
    pattern = pattern_of(row.title, format=VideoFormat(row.format), duration_s=row.duration_s)
    await context.show(screens.why(it, pattern, context.texts))


async def on_how(context: Context, press: ExplainNumbers) -> None:
    it = await _item(context, press.issue_id, press.number)
    await context.show(screens.how_counted(it, context.texts))


async def on_why_chosen(context: Context, press: ExplainChoice) -> None:
    it = await _item(context, press.issue_id, press.number)
    async with context.deps.read() as session:
        taste = await taste_of(session, owner_id=context.actor.id)
    video = candidate_of(it.shown.seen, keyword=it.keyword)
    await context.show(screens.why_chosen(it, video, taste, context.texts))


async def on_vote(context: Context, press: VoteOnItem) -> None:
    it = await _item(context, press.issue_id, press.number)
    async with context.deps.tx() as tx:
        liked = await vote(
            tx, owner_id=context.actor.id, video_id=it.shown.video_id, keyword=it.keyword, liked=press.liked
        )
    t = context.texts
    said = {
        True: t("More like this from the next digest on."),
        False: t("Less like this from the next digest on."),
        None: t("Taken back."),
    }
    await context.toast(said[liked].unescape())
    await context.show(await _card(context, press.issue_id, press.number))


async def _card(context: Context, issue_id: ids.IssueId, number: int) -> Screen:
    return screens.item(await _item(context, issue_id, number), context.texts)


async def _item(context: Context, issue_id: ids.IssueId, number: int) -> screens.Item:
    """Raises IssueNotFound, VideoNotFound."""
    now, owner_id = context.deps.clock.now(), context.actor.id
    async with context.deps.read() as session:
        issue = await issue_of(session, owner_id=owner_id, issue_id=issue_id)
        item = _numbered(issue, number)
        video_id = video_id_of(item)
        seen = await video_seen(session, video_id, now=now)
        saving = await saving_of(session, owner_id=owner_id, video_id=video_id)
        liked = await vote_on(session, owner_id=owner_id, video_id=video_id)
    picture = await stored_picture(context.deps.storage, seen.video.thumbnail_key)
    return screens.Item(
        issue_id=issue_id,
        number=number,
        total=len(issue.items),
        page=(number - 1) // PAGE_SIZE + 1,
        keyword=item["keyword"],
        shown=viral.Shown(seen, None, now, saved=saving is not None, picture=picture),
        liked=liked,
    )


def _numbered(issue: Issue, number: int) -> dict[str, str]:
    """Raises IssueNotFound for a number that it hasn't."""
    if not 1 <= number <= len(issue.items):
        raise IssueNotFound(issue_id=str(issue.id))
    return issue.items[number - 1]
