"""An issue in the chat: its pages, its videos, thumbs, and why each is there."""

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
from core.digests.issues import PAGE_SIZE, issue_data, page_videos, video_id_of
from core.digests.models import Issue
from core.digests.queries import IssueNotFound, digest_of, issue_of, vote_on
from core.digests.ranking import candidate_of
from core.digests.service import NO_ZONE
from core.digests.voting import taste_of, vote
from core.providers.discovery import VideoFormat
from core.viral.patterns import pattern_of
from core.viral.queries import saving_of, video_seen
from core.viral.saving import save_video


def register(router: Router) -> None:
    router.press(ShowIssue, on_issue)
    router.press(ShowItem, on_item)
    router.press(SaveItem, on_save)
    router.press(ExplainItem, on_why)
    router.press(ExplainNumbers, on_how)
    router.press(ExplainChoice, on_why_chosen)
    router.press(VoteOnItem, on_vote)


async def on_issue(context: Context, press: ShowIssue) -> None:
    """A page of it, with the numbers of now."""
    now = context.deps.clock.now()
    async with context.deps.read() as session:
        issue = await issue_of(session, owner_id=context.actor.id, issue_id=press.issue_id)
        digest = None
        if issue.digest_id is not None:
            digest = await digest_of(session, owner_id=context.actor.id, digest_id=issue.digest_id)
        videos = await page_videos(session, issue, press.page, now=now)
    if not videos:
        raise IssueNotFound(issue_id=str(press.issue_id))
    data = issue_data(issue, digest, videos, press.page, zone=context.actor.time_zone or NO_ZONE)
    await context.show(screens.issue(data, context.texts, now))


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
    return screens.Item(
        issue_id=issue_id,
        number=number,
        total=len(issue.items),
        page=(number - 1) // PAGE_SIZE + 1,
        keyword=item["keyword"],
        shown=viral.Shown(seen, None, now, saved=saving is not None, picture=None),
        liked=liked,
    )


def _numbered(issue: Issue, number: int) -> dict[str, str]:
    """Raises IssueNotFound for a number that it hasn't."""
    if not 1 <= number <= len(issue.items):
        raise IssueNotFound(issue_id=str(issue.id))
    return issue.items[number - 1]
