"""Whatever people send that can't be used, or not at once: one clear answer, nothing lost, nothing charged."""

import asyncio
import io
from collections.abc import AsyncIterator, Iterator

import pytest
import redis.asyncio
from aiohttp import web
from PIL import Image

from core.limits import ACTIONS
from tests.flows.house import House
from tests.flows.steps import ARTICLE, card_of
from web.sandbox.client import Person, SeenMessage

pytestmark = pytest.mark.process

ACCEPTED = "Send me text, a link, a voice message"
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 20


def picture(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 64), "teal").save(out, kind)
    return out.getvalue()


@pytest.fixture(autouse=True)
def calm(house: House) -> Iterator[None]:
    """Nothing crashed meanwhile, and no token came into a log."""
    before = len(house.log)
    yield
    said = house.log
    assert "crashed" not in said[before:]
    assert "not_handled" not in said[before:]
    assert house.sandbox.token not in said


@pytest.fixture(autouse=True)
async def uncharged(house: House, person: Person) -> AsyncIterator[None]:
    """The person's plan is as full as before."""
    yield
    rows = await house.rows(
        "SELECT sum(amount) AS used FROM quota_entries JOIN users ON users.id = owner_id WHERE telegram_user_id = $1",
        person.id,
    )
    assert not rows[0]["used"]


@pytest.fixture(scope="module")
async def site() -> AsyncIterator[str]:
    """A web site with all sorts of pages; its address."""

    async def page(request: web.Request) -> web.Response:
        match request.match_info["name"]:
            case "paper.pdf":
                return web.Response(body=PDF, content_type="application/pdf")
            case "empty":
                return web.Response(
                    text="<html><body><nav><a href='/'>Home</a></nav></body></html>", content_type="text/html"
                )
            case "article":
                paragraphs = "".join(f"<p>{sentence}.</p>" for sentence in ARTICLE.split(". "))
                return web.Response(
                    text=f"<article><h1>Write less</h1>{paragraphs}</article>", content_type="text/html"
                )
        raise web.HTTPNotFound

    app = web.Application()
    app.router.add_get("/{name}", page)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def answers_to(person: Person, expected: str, after: SeenMessage) -> list[SeenMessage]:
    """Wait for an answer, and give all that the bot said between `after` and now."""
    await person.wait_for_message(expected, after=after.id)
    asked = await person.send_text("/cancel")
    await person.wait_for_message("nothing to cancel", after=asked.id)
    return [seen for seen in await person.history() if after.id < seen.id < asked.id and not seen.outgoing]


async def the_answer_to(person: Person, expected: str, after: SeenMessage) -> SeenMessage:
    """The one answer."""
    answers = await answers_to(person, expected, after)
    assert [expected in answer.text for answer in answers] == [True], answers
    return answers[0]


FILES = {
    "too big": ("book.txt", b"words and more words " * 500_000, "too big: I read text files of up to 2 MB"),
    "empty": ("note.txt", b" \n", "That file is empty"),
    "binary": ("note.txt", bytes(range(256)) * 40, "isn't text, whatever its name says"),
    "too long": ("book.txt", b"words and more words " * 5_000, "I read up to 50,000 characters"),
    "too short": ("note.txt", b"too short", "only 9 characters"),
}


@pytest.mark.parametrize(("name", "content", "answer"), FILES.values(), ids=FILES)
async def test_a_file_that_cant_be_used(person: Person, name: str, content: bytes, answer: str) -> None:
    (sent,) = await person.upload((name, content), kind="document")
    await the_answer_to(person, answer, sent)


LINKS = {
    "gone": ("/gone", "There is no such page (404)"),
    "a file": ("/paper.pdf", "leads to a file (application/pdf)"),
    "without text": ("/empty", "I found no article on that page"),
}


@pytest.mark.parametrize(("path", "answer"), LINKS.values(), ids=LINKS)
async def test_a_link_that_cant_be_used(person: Person, site: str, path: str, answer: str) -> None:
    sent = await person.send_text(site + path)
    await the_answer_to(person, answer, sent)


