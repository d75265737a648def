"""/image and 🖼 Image as people meet them: the card with choices, what comes of it, where it goes."""

from bot.accounts.screens import privacy
from bot.app import Application
from bot.images.actions import Choice, ImageForPost, MakeImage, SetImageOption, ShowImage
from bot.texts import Texts
from core import ids
from core.accounts.models import User
from core.db import TelegramId
from core.images import service
from core.images.models import Image
from core.images.queries import newest_image
from core.posts.models import Post
from core.posts.platforms import Platform
from core.posts.writing import Place
from core.providers.images import ImageEngine, MadeImage
from core.storage.keys import key_for
from tests.bot.chat import Chat
from tests.core.providers.fake_image_server import picture
from tests.factories import make_posts, make_user
from web.sandbox.client import SeenMessage

BREAD = "Bread needs time. Nobody bakes it faster."
LONG = "Small bakeries lose bread every evening. " * 60


def labels(message: SeenMessage) -> list[str]:
    return [button.text for button in message.buttons]


async def tell(chat: Chat, words: str, *, reply_to: SeenMessage | None = None) -> None:
    """Where the answer is a change of an earlier message."""
    await chat.person.send_text(words, reply_to=reply_to)
    await chat.handle_updates()


async def newest(application: Application, user: User) -> Image:
    async with application.deps.sessions() as session:
        found = await newest_image(session, owner_id=user.id)
    assert found is not None
    return found


async def made(application: Application, image: Image) -> None:
    """As the job leaves it."""
    key = key_for(image.owner_id, "images", str(image.id), "jpg")
    await application.deps.storage.put(key, picture())
    async with application.deps.tx() as tx:
        there = MadeImage(picture(), "jpg", 640, 640, made_by="")
        await service.record_image(tx, owner_id=image.owner_id, image_id=image.id, made=there, key=key)


async def posts_of(
    application: Application, user: User, *texts: str, platform: Platform = Platform.TELEGRAM
) -> list[Post]:
    async with application.deps.tx() as tx:
        return await make_posts(tx, user, texts, platform=platform)


async def test_words_behind_the_command_are_the_card(application: Application, chat: Chat) -> None:
    card = await chat.say(f"/image {BREAD}")
    assert BREAD in card.text
    assert "no image model is asked" in card.text
    assert "10 images left this month" in card.text
    assert "🖼 Make it" in labels(card)
    await chat.press(card, "16:9")
    await chat.press(card, "Paper")
    card = await chat.person.refresh(card)
    assert {"✓ 16:9", "✓ Paper"} <= set(labels(card))
    options = service.options_of(await newest(application, await chat.user()))
    assert (options.aspect, options.layout) == ("wide", "paper")


async def test_alone_it_asks_and_the_next_message_has_the_words(chat: Chat) -> None:
    asked = await chat.say("/image")
    assert "No image model is set up here" in asked.text
    assert BREAD in (await chat.say(BREAD)).text


async def test_as_a_reply_it_takes_the_words_of_that_message(chat: Chat) -> None:
    nothing = await chat.say("/cancel")
    card = await chat.say("/image", reply_to=nothing)
    assert "There is nothing to cancel" in card.text
    assert "🖼 Make it" in labels(card)


async def test_a_reply_to_the_card_has_other_words(chat: Chat) -> None:
    card = await chat.say(f"/image {BREAD}")
    await tell(chat, "Rye waits longer.", reply_to=card)
    card = await chat.person.refresh(card)
    assert "Rye waits longer." in card.text
    assert BREAD not in card.text


async def test_other_words_can_be_asked_for(chat: Chat) -> None:
    card = await chat.say(f"/image {BREAD}")
    await chat.press(card, "✏️ Other words")
    await tell(chat, "Rye waits longer.")
    assert "Rye waits longer." in (await chat.person.refresh(card)).text


async def test_a_colour_is_chosen_from_a_list(application: Application, chat: Chat) -> None:
    card = await chat.say(f"/image {BREAD}")
    await chat.press(card, "🔵 Blue")
    await chat.press(await chat.person.refresh(card), "🟢 Green")
    assert "🟢 Green" in labels(await chat.person.refresh(card))
    assert service.options_of(await newest(application, await chat.user())).color == "green"


