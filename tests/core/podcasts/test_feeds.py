import json
from datetime import timedelta
from typing import Any

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from core.podcasts.feeds import (
    ITUNES,
    PODCAST,
    FeedChapter,
    FeedCue,
    PrivateFeed,
    chapters_document,
    digest_of,
    episode_called,
    feed_document,
    feed_url,
    folder_url,
    new_token,
    transcript_document,
)
from tests.core.podcasts.feeds import AT, CHAPTERS, CUES, OWNER, episode, feed

FOLDER = folder_url("https://p.example.com", "token")
NASTY = 'Bread <b>&amp; "butter"</b> ]]> 🥖\x00\x0b\ud83d\ufffe \u202e end'
CLEAN = 'Bread <b>&amp; "butter"</b> ]]> 🥖 \u202e end'

SCHEMA = """
<grammar xmlns="http://relaxng.org/ns/structure/1.0" datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes"
  xmlns:i="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:p="https://podcastindex.org/namespace/1.0"
  xmlns:a="http://www.w3.org/2005/Atom">
<define name="words"><data type="string"><param name="pattern">[\\s\\S]*\\S[\\s\\S]*</param></data></define>
<define name="date"><data type="string">
  <param name="pattern">(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \\d\\d [A-Z][a-z]{2} \\d{4} \\d\\d:\\d\\d:\\d\\d GMT</param>
</data></define>
<define name="url"><data type="string"><param name="pattern">https://[!-~]+</param></data></define>
<define name="image"><element name="i:image"><attribute name="href"><ref name="url"/></attribute></element></define>
<start><element name="rss"><attribute name="version"><value>2.0</value></attribute><element name="channel"><interleave>
  <element name="title"><ref name="words"/></element>
  <element name="link"><ref name="url"/></element>
  <element name="description"><ref name="words"/></element>
  <element name="language"><data type="language"/></element>
  <element name="lastBuildDate"><ref name="date"/></element>
  <element name="generator"><ref name="words"/></element>
  <element name="ttl"><data type="positiveInteger"/></element>
  <element name="a:link">
    <attribute name="href"><ref name="url"/></attribute><attribute name="rel"><value>self</value></attribute>
    <attribute name="type"><value>application/rss+xml</value></attribute>
  </element>
  <element name="i:author"><ref name="words"/></element>
  <element name="i:category"><attribute name="text"><ref name="words"/></attribute></element>
  <element name="i:explicit"><value>false</value></element>
  <element name="i:type"><value>episodic</value></element>
  <element name="i:block"><value>Yes</value></element>
  <element name="p:guid"><ref name="words"/></element>
  <element name="p:locked"><value>yes</value></element>
  <optional><ref name="image"/></optional>
  <zeroOrMore><element name="item"><interleave>
    <element name="title"><ref name="words"/></element>
    <element name="description"><ref name="words"/></element>
    <element name="guid"><attribute name="isPermaLink"><value>false</value></attribute><ref name="words"/></element>
    <element name="pubDate"><ref name="date"/></element>
    <element name="enclosure">
      <attribute name="url"><ref name="url"/></attribute>
      <attribute name="length"><data type="positiveInteger"/></attribute>
      <attribute name="type"><choice><value>audio/mpeg</value><value>audio/mp4</value></choice></attribute>
    </element>
    <element name="i:duration"><data type="nonNegativeInteger"/></element>
    <element name="i:episodeType"><value>full</value></element>
    <element name="i:explicit"><value>false</value></element>
    <optional><ref name="image"/></optional>
    <optional><element name="p:chapters">
      <attribute name="url"><ref name="url"/></attribute>
      <attribute name="type"><value>application/json+chapters</value></attribute>
    </element></optional>
    <optional><element name="p:transcript">
      <attribute name="url"><ref name="url"/></attribute><attribute name="type"><value>text/vtt</value></attribute>
      <attribute name="language"><data type="language"/></attribute>
    </element></optional>
  </interleave></element></zeroOrMore>
</interleave></element></element></start>
</grammar>
"""
"""What RSS 2.0, Apple and the podcast namespace ask for."""


@pytest.fixture(scope="session")
def schema() -> etree.RelaxNG:
    return etree.RelaxNG(etree.fromstring(SCHEMA))


FULL = feed(
    episode(chapters=CHAPTERS, cues=CUES, picture_key=f"{OWNER}/pictures/first.png"),
    episode("second", title=NASTY, description=NASTY, published_at=AT + timedelta(days=1)),
    episode("third-2", audio_key=f"{OWNER}/episodes/third.m4a", published_at=AT - timedelta(days=1)),
    title=NASTY,
    picture_key=f"{OWNER}/pictures/cover.jpg",
)


@pytest.mark.parametrize("made", [feed(), FULL, feed(episode(description="")), feed(description=" ")])
def test_the_document_is_what_the_standards_ask_for(schema: etree.RelaxNG, made: PrivateFeed) -> None:
    schema.assertValid(etree.fromstring(feed_document(made, folder=FOLDER)))


