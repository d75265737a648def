from core.telegram.content import Button, Content, Entity, Media, MediaKind, TextFormat
from core.telegram.markup import utf16_length
from core.telegram.parts import parts_of

PHOTO = Media(kind=MediaKind.PHOTO, file_id="p")
KEYBOARD = ((Button(text="Open", url="https://example.com"),),)
LONG = "word " * 1000


def test_a_short_text_is_one_part_as_it_was_written() -> None:
    (part,) = parts_of(Content(text=" <b>Hi</b> ", keyboard=KEYBOARD, reply_to=4))
    assert (part.text, part.html, part.keyboard, part.reply_to) == (" <b>Hi</b> ", True, KEYBOARD, 4)


def test_buttons_stand_under_the_last_part_and_the_arrow_at_the_first() -> None:
    parts = parts_of(Content(text=LONG, keyboard=KEYBOARD, reply_to=4))
    assert [(bool(part.keyboard), part.reply_to) for part in parts] == [(False, 4), (True, None)]


def test_a_long_caption_goes_on_below() -> None:
    first, *rest = parts_of(Content(text=LONG, media=(PHOTO,)))
    assert first.media == (PHOTO,)
    assert 900 < utf16_length(first.text) <= 1024
    assert [len(part.media) for part in rest] == [0]
    assert utf16_length(rest[0].text) > 3000


def test_a_text_that_is_exactly_long_enough_is_one_part() -> None:
    assert len(parts_of(Content(text="x" * 4096))) == 1
    assert len(parts_of(Content(text="x" * 4097))) == 2
    assert len(parts_of(Content(text="x" * 1024, media=(PHOTO,)))) == 1
    assert len(parts_of(Content(text="x" * 1025, media=(PHOTO,)))) == 2


def test_an_album_with_buttons_gets_them_on_its_text() -> None:
    album, text = parts_of(Content(text="About it", media=(PHOTO, PHOTO), keyboard=KEYBOARD))
    assert (album.text, album.messages, album.keyboard) == ("", 2, ())
    assert (text.text, text.media, text.keyboard) == ("About it", (), KEYBOARD)


def test_an_album_without_buttons_keeps_its_caption() -> None:
    (album,) = parts_of(Content(text="About it", media=(PHOTO, PHOTO)))
    assert (album.text, album.messages) == ("About it", 2)


def test_media_alone_are_one_part() -> None:
    (part,) = parts_of(Content(media=(PHOTO,), keyboard=KEYBOARD))
    assert (part.text, part.keyboard) == ("", KEYBOARD)


def test_plain_text_keeps_its_entities() -> None:
    bold = Entity(type="bold", offset=0, length=5000)
    first, second = parts_of(Content(text=LONG, format=TextFormat.PLAIN, entities=(bold,)))
    assert (first.html, first.entities[0].offset, first.entities[0].length) == (False, 0, len(first.text))
    assert second.entities[0].length == len(second.text.rstrip()) + 1


def test_more_formatting_than_one_message_keeps_goes_on_in_another_one() -> None:
    bold = tuple(Entity(type="bold", offset=2 * place, length=1) for place in range(101))
    kept = Content(text="b " * 100, format=TextFormat.PLAIN, entities=bold[:100])
    assert len(parts_of(kept)) == 1
    parts = parts_of(Content(text="b " * 101, format=TextFormat.PLAIN, entities=bold, media=(PHOTO,)))
    assert [(len(part.entities), part.text.count("b"), len(part.media)) for part in parts] == [(100, 100, 1), (1, 1, 0)]
    written = parts_of(Content(text="<b>b</b> " * 101))
    assert [part.text.count("<b>") for part in written] == [100, 1]


def test_an_edit_is_never_split() -> None:
    assert len(parts_of(Content(text=LONG, edit=3))) == 1


def test_the_same_content_has_the_same_parts() -> None:
    content = Content(text=LONG * 5, media=(PHOTO,))
    assert parts_of(content) == parts_of(Content.from_json(content.to_json()))


def test_media_last_puts_all_of_the_text_before_them() -> None:
    *texts, media = parts_of(Content(text=LONG, media=(PHOTO,), media_last=True, keyboard=KEYBOARD, reply_to=4))
    assert [part.media for part in texts] == [(), ()]
    assert utf16_length(texts[0].text) > 3000
    assert (media.text, media.media, media.keyboard, texts[0].reply_to) == ("", (PHOTO,), KEYBOARD, 4)


def test_buttons_stand_under_the_text_before_an_album() -> None:
    text, album = parts_of(Content(text="About it", media=(PHOTO, PHOTO), media_last=True, keyboard=KEYBOARD))
    assert (text.keyboard, album.keyboard, album.messages) == (KEYBOARD, (), 2)