async def test_too_many_words_are_told_and_a_sentence_is_offered(chat: Chat) -> None:
    long = f"{LONG} The oven was cold on Monday. Then everything changed for us in Porto."
    card = await chat.say(f"/image {long[-3000:]}")
    assert "has no room on this card" in card.text
    assert "🖼 Make it" not in labels(card)
    await chat.press(card, "💬 Choose a sentence")
    offered = await chat.person.refresh(card)
    assert "Small bakeries lose bread every evening." in offered.text
    await chat.press(offered, "1")
    card = await chat.person.refresh(card)
    assert "has no room" not in card.text
    assert "🖼 Make it" in labels(card)


async def test_a_draft_has_the_button_and_its_best_sentence_is_suggested(application: Application, chat: Chat) -> None:
    await chat.say("/start")
    (post,) = await posts_of(application, await chat.user(), f"{LONG[:330]} #bread https://example.com")
    await chat.press_data(await chat.last(), ImageForPost(post.id).encode())
    card = await chat.last()
    assert "Small bakeries lose bread every evening." in card.text
    assert "example.com" not in card.text
    assert "‹ The draft" in labels(card)


async def test_making_it_shows_how_far_it_is_and_can_be_stopped(application: Application, chat: Chat) -> None:
    card = await chat.say(f"/image {BREAD}")
    await chat.press(card, "🖼 Make it")
    image = await newest(application, await chat.user())
    assert image.status == "working"
    again = await chat.press_data(card, MakeImage(image.id).encode())
    assert again is not None
    assert "already" in again.text


async def result_of(application: Application, chat: Chat, words: str = BREAD) -> SeenMessage:
    """The picture, as it comes when it is shown once more."""
    card = await chat.say(f"/image {words}")
    image = await newest(application, await chat.user())
    await made(application, image)
    await chat.press_data(card, ShowImage(image.id).encode())
    return await chat.last()


async def test_the_picture_says_that_no_model_made_it(application: Application, chat: Chat) -> None:
    shown = await result_of(application, chat)
    assert shown.body["photo"]
    assert "No image model made this" in shown.text
    assert BREAD in shown.text


async def test_it_goes_on_a_draft(application: Application, chat: Chat) -> None:
    shown = await result_of(application, chat)
    await posts_of(application, await chat.user(), "The first draft.", "The second draft.")
    await chat.press(shown, "📎 Put it on a draft")
    await chat.press(await chat.last(), "The second draft.")
    card = await chat.last()
    assert "The second draft." in card.text
    assert "🖼 1 photo" in card.text


async def test_it_becomes_a_post_of_its_own(application: Application, chat: Chat) -> None:
    shown = await result_of(application, chat)
    await chat.press(shown, "📎 Put it on a draft")
    await chat.press(await chat.last(), "📝 A new post with it")
    assert "🖼 1 photo" in (await chat.last()).text


async def test_drafts_that_are_texts_to_be_copied_are_not_offered(application: Application, chat: Chat) -> None:
    shown = await result_of(application, chat)
    await posts_of(application, await chat.user(), "A tweet.", platform=Platform.TWITTER)
    await posts_of(application, await chat.user(), "A caption.", platform=Platform.INSTAGRAM)
    await chat.press(shown, "📎 Put it on a draft")
    offered = await chat.last()
    assert "A tweet." not in labels(offered)
    await chat.press(offered, "A caption.")
    assert "🖼 1 photo" in (await chat.last()).text


async def test_for_a_tweet_it_is_saved_as_a_file(application: Application, chat: Chat) -> None:
    await chat.say("/start")
    (post,) = await posts_of(application, await chat.user(), BREAD, platform=Platform.TWITTER)
    await chat.press_data(await chat.last(), ImageForPost(post.id).encode())
    image = await newest(application, await chat.user())
    await made(application, image)
    await chat.press_data(await chat.last(), ShowImage(image.id).encode())
    shown = await chat.last()
    assert "save the image as a file" in shown.text
    assert not any("📎" in label for label in labels(shown))


