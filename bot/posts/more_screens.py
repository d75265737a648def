"""What else can be done with a draft."""

from bot.approvals.actions import ShowApproval
from bot.posts.actions import ShowCard
from bot.screens import Button, Screen, rows_of
from bot.templates.actions import SaveAsTemplate
from bot.texts import Texts
from core.posts.models import Post
from core.posts.service import EDITABLE


def more(post: Post, t: Texts) -> Screen:
    asked = t("✅ How it stands") if post.approval else t("✅ Ask others first")
    buttons = []
    if post.status in EDITABLE or post.approval:
        buttons.append(Button(asked, ShowApproval(post.id)))
    buttons.append(Button(t("💾 Save as a template"), SaveAsTemplate(post.id)))
    return Screen(
        t("✨ <b>More for this post</b>"), [*rows_of(buttons, columns=2), [Button(t("‹ Back"), ShowCard(post.id))]]
    )
