"""Links in messages, and what stands behind them."""

import time
from collections.abc import Collection

import pytest

from core.errors import InvalidInput
from core.http import Fetched, LinkFailed
from core.sources.links import find_link, read_link
from core.sources.reading import Reading, SourceKind

ARTICLE = """<html lang="en"><head><title>Bread at home | Kitchen</title>
<meta property="og:title" content="How to bake bread"></head>
<body><nav><a href="/">Home</a> <a href="/shop">Shop</a></nav>
<article><h1>How to bake bread</h1>
<p>Bread is <b>simple</b>: flour, water, salt and time. The rest is patience, and an oven that gets hot enough.</p>
<h2>Steps</h2><ul><li>Mix the flour with water and wait.</li><li>Knead the dough for ten minutes.</li></ul>
<p>A second paragraph with a <a href="https://x.example/z">link</a> goes on about the crust and the crumb of it all.</p>
</article><footer>Copyright by somebody, all rights reserved</footer><script>alert(1)</script></body></html>"""


def site(body: str | bytes, content_type: str = "text/html", charset: str | None = None, url: str = "") -> "Site":
    return Site(body.encode() if isinstance(body, str) else body, content_type, charset, url)


class Site:
    """One page, given out under the rules of core.http.Fetch."""

    def __init__(self, body: bytes, content_type: str, charset: str | None, url: str) -> None:
        self.page = Fetched(url or "https://site.example/post", content_type, charset, body)

    async def __call__(self, url: str, *, types: Collection[str] | None = None) -> Fetched:
        if types is not None and self.page.content_type and self.page.content_type not in types:
            raise LinkFailed("link.unsupported_type", type=self.page.content_type)
        return self.page


async def read(fetch: Site) -> Reading:
    return await read_link("https://short.example/", fetch)


async def refusal(fetch: Site) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        await read(fetch)
    return caught.value


async def test_the_article_is_read_without_what_stands_around_it() -> None:
    reading = await read(site(ARTICLE))
    assert (reading.kind, reading.title, reading.language) == (SourceKind.LINK, "How to bake bread", "en")
    assert reading.url == "https://site.example/post"
    assert "Bread is simple: flour, water, salt and time." in reading.text
    assert "\n\nSteps\n\n- Mix the flour with water and wait.\n- Knead the dough for ten minutes.\n\n" in reading.text
    assert not {"Copyright", "Shop", "alert"} & set(reading.text.replace("(", " ").split())


@pytest.mark.parametrize("charset", ["windows-1251", None])
async def test_the_page_is_read_in_its_charset(charset: str | None) -> None:
    meta = '<meta charset="windows-1251">' if charset is None else ""
    words = "Хлеб печь просто: мука, вода, соль и время. Остальное терпение и горячая печь. " * 4
    page = f"<html><head>{meta}<title>Хлеб</title></head><body><article><p>{words}</p></article></body></html>"
    reading = await read(site(page.encode("cp1251"), charset=charset))
    assert reading.text.startswith("Хлеб печь просто: мука")
    assert (reading.title, reading.language) == ("Хлеб", "ru")


@pytest.mark.parametrize(
    "body",
    [
        "",
        "   ",
        "<html><body></body></html>",
        "<html><body><script>render()</script><noscript></noscript></body></html>",
        "<html><head><title>Only a title</title></head><body><img src=a.png></body></html>",
        "\x00\x01\x02",
        "<" * 5000,
    ],
)
async def test_a_page_without_text_is_named(body: str) -> None:
    assert (await refusal(site(body))).error_code == "source.page_without_text"


@pytest.mark.parametrize("content_type", ["application/pdf", "image/png", "video/mp4", "application/octet-stream"])
async def test_a_link_to_a_file_says_which_type(content_type: str) -> None:
    error = await refusal(site(b"%PDF-1.7", content_type))
    assert (error.error_code, error.params) == ("source.link_is_file", {"type": content_type})


async def test_a_binary_sent_as_text_is_a_file() -> None:
    assert (await refusal(site(b"MZ\x00\x00\x01" * 50, "text/plain"))).error_code == "source.link_is_file"


async def test_other_failures_of_the_link_pass_through() -> None:
    class Down(Site):
        async def __call__(self, url: str, *, types: Collection[str] | None = None) -> Fetched:
            raise LinkFailed("link.timeout", retryable=True)

    assert (await refusal(Down(b"", "", None, ""))).error_code == "link.timeout"


async def test_plain_text_and_markdown_links_are_read() -> None:
    plain = await read(site("Just some words.\nAnd more.", "text/plain", "utf-8"))
    assert (plain.title, plain.text) == ("Just some words.", "Just some words.\nAnd more.")
    marked = await read(site("Some **words**.\n\n# Heading", "text/markdown"))
    assert (marked.title, marked.text) == ("Heading", "Some words.\n\nHeading")
    raw = await read(site("# Read *me*\n\nplease", "text/plain", url="https://raw.example/a/README.md?x=1"))
    assert (raw.title, raw.text) == ("Read me", "Read me\n\nplease")


async def test_a_page_without_a_type_is_judged_by_its_content() -> None:
    assert (await read(site(ARTICLE, ""))).title == "How to bake bread"
    assert (await read(site("plain words only", ""))).text == "plain words only"


async def test_too_long_an_article_is_told() -> None:
    assert (await refusal(site("word " * 20_000, "text/plain"))).error_code == "source.too_long"


async def test_five_megabytes_of_nested_tags_end_soon() -> None:
    started = time.process_time()
    assert (await refusal(site("<div>" * 1_000_000))).error_code == "source.page_without_text"
    assert time.process_time() - started < 30


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("https://example.com/a?b=c#d", "https://example.com/a?b=c#d"),
        ("  HTTP://Example.com \n", "HTTP://Example.com"),
        ("Write about https://example.com/post, please", "https://example.com/post"),
        ("(https://example.com/post).", "https://example.com/post"),
        ("https://en.wikipedia.example/wiki/Bread_(food)", "https://en.wikipedia.example/wiki/Bread_(food)"),
        ("<https://example.com>", "https://example.com"),
        ("https://example.com/a https://example.com/a", "https://example.com/a"),
        ("Посмотри https://пример.рф/статья !", "https://пример.рф/статья"),
        ("example.com/post", "https://example.com/post"),
        ("www.example.com", "https://www.example.com"),
        ("example.com:8080/x", "https://example.com:8080/x"),
        ("пример.рф", "https://пример.рф"),
    ],
)
def test_a_message_about_one_link_is_recognised(text: str, link: str) -> None:
    assert find_link(text) == link


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Bread is simple.",
        "https://",
        "one https://example.com/a and two https://example.com/b",
        "I baked a bread yesterday and wrote it all down here: https://example.com/post",
        "notes.md",
        "me@example.com",
        "3.14",
        "v1.2.3",
        "Hello world. example.com",
        "It is at ftp://example.com/x",
        "...",
    ],
)
def test_other_messages_are_not_links(text: str) -> None:
    assert find_link(text) is None


@pytest.mark.parametrize("text", ["ftp://example.com/x", " FILE:///etc/passwd ", "tg://resolve?domain=example"])
def test_a_link_of_another_kind_is_refused_as_one(text: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        find_link(text)
    assert raised.value.error_code == "link.not_http"