async def test_a_link_to_nowhere(person: Person) -> None:
    sent = await person.send_text("http://127.0.0.1:1/nothing")
    await the_answer_to(person, "can't reach", sent)


async def test_a_link_to_an_article_has_the_same_card_as_a_text(person: Person, site: str) -> None:
    sent = await person.send_text(f"Look at this: {site}/article")
    card = await the_answer_to(person, "Write less", sent)
    assert card.button("Write posts")


async def test_nine_characters(person: Person) -> None:
    sent = await person.send_text("too short")
    await the_answer_to(person, "only 9 characters. Send at least 10", sent)


@pytest.mark.parametrize(
    "text", ["x" * 50_001, "Ten words make a line, and lines make a page.\n" * 1_100], ids=["x", "lines"]
)
async def test_a_text_that_is_too_long_is_refused_once_however_the_app_cuts_it(person: Person, text: str) -> None:
    before = await card_of(person)
    await person.send_text(text)
    await person.wait_for_message("I read up to 50,000 characters", after=before.id)
    answers = await answers_to(person, "I read up to 50,000 characters", before)
    assert len(answers) == 1, answers


async def test_a_long_text_is_one_source_with_one_card_however_the_app_cuts_it(house: House, person: Person) -> None:
    before = await person.wait_for_message("Hello", after=(await person.send_text("/start")).id)
    sentences = [f"Sentence number {number} says something new." for number in range(1_000)]
    text = "\n\n".join(" ".join(sentences[start : start + 20]) for start in range(0, 1_000, 20))
    await person.send_text(text)
    answers = await answers_to(person, "6,000 words", before)
    assert len(answers) == 1, answers
    rows = await house.rows(
        "SELECT text FROM sources JOIN users ON users.id = owner_id WHERE telegram_user_id = $1", person.id
    )
    assert [row["text"].split() for row in rows] == [text.split()]


STRANGE = {
    "emoji": "🎉🎉 Family 👩‍👩‍👧 flags 🏳️‍🌈 🇺🇦 and skin 👍🏽 all survive the trip, and so does 𝒻𝒶𝓃𝒸𝓎 text.",
    "right to left": "مرحبا بكم في متجرنا الجديد. نفتح كل يوم من الساعة التاسعة صباحا. שלום לכולם!",
    "HTML": 'Keep <b>this</b> & <script>alert("1")</script> as it is, &amp; also <a href="http://x.example">a</a>.',
    "Markdown": "# Not a heading\n*stars* _lines_ `code` [link](http://x.example) ~~gone~~ ||hidden|| \\* > all of it",
    "format": "A text with {braces}, {0}, {title} and %s %(name)s %d100 %, as programmers write them.",
}


@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE)
async def test_every_text_arrives_as_it_was_written(person: Person, text: str) -> None:
    card = await card_of(person, text)
    assert text in card.text
    await person.press(card, "Use as it is")
    draft = await person.wait_until_edited(card, "characters")
    assert text in draft.text
    await person.press(draft, "Post now")
    post = await person.wait_for_message(lambda seen: seen.text == text, after=card.id)
    assert [entity for entity in post.entities if entity["type"] not in {"url", "hashtag", "mention"}] == []


async def test_as_it_is_pressed_twice_at_once_is_one_draft(house: House, person: Person) -> None:
    card = await card_of(person)
    button = card.button("Use as it is")
    await asyncio.gather(*(person.press(card, button) for _ in range(3)))
    rows = await house.rows(
        "SELECT count(*) AS posts FROM posts JOIN users ON users.id = owner_id WHERE telegram_user_id = $1", person.id
    )
    assert rows[0]["posts"] == 1


async def test_a_flood_of_commands_is_stopped_with_one_word(house: House, person: Person) -> None:
    await person.wait_for_message("Hello", after=(await person.send_text("/start")).id)
    await _have_acted(house, person, ACTIONS.most - 4)
    spam = [await person.send_text("/cancel") for _ in range(20)]
    stopped = await person.wait_for_message("That was a lot at once", after=spam[0].id)
    later = await house.sandbox.client.new_person("Bob")
    await later.wait_for_message("Hello", after=(await later.send_text("/start")).id)
    answers = [seen.id for seen in await person.history() if seen.id > spam[0].id and not seen.outgoing]
    assert answers[-1] == stopped.id
    assert len(answers) <= 6
    assert "nothing is lost" in stopped.text