def test_the_schema_misses_what_isnt_there(schema: etree.RelaxNG) -> None:
    for path in (".//enclosure", ".//guid", "channel/title", f".//{{{ITUNES}}}author", f".//{{{PODCAST}}}guid"):
        document = etree.fromstring(feed_document(FULL, folder=FOLDER))
        element = document.find(path)
        assert element is not None
        element.getparent().remove(element)
        assert not schema.validate(document), path


def parsed(made: PrivateFeed) -> Any:
    result = feedparser.parse(feed_document(made, folder=FOLDER), sanitize_html=False)
    assert not result.bozo
    return result


def test_an_app_reads_what_was_meant() -> None:
    result = parsed(FULL)
    assert result.version == "rss20"
    assert (result.feed.title, result.feed.image.href) == (CLEAN, f"{FOLDER}/cover.jpg")
    second, first, third = result.entries
    assert (second.title, second.summary) == (CLEAN, CLEAN)
    assert first.published_parsed[:6] == (2026, 11, 21, 12, 0, 0)
    assert (first.itunes_duration, first.image.href) == ("300", f"{FOLDER}/first.png")
    assert dict(first.enclosures[0]) == {"href": f"{FOLDER}/first.mp3", "length": "4812345", "type": "audio/mpeg"}
    assert third.enclosures[0]["type"] == "audio/mp4"
    assert third.enclosures[0]["href"] == f"{FOLDER}/third-2.m4a"
    assert (first.podcast_chapters["url"], first.podcast_transcript["url"]) == (
        f"{FOLDER}/first.chapters.json",
        f"{FOLDER}/first.transcript.vtt",
    )
    assert "podcast_chapters" not in second


def test_ids_stay_when_everything_else_changes() -> None:
    before, after = feed(episode()), feed(episode(title="New", size_bytes=5, audio_key=f"{OWNER}/episodes/new.m4a"))
    assert parsed(before).entries[0].id == parsed(after).entries[0].id
    other = feed_document(before, folder=folder_url("https://p.example.com", "rotated"))
    assert feedparser.parse(other).entries[0].id == parsed(before).entries[0].id


def test_audio_made_again_keeps_its_guid_and_gets_another_address() -> None:
    before, after = (parsed(feed(episode(version=version))).entries[0] for version in (0, 3))
    assert (before.id, before.published) == (after.id, after.published)
    assert before.enclosures[0].href != after.enclosures[0].href


@pytest.mark.parametrize("name", ["first", "first-v1", "first-v3", "first-v99"])
def test_every_address_of_an_episode_leads_to_the_present_audio(name: str) -> None:
    made = feed(episode(version=3), episode("second"))
    assert episode_called(made, name) == made.episodes[0]
    assert episode_called(made, f"{name}-x") is None


def test_the_same_feed_is_the_same_document() -> None:
    there, back = feed(episode("a"), episode("b")), feed(episode("b"), episode("a"))
    assert feed_document(there, folder=FOLDER) == feed_document(back, folder=FOLDER)


@given(st.text(), st.text(), st.lists(st.tuples(st.text(), st.integers(0, 10**8)), max_size=3))
def test_any_text_makes_documents_that_can_be_read(title: str, words: str, lines: list[tuple[str, int]]) -> None:
    made = episode(
        title=title,
        description=words,
        chapters=tuple(FeedChapter(text, at) for text, at in lines),
        cues=tuple(FeedCue(title, text, at, at + 1) for text, at in lines),
    )
    etree.fromstring(feed_document(feed(made, title=title, author=words), folder=FOLDER))
    assert len(json.loads(chapters_document(made))["chapters"]) == len(lines)
    assert transcript_document(made).decode().count(" --> ") == len(lines)


def test_chapters_are_in_seconds() -> None:
    assert json.loads(chapters_document(episode(chapters=CHAPTERS))) == {
        "version": "1.2.0",
        "chapters": [{"startTime": 0.0, "title": "Intro"}, {"startTime": 61.5, "title": "Dough & <time>"}],
    }


def test_a_transcript_says_who_speaks_when() -> None:
    assert transcript_document(episode(cues=CUES)).decode() == (
        "WEBVTT\n\n"
        "00:00:00.000 --> 00:00:01.500\n<v Ann>Why sourdough?\n\n"
        "01:00:01.500 --> 01:00:05.007\n<v Ben &lt;b&gt;>Because 1 &lt; 2 &amp; time --&gt; matters.\n"
    )


def test_tokens_differ_and_feeds_are_looked_up_by_their_digest() -> None:
    token = new_token()
    assert len(token) >= 43
    assert token != new_token()
    assert token not in digest_of(token)
    assert digest_of(token) == digest_of(token)
    assert len(digest_of("\ud83d")) == 64
    assert feed_url("https://p.example.com", token) == f"https://p.example.com/feeds/{token}/feed.xml"
