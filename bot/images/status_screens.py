"""Pictures: how far one is, the picture, how it ended, and the list. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from markupsafe import Markup

from bot.deliveries.actions import OpenCard
from bot.deliveries.phrases import first_words
from bot.images.actions import (
    AskPrompt,
    AttachImage,
    ChoosePassage,
    ChoosePost,
    DeleteImage,
    ListImages,
    MakeAnother,
    MakeImage,
    PostFromImage,
    RestoreImage,
    SaveImageFile,
    ShowImage,
    ShowImageOptions,
    StopImage,
)
from bot.images.labels import ASPECTS, engine_label
from bot.images.screens import image_id_of, new_image
from bot.images.sentences import image_problem
from bot.keyboards import bar, pager
from bot.screens import Button, Screen, clipped, lines
from bot.texts import Texts
from core import ids
from core.db import Paged
from core.images.models import Image
from core.images.options import ImageOptions
from core.posts.models import Post
from core.providers.images import ImageEngine, ImageErrorCode
from core.telegram.content import Media, MediaKind

Data = Mapping[str, Any]
CAPTION_PROMPT = 300
LEFT_OUT_SHOWN = 20
LABEL_CHARACTERS = 40


def progress(data: Data, t: Texts) -> Screen:
    """One message for all of it."""
    text = lines(
        [
            _wished(data, t),
            t("{bar} {percent} %", bar=bar(int(data["percent"]), 100), percent=data["percent"]),
            _step(data, t),
        ]
    )
    return Screen(text, [[Button(t("Cancel"), StopImage(image_id_of(data)))]])


def begun(t: Texts) -> Screen:
    """Before there is a word about it."""
    return Screen(t("🖼 One moment…"))


def _wished(data: Data, t: Texts) -> Markup:
    return t("🖼 <b>{prompt}</b>", prompt=clipped(data["prompt"], 80))


def _step(data: Data, t: Texts) -> Markup:
    if ImageOptions.from_json(data["options"]).engine is ImageEngine.TYPESET and data["step"] != "queued":
        return t("Setting the words")
    return {
        "queued": t("Waiting for its turn"),
        "ordered": t("Handing it to the image service"),
        "making": t("The image service is painting"),
        "storing": t("Keeping it"),
    }[data["step"]]


def done(data: Data, t: Texts) -> Screen:
    """The end, above the picture."""
    return Screen(lines([_wished(data, t), t("✅ Ready, below.")]))


def result(data: Data, t: Texts) -> Screen:
    """The picture, with what can be done with it."""
    image_id, options = image_id_of(data), ImageOptions.from_json(data["options"])
    photo = Media(kind=MediaKind.PHOTO, storage_key=data["key"], width=data["width"], height=data["height"])
    typeset = options.engine is ImageEngine.TYPESET
    body = [
        t("<blockquote>{prompt}</blockquote>", prompt=clipped(data["prompt"], CAPTION_PROMPT)),
        t("<i>Your words, set in type here. No image model made this.</i>")
        if typeset
        else t("<i>Made by {model}</i>", model=data["made_by"]),
        *_left_out(data, t),
        *(
            []
            if data["takes_it"]
            else [t("Its post is a text to be copied elsewhere: save the image as a file for it.")]
        ),
        t("Reply with other words for another one."),
    ]
    again = (
        Button(t("🎨 Another layout"), MakeAnother(image_id, next_layout=True))
        if typeset
        else Button(t("🔁 Again"), MakeAnother(image_id, next_layout=False))
    )
    rows = [
        [_attach(data, image_id, t)] if data["takes_it"] else [],
        [again, Button(t("⚙️ Options"), ShowImageOptions(image_id))],
        [Button(t("✏️ Other words"), AskPrompt(image_id)), Button(t("💾 As a file"), SaveImageFile(image_id))],
        [Button(t("🗑 Delete"), DeleteImage(image_id)), Button(t("🗂 My images"), ListImages(1))],
    ]
    return Screen(lines(body), rows, media=(photo,))


def _for_elsewhere(data: Data, t: Texts) -> list[Markup]:
    if data["takes_it"]:
        return []
    return [t("Its post is a text to be copied elsewhere: save the image as a file for it.")]


def _left_out(data: Data, t: Texts) -> list[Markup]:
    if not data["left_out"]:
        return []
    return [t("⚠️ Not on it, since my fonts don't have it: {signs}", signs=data["left_out"][:LEFT_OUT_SHOWN])]


def _attach(data: Data, image_id: ids.ImageId, t: Texts) -> Button:
    if data["post_id"]:
        return Button(t("📎 Put it on the draft"), AttachImage(image_id, ids.PostId(UUID(data["post_id"]))))
    return Button(t("📎 Put it on a draft"), ChoosePost(image_id, 1))


def failed(data: Data, t: Texts) -> Screen:
    """Why, and what to press."""
    image_id, problem = image_id_of(data), data["problem"]
    text = lines([_wished(data, t), Markup("⚠️ {}").format(image_problem(problem, t))])
    if problem["code"] == ImageErrorCode.TOO_LONG:
        words = [Button(t("💬 Choose a sentence"), ChoosePassage(image_id)), _other_words(image_id, t)]
        return Screen(text, [words, [_options(image_id, t)]])
    if problem["code"] in (ImageErrorCode.REFUSED, ImageErrorCode.NOTHING_TO_SET):
        return Screen(text, [[_other_words(image_id, t), _options(image_id, t)]])
    return Screen(text, [[Button(t("🔁 Try again"), MakeImage(image_id)), _options(image_id, t)]])


def cancelled(data: Data, t: Texts) -> Screen:
    image_id = image_id_of(data)
    text = lines([_wished(data, t), t("🚫 Stopped. Nothing was charged.")])
    return Screen(text, [[Button(t("🖼 Make it after all"), MakeImage(image_id)), _options(image_id, t)]])


def _other_words(image_id: ids.ImageId, t: Texts) -> Button:
    return Button(t("✏️ Other words"), AskPrompt(image_id))


def _options(image_id: ids.ImageId, t: Texts) -> Button:
    return Button(t("⚙️ Options"), ShowImageOptions(image_id))


def choose_post(image_id: ids.ImageId, drafts: Paged[Post], t: Texts) -> Screen:
    """Which draft it goes with."""
    entries = [[Button(_preview(post, t), AttachImage(image_id, post.id))] for post in drafts.items]
    text = t("📎 Which draft does it go with?") if entries else t("📎 You have no drafts at the moment.")
    new = [Button(t("📝 A new post with it"), PostFromImage(image_id))]
    pages = pager(drafts.number, drafts.pages, lambda page: ChoosePost(image_id, page))
    return Screen(text, [*entries, pages, new, [Button(t("‹ The image"), ShowImage(image_id))]])


def _preview(post: Post, t: Texts) -> str:
    return first_words(post.title, post.text, LABEL_CHARACTERS) or str(t("Without words"))


def listed(images: Paged[Image], t: Texts) -> Screen:
    entries = [[Button(_entry(image, t), ShowImage(image.id))] for image in images.items]
    heading = t.plural("🗂 <b>{n} image</b>", "🗂 <b>{n} images</b>", images.total)
    text = lines([heading, *([] if entries else [t("Nothing here yet. Press New image, or 🖼 Image under a draft.")])])
    return Screen(text, [*entries, pager(images.number, images.pages, ListImages), [new_image(t)]])


def _entry(image: Image, t: Texts) -> str:
    options = ImageOptions.from_json(image.options)
    kind = engine_label(options.engine, t).unescape()
    return f"{ASPECTS[options.aspect]} · {kind} · {clipped(image.prompt, LABEL_CHARACTERS)}"


def deleted(image: Image, t: Texts) -> Screen:
    """With a way back."""
    text = t("🗑 Deleted: {prompt}. Posts that it goes with keep it.", prompt=clipped(image.prompt, 80))
    return Screen(text, [[Button(t("Undo"), RestoreImage(image.id)), Button(t("🗂 My images"), ListImages(1))]])


def as_file(t: Texts) -> Markup:
    return t("💾 The image as a file, in full size.")


def attached(post_id: ids.PostId, t: Texts) -> Sequence[Sequence[Button]]:
    return [[Button(t("‹ The draft"), OpenCard(post_id))]]