async def _have_acted(house: House, person: Person, times: int) -> None:
    """As if they had done so much this hour. What the bot counts and what Redis has is added up when somebody acts."""
    key, others = f"limit:{ACTIONS.name}:{person.id}", await house.sandbox.client.new_person("Eve")
    async with redis.asyncio.Redis.from_url(house.environment["REDIS_URL"]) as store:
        await store.set(key, times - 1, ex=ACTIONS.window_s)
        await _act_unanswered(person)
        while int(await store.get(key) or 0) < times:
            await _act_unanswered(others)
            await asyncio.sleep(0.2)


async def _act_unanswered(person: Person) -> None:
    group = await person.make_chat("group", "Quiet")
    await person.add_bot(group["id"], status="member")
    await person.send_text("/nobodys_command", chat_id=group["id"])


async def test_a_press_in_a_group_does_nothing_whoever_presses(house: House, person: Person) -> None:
    card = await card_of(person)
    data = card.button("Write posts").data
    group = await person.make_chat("group", "Team")
    await person.add_bot(group["id"])
    stranger = await house.sandbox.client.new_person("Mallory")
    joined = {"user_id": stranger.id, "status": "member"}
    await house.sandbox.client.request("POST", f"/client/chats/{group['id']}/members", json=joined)
    markup = {"inline_keyboard": [[{"text": "Write posts", "callback_data": data}]]}
    sent = await house.sandbox.client.bot_call(
        house.sandbox.token, "sendMessage", chat_id=group["id"], text="Shared", reply_markup=markup
    )
    shared = SeenMessage({**sent["result"], "chat": {"id": group["id"]}})
    for who in (stranger, person):
        answer = await who.press(shared, "Write posts")
        assert answer is not None
        assert "private chat" in answer.text
    assert [seen.text for seen in await person.history(chat_id=group["id"]) if seen.body.get("text")] == ["Shared"]


ALBUMS = {
    "pictures": ([(f"{n}.png", picture("PNG")) for n in range(3)], "", "🖼 3 photos"),
    "pictures with words": ([(f"{n}.png", picture("PNG")) for n in range(3)], ARTICLE, "I write from the words"),
    "papers": ([(f"{n}.pdf", PDF) for n in range(3)], "", "📎 3 files"),
}


@pytest.mark.parametrize(("files", "caption", "answer"), ALBUMS.values(), ids=ALBUMS)
async def test_an_album_is_answered_once(
    person: Person, files: list[tuple[str, bytes]], caption: str, answer: str
) -> None:
    sent = await person.upload(*files, caption=caption)
    assert len({message.body["media_group_id"] for message in sent}) == 1
    await the_answer_to(person, answer, sent[0])


async def test_an_album_of_texts_has_a_card_for_each(person: Person) -> None:
    texts = [(f"{name}.txt", f"{name} is a text of its own.".encode()) for name in ("Alpha", "Beta")]
    sent = await person.upload(*texts)
    await person.wait_for_message("Beta is", after=sent[0].id)
    answers = await answers_to(person, "Alpha is", sent[0])
    assert len(answers) == 2


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.ogg", "voice"), ("a.mp4", "video_note")],
)
async def test_what_was_spoken_can_be_typed_where_nobody_listens(person: Person, name: str, kind: str) -> None:
    (sent,) = await person.upload((name, bytes(2_000)), kind=kind)
    await the_answer_to(person, "no transcription service is set up", sent)


@pytest.mark.parametrize(
    ("name", "kind", "answer", "more"),
    [
        ("a.mp4", "video", "🎬 1 video", ["🎬 TikTok, Instagram, YouTube"]),
        ("a.gif", "animation", "🎞 1 animation", []),
        ("a.mp3", "audio", "🎵 1 audio file", []),
    ],
)
async def test_sound_and_video_can_be_posted_as_they_are(
    person: Person, name: str, kind: str, answer: str, more: list[str]
) -> None:
    (sent,) = await person.upload((name, bytes(2_000)), kind=kind)
    card = await the_answer_to(person, answer, sent)
    assert {"📌 Use as it is", *more} <= {button.text for button in card.buttons}


