"""What is told of a video post: its one message that changes in place, and what is worth a message of its own.

All of it is data; bot/publishing/notices.py makes screens of it.
"""

from typing import Final

from core import ids
from core.accounts.service import user_of
from core.db import Json, ReadSession, TelegramId
from core.deliveries.service import send_notice
from core.deliveries.statuses import show_status
from core.posts.queries import first_comment_of
from core.publishing.models import Publication, VideoPost
from core.publishing.queries import VideoPostView, video_post_view
from core.tx import Tx
from core.videos.queries import own_video

STATUS: Final = "publishing.status"
"""The message that changes in place. Data: VideoPostView's, with `language` and `time_zone`."""
TOLD: Final = "publishing.told"
"""A message of its own: as STATUS, with `about` (see `tell`) and the `publication_id` that it is about, or None."""
BY_HAND: Final = "publishing.by_hand"
"""File and caption, to be published by their owner. Data: see `hand_over`."""


async def show_video_post(tx: Tx, post: VideoPost, *, message_id: TelegramId | None = None) -> None:
    """Bring the video post's message up to date; `message_id` names the message to take over."""
    user = await user_of(tx.session, post.owner_id)
    await show_status(
        tx,
        owner_id=post.owner_id,
        subject_id=post.id,
        chat_id=user.telegram_user_id,
        message_id=message_id,
        notice=STATUS,
        data=await video_post_data(tx.session, owner_id=post.owner_id, video_post_id=post.id),
    )


async def video_post_data(session: ReadSession, *, owner_id: ids.UserId, video_post_id: ids.VideoPostId) -> Json:
    """What its screens show, as it stands now."""
    user = await user_of(session, owner_id)
    view: VideoPostView = await video_post_view(session, owner_id=owner_id, video_post_id=video_post_id)
    return {**view.to_json(), "language": user.language, "time_zone": user.time_zone}


async def tell(tx: Tx, post: VideoPost, *, about: str, publication: Publication | None = None) -> None:
    """Say something that mustn't pass unnoticed, once for each attempt.

    `about`: "ended" (all networks are through), "unconfirmed", "waiting" (for a limit of the network), "reconnect",
    "missed".
    """
    user = await user_of(tx.session, post.owner_id)
    subject = post.id if publication is None else publication.id
    attempt = 0 if publication is None else publication.attempt
    await send_notice(
        tx,
        owner_id=post.owner_id,
        chat_id=user.telegram_user_id,
        subject_id=subject,
        notice=TOLD,
        data={
            **await video_post_data(tx.session, owner_id=post.owner_id, video_post_id=post.id),
            "about": about,
            "publication_id": str(publication.id) if publication else None,
        },
        language=user.language,
        dedupe_key=f"publishing:{about}:{subject}:{attempt}" if publication else None,
    )


async def hand_over(tx: Tx, post: VideoPost, publication: Publication) -> None:
    """The file and the caption go to the chat, with Posted, Snooze and Skip. Data: `publication_id`, `video_post_id`,
    `network`, `caption`, `title`, `first_comment` (of the draft that the words are from), `video` (`name`,
    `storage_key`, `size_bytes`, `duration_s`, `width`, `height`, `thumbnail_key`), `due_at`, `time_zone`."""
    user = await user_of(tx.session, post.owner_id)
    video = await own_video(tx.session, video_id=post.video_id, owner_id=post.owner_id, also_deleted=True)
    await send_notice(
        tx,
        owner_id=post.owner_id,
        chat_id=user.telegram_user_id,
        subject_id=publication.id,
        notice=BY_HAND,
        data={
            "publication_id": str(publication.id),
            "video_post_id": str(post.id),
            "network": publication.network,
            "caption": publication.wanted.get("caption", post.caption),
            "title": publication.wanted.get("title", ""),
            "first_comment": await first_comment_of(tx.session, owner_id=post.owner_id, post_id=post.post_id),
            "video": {
                "name": video.name,
                "storage_key": video.storage_key,
                "size_bytes": video.size_bytes,
                "duration_s": video.duration_s,
                "width": video.width,
                "height": video.height,
                "thumbnail_key": video.thumbnail_key,
            },
            "due_at": publication.due_at.isoformat() if publication.due_at else None,
            "time_zone": user.time_zone,
        },
        language=user.language,
        dedupe_key=f"publishing:hand:{publication.id}:{publication.attempt}",
    )