async def test_as_a_file_it_is_whole(application: Application, chat: Chat) -> None:
    await chat.press(await result_of(application, chat), "💾 As a file")
    sent = await chat.last()
    assert sent.body["document"]["file_name"] == "image.jpg"
    assert sent.body["document"]["file_size"] == len(picture())


async def test_another_layout_is_a_new_picture_below(application: Application, chat: Chat) -> None:
    shown = await result_of(application, chat)
    first = await newest(application, await chat.user())
    await chat.press(shown, "🎨 Another layout")
    second = await newest(application, await chat.user())
    assert second.id != first.id
    assert (second.status, service.options_of(second).layout) == ("working", "paper")


async def test_a_reply_to_the_picture_makes_another_one(application: Application, chat: Chat) -> None:
    shown = await result_of(application, chat)
    await chat.say("Rye waits longer.", reply_to=shown)
    second = await newest(application, await chat.user())
    assert (second.prompt, second.status) == ("Rye waits longer.", "working")


async def test_options_of_a_picture_are_for_the_next_one(application: Application, chat: Chat) -> None:
    shown = await result_of(application, chat)
    first = await newest(application, await chat.user())
    await chat.press(shown, "⚙️ Options")
    card = await chat.last()
    await chat.press(card, "9:16")
    second = await newest(application, await chat.user())
    assert second.id != first.id
    assert service.options_of(second).aspect == "tall"
    assert service.options_of(first).aspect == "square"


async def test_the_list_and_a_deletion_that_is_taken_back(application: Application, chat: Chat) -> None:
    shown = await result_of(application, chat)
    await chat.press(shown, "🗂 My images")
    listed = await chat.last()
    assert "1 image" in listed.text
    await chat.press(shown, "🗑 Delete")
    deleted = await chat.last()
    assert "Deleted" in deleted.text
    await chat.press(deleted, "Undo")
    assert "1 image" in (await chat.person.refresh(deleted)).text


async def test_when_nothing_is_left_no_message_stays_behind(application: Application, chat: Chat) -> None:
    shown = await result_of(application, chat)
    user = await chat.user()
    for _ in range(10):
        async with application.deps.tx() as tx:
            image = await newest_image(tx.session, owner_id=user.id)
            assert image is not None
            copy = await service.copy_of(tx, image)
            place = Place(user.telegram_user_id, TelegramId(1), "en")
            await service.request_image(tx, owner_id=user.id, image_id=copy.id, place=place)
    await application.deps.redis.flushdb()
    await chat.press(shown, "🎨 Another layout")
    texts = [message.text for message in await chat.person.history()]
    assert not any("One moment" in text for text in texts)


async def test_a_choice_that_is_none_is_the_default(application: Application, chat: Chat) -> None:
    card = await chat.say(f"/image {BREAD}")
    image = await newest(application, await chat.user())
    for choice, value in ((Choice.ENGINE, ImageEngine.FAL), (Choice.COLOR, "mauve"), (Choice.ASPECT, "round")):
        await chat.press_data(card, SetImageOption(image.id, choice, value).encode())
    options = service.options_of(await newest(application, await chat.user()))
    assert (options.engine, options.color, options.aspect) == ("typeset", "brand", "square")


async def test_somebody_elses_picture_is_not_shown(application: Application, chat: Chat) -> None:
    await result_of(application, chat)
    async with application.deps.tx() as tx:
        other = await make_user(tx)
        image = await service.open_image(
            tx, owner_id=other.id, material=BREAD, language="en", engines=[ImageEngine.TYPESET]
        )
    answer = await chat.press_data(await chat.last(), ShowImage(ids.ImageId(image.id)).encode())
    assert answer is not None
    assert "isn't there any more" in answer.text


def test_privacy_tells_of_whoever_paints() -> None:
    assert "image service" in privacy(None, Texts("en"), painted=True)
    assert "image service" not in privacy(None, Texts("en"))
