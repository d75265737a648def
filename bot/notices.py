"""What jobs say on their own: a notice's name and data become a screen.

Pure; the only thing that jobs import from bot.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bot.admin import screens as admin_screens
from bot.admin import spending
from bot.analyses import pictures as analysis_pictures
from bot.analyses import screens as analysis_screens
from bot.approvals import notices as approval_notices
from bot.billing import notices as billing_notices
from bot.brands import member_screens as brand_member_screens
from bot.brands import voice_screens as brand_voice_screens
from bot.channels import screens as channel_screens
from bot.connections import notices as connection_notices
from bot.deliveries.missed_screens import missed
from bot.deliveries.screens import status_screen
from bot.digests import issue_screens
from bot.digests import screens as digest_screens
from bot.emails import screens as email_screens
from bot.images import status_screens as image_screens
from bot.imports import screens as import_screens
from bot.podcasts import asking_screens, script_screens
from bot.podcasts import status_screens as podcast_screens
from bot.posts import options_screens, screens
from bot.publishing import notices as publishing_notices
from bot.screens import Screen
from bot.scripts import screens as script_analysis_screens
from bot.series import screens as series_screens
from bot.sources import notices as source_notices
from bot.texts import Texts
from bot.videos import notices as video_notices
from bot.viral import screens as viral_screens
from bot.voiceovers import notices as voiceover_notices

Renderer = Callable[[Mapping[str, Any], Texts, datetime], Screen]

RENDERERS: dict[str, Renderer] = {
    "posts.writing": lambda data, t, _: options_screens.writing(data, t),
    "posts.written": lambda data, t, _: options_screens.written(data, t),
    "posts.writing_failed": lambda data, t, _: options_screens.writing_failed(data, t),
    "posts.writing_cancelled": lambda data, t, _: options_screens.writing_cancelled(data, t),
    "posts.card": lambda data, t, _: screens.draft_card(data, t),
    "posts.hearing": lambda data, t, _: screens.hearing(data, t),
    "posts.heard": lambda data, t, _: screens.heard(data, t),
    "posts.rewriting": lambda data, t, _: screens.rewriting(data, t),
    "posts.not_rewritten": lambda data, t, _: screens.not_rewritten(data, t),
    "posts.status": status_screen,
    "posts.late": screens.late,
    "posts.missed": missed,
    "imports.looking": lambda data, t, _: import_screens.looking(data, t),
    "imports.preview": import_screens.preview,
    "series.last_planned": series_screens.last_planned,
    "series.left_out": series_screens.left_out,
    "series.without_chat": series_screens.without_chat,
    "series.withdrawn": series_screens.withdrawn,
    "broadcasts.progress": lambda data, t, _: admin_screens.progress(data, t),
    "podcasts.progress": lambda data, t, _: podcast_screens.progress(data, t),
    "podcasts.script": lambda data, t, _: script_screens.script_card(data, t),
    "podcasts.failed": lambda data, t, _: podcast_screens.failed(data, t),
    "podcasts.cancelled": lambda data, t, _: podcast_screens.cancelled(data, t),
    "podcasts.deleted": lambda data, t, _: podcast_screens.deleted(data, t),
    "podcasts.done": lambda data, t, _: podcast_screens.done(data, t),
    "podcasts.episode": lambda data, t, _: podcast_screens.episode(data, t),
    "podcasts.asked": lambda data, t, _: asking_screens.looking(data, t),
    "podcasts.answered": lambda data, t, _: asking_screens.answered(data, t),
    "podcasts.not_answered": lambda data, t, _: asking_screens.not_answered(data, t),
    "viral.searching": lambda data, t, _: viral_screens.searching(data, t),
    "viral.results": viral_screens.results,
    "viral.failed": lambda data, t, _: viral_screens.failed(data, t),
    "viral.cancelled": lambda data, t, _: viral_screens.cancelled(data, t),
    "scripts.analysing": lambda data, t, _: script_analysis_screens.analysing(data, t),
    "scripts.writing": lambda data, t, _: script_analysis_screens.analysing(data, t),
    "scripts.analysed": lambda data, t, _: script_analysis_screens.script(data["shown"], t),
    "scripts.failed": lambda data, t, _: script_analysis_screens.failed(data, t),
    "scripts.cancelled": lambda data, t, _: script_analysis_screens.cancelled(data, t),
    "viral.credits_out": lambda data, t, _: spending.out(data, t),
    "viral.credits_back": lambda data, t, _: spending.back(data, t),
    "analyses.reading": lambda data, t, _: analysis_screens.reading(data, t),
    "analyses.report": analysis_screens.report,
    "analyses.failed": lambda data, t, _: analysis_screens.failed(data, t),
    "analyses.cancelled": lambda data, t, _: analysis_screens.cancelled(data, t),
    "digests.issue": issue_screens.issue,
    "digests.alert": issue_screens.alert,
    "digests.nothing_new": issue_screens.nothing_new,
    "digests.no_data": issue_screens.no_data,
    "digests.wait": lambda data, t, _: digest_screens.wait(data, t),
    "digests.go_on": lambda data, t, _: digest_screens.go_on(data, t),
    "images.progress": lambda data, t, _: image_screens.progress(data, t),
    "images.done": lambda data, t, _: image_screens.done(data, t),
    "images.result": lambda data, t, _: image_screens.result(data, t),
    "images.failed": lambda data, t, _: image_screens.failed(data, t),
    "images.cancelled": lambda data, t, _: image_screens.cancelled(data, t),
    "emails.verified": lambda data, t, _: email_screens.verified(data, t),
    "emails.refused": lambda data, t, _: email_screens.refused(data, t),
    "channels.lost": lambda data, t, _: channel_screens.lost(data, t),
    "channels.regained": lambda data, t, _: channel_screens.regained(data, t),
    **brand_member_screens.RENDERERS,
    **brand_voice_screens.RENDERERS,
    **approval_notices.RENDERERS,
    **billing_notices.RENDERERS,
    **publishing_notices.RENDERERS,
    **video_notices.RENDERERS,
    **source_notices.RENDERERS,
    **connection_notices.RENDERERS,
    **voiceover_notices.RENDERERS,
}

PICTURES: dict[str, Callable[[Mapping[str, Any], Texts], bytes]] = {
    "analyses.report": analysis_pictures.report,
    **publishing_notices.PICTURES,
}


def render(kind: str, data: Mapping[str, Any], *, now: datetime) -> Screen:
    """The screen of a notice in the language that its data names. Raises KeyError for a name that isn't listed."""
    return RENDERERS[kind](data, Texts(data["language"]), now)


def draw(kind: str, data: Mapping[str, Any]) -> bytes:
    """The picture of a notice, with words in the language that its data names. Not for an event loop."""
    return PICTURES[kind](data, Texts(data["language"]))