async def test_a_contact_is_answered_with_what_is_accepted(house: House, person: Person) -> None:
    body = {"user_id": person.id}
    answer = await house.sandbox.client.request("POST", f"/client/chats/{person.id}/contact", json=body)
    await the_answer_to(person, ACCEPTED, SeenMessage(answer["messages"][0]))


async def test_a_place_is_taken_for_the_time_zone(house: House, person: Person) -> None:
    body = {"user_id": person.id, "latitude": 52.5, "longitude": 13.4}
    answer = await house.sandbox.client.request("POST", f"/client/chats/{person.id}/location", json=body)
    await the_answer_to(person, "Europe/Berlin", SeenMessage(answer["messages"][0]))


async def test_a_poll_is_answered_with_what_is_accepted(house: House, person: Person) -> None:
    await person.wait_for_message("Hello", after=(await person.send_text("/start")).id)
    poll = {"chat_id": person.id, "question": "Any good?", "options": [{"text": "yes"}, {"text": "no"}]}
    await house.sandbox.client.bot_call(house.sandbox.token, "sendPoll", **poll)
    (forwarded,) = await person.forward((await person.history())[-1])
    await the_answer_to(person, ACCEPTED, forwarded)


async def test_a_text_that_is_edited_is_read_anew(person: Person) -> None:
    sent = await person.send_text(ARTICLE)
    card = await person.wait_for_message("Publishing every day", after=sent.id)
    await person.edit(sent, ARTICLE.replace("Publishing every day", "Posting every morning"))
    anew = await person.wait_for_message("Posting every morning", after=card.id)
    assert anew.button("Write posts").data != card.button("Write posts").data


async def test_an_edit_of_anything_else_is_said_to_be_late_once(person: Person) -> None:
    sent = await person.send_text("/help")
    await person.wait_for_message("Send me", after=sent.id)
    for text in ("/posts", "/plan"):
        await person.edit(sent, text)
    last = await person.send_text("/cancel")
    await person.wait_for_message("nothing to cancel", after=last.id)
    answers = [seen.text for seen in await person.history() if sent.id < seen.id and not seen.outgoing]
    assert ["before you changed it" in text for text in answers] == [False, True, False]


async def test_a_reply_to_what_is_no_draft_is_a_text_like_any_other(person: Person) -> None:
    welcome = await person.wait_for_message("Hello", after=(await person.send_text("/start")).id)
    sent = await person.reply(welcome, ARTICLE)
    card = await the_answer_to(person, "Publishing every day", sent)
    assert card.button("Write posts")


async def test_what_is_no_text_leaves_a_question_open(person: Person) -> None:
    card = await card_of(person)
    await person.press(card, "Use as it is")
    draft = await person.wait_until_edited(card, "characters")
    await person.press(draft, "Edit")
    asked = await person.wait_for_message("What should I change?")
    await person.upload(("a.ogg", bytes(2_000)), kind="voice")
    await person.wait_for_message("Please type what to change", after=asked.id)
    await person.send_text("=My own words after all.")
    await person.wait_until_edited(draft, "My own words after all.")


async def test_a_new_text_longer_than_a_message_replaces_a_draft_once(person: Person) -> None:
    """The reply comes in two messages: the second is no source of its own."""
    card = await card_of(person)
    await person.press(card, "Use as it is")
    draft = await person.wait_until_edited(card, "characters")
    sent = await person.reply(draft, "=" + "Many words for one message. " * 200)
    changed = await person.wait_until_edited(draft, "Goes out as 2 messages")
    assert "version 2" in changed.text
    asked = await person.send_text("/cancel")
    await person.wait_for_message("nothing to cancel", after=asked.id)
    assert [seen for seen in await person.history() if sent.id < seen.id < asked.id and not seen.outgoing] == []
