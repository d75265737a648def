"""The words and options for one network. TikTok's follow its content-sharing rules point by point."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from bot.deliveries.phrases import shortened
from bot.publishing import tiktok_texts
from bot.publishing.actions import (
    AskCaption,
    AskHashtags,
    AskTitle,
    ChooseCaptionDraft,
    ChooseCover,
    ChoosePrivacy,
    CopyWords,
    DiscloseThese,
    EndDisclosure,
    ExplainOff,
    MendWords,
    OpenPage,
    ShowDisclosure,
    ShowPublication,
    ShowVideoPost,
    Switch,
    Turn,
    UseCover,
    UsePrivacy,
)
from bot.publishing.labels import moment_label, network_label, place_label, privacy_label, switch_label
from bot.publishing.sentences import lack_sentence
from bot.screens import Button, Screen, lines
from bot.texts import Texts
from core import ids
from core.posts.platforms import Platform, ProblemCode, measure
from core.providers.discovery import Network
from core.publishing.models import Manner
from core.publishing.networks.contract import Terms, Wanted
from core.publishing.queries import PublicationView, VideoPostView
from core.publishing.readiness import ONLY_ME, Lack, LackCode, lacks

WORDS_UNITS, WORDS_UNITS_BELOW_PICTURE = 1_500, 260
STEPS_MS = (-5_000, -1_000, 1_000, 5_000)
CUT = frozenset(ProblemCode) - {ProblemCode.EMPTY, ProblemCode.TITLE_MISSING}
"""What shortening mends."""
INTERACTIONS = (Switch.COMMENTS, Switch.DUET, Switch.STITCH)


@dataclass(frozen=True, slots=True)
class Looked:
    """One network's share of a plan, with what the network allows right now; None by hand."""

    post: VideoPostView
    one: PublicationView
    terms: Terms | None

    @property
    def wanted(self) -> Wanted:
        return self.one.wanted

    @property
    def lacks(self) -> list[Lack]:
        return lacks(self.one.network, self.one.wanted, terms=self.terms, duration_s=self.post.duration_s)


def publication(seen: Looked, t: Texts, *, picture: bytes | None = None) -> Screen:
    """Everything that can be chosen for one network."""
    units = WORDS_UNITS if picture is None else WORDS_UNITS_BELOW_PICTURE
    text = [_heading(seen, t), "", *_words(seen, t, units=units), *_facts(seen, t), *_lacks(seen.lacks, t)]
    return Screen(lines(text), [*_word_rows(seen, t), *_option_rows(seen, t), [_back(seen, t)]], picture=picture)


def _heading(seen: Looked, t: Texts) -> Markup:
    network = network_label(seen.one.network)
    if seen.one.manner is Manner.BY_HAND:
        return t("✋ <b>{network}</b>, by hand: I send you file and words, and you publish.", network=network)
    name = seen.terms.name if seen.terms is not None else ""
    account = seen.one.account or "?"
    if name and name != account:
        return t("<b>{network}</b>: posting as <b>{name}</b> (@{account})", network=network, name=name, account=account)
    return t("<b>{network}</b>: posting as <b>@{account}</b>", network=network, account=account)


def _words(seen: Looked, t: Texts, *, units: int) -> list[Markup]:
    if seen.wanted.inbox:
        return [tiktok_texts.inbox(t)]
    told = []
    if seen.one.network is Network.YOUTUBE:
        told.append(t("<b>{title}</b>", title=seen.wanted.title or t("No title yet")))
    if seen.wanted.caption:
        told.append(Markup("<blockquote expandable>{}</blockquote>").format(shortened(seen.wanted.caption, units)))
    else:
        told.append(t("<i>No words yet. Press Words and write them.</i>"))
    return [*told, _count(seen, t)]


def _count(seen: Looked, t: Texts) -> Markup:
    """As the network counts."""
    counted = measure(Platform(seen.one.network), seen.wanted.caption)
    if seen.one.network is Network.YOUTUBE:
        return t("{length} of {limit} bytes", length=counted.length, limit=counted.limit)
    said = t("{length} of {limit} characters", length=counted.length, limit=counted.limit)
    if counted.hashtag_limit is None:
        return said
    tags = t("{hashtags} of {limit} hashtags", hashtags=counted.hashtags, limit=counted.hashtag_limit)
    return Markup(" · ").join([said, tags])


def _facts(seen: Looked, t: Texts) -> list[Markup]:
    wanted, terms = seen.wanted, seen.terms
    if terms is None or wanted.inbox:
        return []
    told = [Markup()]
    if terms.privacy_options:
        who = privacy_label(wanted.privacy, t) if wanted.privacy else t("not chosen yet")
        told.append(t("👁 Who can see it: <b>{who}</b>", who=who))
    if seen.one.network is Network.TIKTOK:
        told += _tiktok_facts(wanted, terms, t)
    if seen.one.network is Network.YOUTUBE:
        told.append(_kids(wanted, t))
    if wanted.cover_ms is not None and seen.one.network is not Network.YOUTUBE:
        told.append(t("🖼 Cover: {moment}", moment=moment_label(wanted.cover_ms)))
    if terms.posts_left is not None and terms.posts_left > 0:
        told.append(
            t.plural("The account may post {n} more today.", "The account may post {n} more today.", terms.posts_left)
        )
    return told


def _tiktok_facts(wanted: Wanted, terms: Terms, t: Texts) -> list[Markup]:
    allowed = [switch_label(each, t) for each in INTERACTIONS if is_on(wanted, each)]
    off = [switch_label(each, t) for each in INTERACTIONS if is_switched_off(terms, each)]
    told = [t("💬 Allow users to: {what}", what=Markup(", ").join(allowed) if allowed else t("nothing"))]
    if off:
        told.append(t("<i>Switched off in the account's own settings: {what}</i>", what=Markup(", ").join(off)))
    label = tiktok_texts.disclosure_label(wanted, t)
    told += [label] if label else []
    return [*told, t("🤖 Marked as made with AI")] if wanted.ai_made else told


def _kids(wanted: Wanted, t: Texts) -> Markup:
    chosen = {None: t("not chosen yet"), True: t("yes"), False: t("no")}[wanted.made_for_kids]
    said = t("🧸 Made for kids: <b>{chosen}</b>", chosen=chosen)
    return said + (Markup("\n") + t("🤖 Marked as made with AI") if wanted.ai_made else Markup())


def _lacks(found: Sequence[Lack], t: Texts) -> list[Markup]:
    if not found:
        return []
    return [Markup(), *(t("⚠️ {what}", what=lack_sentence(lack, t)) for lack in found)]


def _word_rows(seen: Looked, t: Texts) -> list[list[Button]]:
    if seen.wanted.inbox:
        return []
    one = seen.one.id
    rows = [[Button(t("✏️ Words"), AskCaption(one)), Button(t("＃ Hashtags"), AskHashtags(one))]]
    if seen.one.network is Network.YOUTUBE:
        rows[0].insert(0, Button(t("🔤 Title"), AskTitle(one)))
    more = [Button(t("📚 From a draft"), ChooseCaptionDraft(one, 1))]
    if len(seen.post.publications) > 1 and seen.wanted.caption:
        more.append(Button(t("⤵️ Same everywhere"), CopyWords(one)))
    rows.append(more)
    if any(lack.code is LackCode.WORDS and lack.params["problem"] in CUT for lack in seen.lacks):
        rows.append([Button(t("✂️ Shorten it"), MendWords(one))])
    return rows


def _option_rows(seen: Looked, t: Texts) -> list[list[Button]]:
    if seen.terms is None:
        return []
    match seen.one.network:
        case Network.TIKTOK:
            return _tiktok_rows(seen, seen.terms, t)
        case Network.INSTAGRAM:
            return [[_cover(seen, t), turn(seen, Switch.FEED, t)]]
        case Network.YOUTUBE:
            return _youtube_rows(seen, t)


def _tiktok_rows(seen: Looked, terms: Terms, t: Texts) -> list[list[Button]]:
    if seen.wanted.inbox:
        return [[Button(t("↩️ Post it directly"), Turn(seen.one.id, Switch.INBOX, on=False))]] if terms.direct else []
    disclosed = seen.wanted.own_brand or seen.wanted.paid_partnership
    disclose = t("💼 Commercial content: on") if disclosed else t("💼 Disclose commercial content: off")
    return [
        [_privacy(seen, t)],
        [_interaction(seen, terms, each, t) for each in INTERACTIONS],
        [Button(disclose, ShowDisclosure(seen.one.id))],
        [turn(seen, Switch.AI_MADE, t), _cover(seen, t)],
        [Button(t("📥 To my inbox instead"), Turn(seen.one.id, Switch.INBOX, on=True))],
        [Button(t("🌐 All on one page"), OpenPage(seen.one.id))],
    ]


def _youtube_rows(seen: Looked, t: Texts) -> list[list[Button]]:
    kids = seen.wanted.made_for_kids
    yes = Button(t("✓ For kids") if kids is True else t("🧸 For kids"), Turn(seen.one.id, Switch.KIDS, on=True))
    no = Button(t("✓ Not for kids") if kids is False else t("Not for kids"), Turn(seen.one.id, Switch.KIDS, on=False))
    return [[_privacy(seen, t)], [yes, no], [turn(seen, Switch.AI_MADE, t), turn(seen, Switch.SUBSCRIBERS, t)]]


def _privacy(seen: Looked, t: Texts) -> Button:
    chosen = privacy_label(seen.wanted.privacy, t) if seen.wanted.privacy else t("choose")
    return Button(t("👁 Who can see it: {chosen}", chosen=chosen), ChoosePrivacy(seen.one.id))


def _interaction(seen: Looked, terms: Terms, switch: Switch, t: Texts) -> Button:
    """What the account has switched off looks different, and says why."""
    if is_switched_off(terms, switch):
        return Button(t("🚫 {what}", what=switch_label(switch, t)), ExplainOff(seen.one.id, switch))
    return turn(seen, switch, t)


def turn(seen: Looked, switch: Switch, t: Texts) -> Button:
    """☐ off, ☑ on."""
    on = is_on(seen.wanted, switch)
    return Button(f"{'☑' if on else '☐'} {switch_label(switch, t)}", Turn(seen.one.id, switch, on=not on))


def is_on(wanted: Wanted, switch: Switch) -> bool:
    return {
        Switch.COMMENTS: wanted.comments,
        Switch.DUET: wanted.duet,
        Switch.STITCH: wanted.stitch,
        Switch.AI_MADE: wanted.ai_made,
        Switch.OWN_BRAND: wanted.own_brand,
        Switch.PAID_PARTNERSHIP: wanted.paid_partnership,
        Switch.FEED: wanted.share_to_feed,
        Switch.SUBSCRIBERS: wanted.notify_subscribers,
        Switch.KIDS: bool(wanted.made_for_kids),
        Switch.INBOX: wanted.inbox,
    }[switch]


def is_switched_off(terms: Terms, switch: Switch) -> bool:
    """In the account's own settings."""
    off = {Switch.COMMENTS: terms.comments_off, Switch.DUET: terms.duet_off, Switch.STITCH: terms.stitch_off}
    return off.get(switch, False)


def _cover(seen: Looked, t: Texts) -> Button:
    return Button(t("🖼 Cover"), ChooseCover(seen.one.id, None))


def privacy(seen: Looked, t: Texts) -> Screen:
    """What the network offers this account, nothing chosen beforehand."""
    options = seen.terms.privacy_options if seen.terms is not None else ()
    text = [t("👁 <b>Who can see it on {network}?</b>", network=network_label(seen.one.network))]
    if seen.wanted.paid_partnership and ONLY_ME in options:
        text += [Markup(), tiktok_texts.branded_private(t)]
    rows = [[_option(seen, option, t)] for option in options]
    return Screen(lines(text), [*rows, [Button(t("‹ Back"), ShowPublication(seen.one.id))]])


def _option(seen: Looked, option: str, t: Texts) -> Button:
    label = privacy_label(option, t)
    if seen.wanted.paid_partnership and option == ONLY_ME:
        return Button(t("🚫 {what}", what=label), ExplainOff(seen.one.id, Switch.PAID_PARTNERSHIP))
    return Button(f"✓ {label}" if option == seen.wanted.privacy else label, UsePrivacy(seen.one.id, option))


def disclosure(seen: Looked, t: Texts) -> Screen:
    """Switched on: nothing is chosen beforehand, and without a choice there is no way on but switching it off."""
    label = tiktok_texts.disclosure_label(seen.wanted, t)
    text = lines(
        [
            t("💼 <b>Disclose commercial content</b>"),
            "",
            tiktok_texts.disclosure_help(t),
            "",
            t("<b>Your brand</b>: {text}", text=tiktok_texts.your_brand(t)),
            t("<b>Branded content</b>: {text}", text=tiktok_texts.branded_content(t)),
            *(["", Markup("<b>{}</b>").format(label)] if label else []),
        ]
    )
    return Screen(
        text,
        [
            [turn(seen, Switch.OWN_BRAND, t)],
            [_paid(seen, t)],
            [Button(t("✓ Done"), DiscloseThese(seen.one.id)), Button(t("Switch it off"), EndDisclosure(seen.one.id))],
        ],
    )


def _paid(seen: Looked, t: Texts) -> Button:
    """Whoever has chosen to be the only one to see it can't have it."""
    if seen.wanted.privacy == ONLY_ME and not seen.wanted.paid_partnership:
        label = t("🚫 {what}", what=switch_label(Switch.PAID_PARTNERSHIP, t))
        return Button(label, ExplainOff(seen.one.id, Switch.PAID_PARTNERSHIP))
    return turn(seen, Switch.PAID_PARTNERSHIP, t)


def cover(seen: Looked, at_ms: int, t: Texts, *, picture: bytes | None) -> Screen:
    """The frame at a moment, and ways to others."""
    one, end_ms = seen.one.id, round(seen.post.duration_s * 1000)
    text = [t("🖼 <b>Cover at {moment}</b> of {length}", moment=moment_label(at_ms), length=moment_label(end_ms))]
    if picture is None:
        text.append(t("I can't show that moment, but the network can use it."))
    steps = [Button(_step_label(step), ChooseCover(one, _moved(at_ms, step, end_ms))) for step in STEPS_MS]
    parts = [
        Button(moment_label(part), ChooseCover(one, part))
        for part in (_rounded(end_ms * share // 4) for share in range(4))
    ]
    use = [Button(t("✅ Use this one"), UseCover(one, at_ms)), Button(t("Let the network choose"), UseCover(one, None))]
    return Screen(lines(text), [steps, parts, use, [Button(t("‹ Back"), ShowPublication(one))]], picture=picture)


def _step_label(step_ms: int) -> str:
    return f"{'−' if step_ms < 0 else '+'}{abs(step_ms) // 1000} s"


def _moved(at_ms: int, step_ms: int, end_ms: int) -> int:
    return max(0, min(at_ms + step_ms, _rounded(end_ms - 100)))


def _rounded(at_ms: int) -> int:
    """To a tenth of a second."""
    return max(0, at_ms - at_ms % 100)


def ask_caption(seen: Looked, t: Texts) -> Screen:
    """What the next message is taken for."""
    limit = measure(Platform(seen.one.network), "").limit
    what = t("the description") if seen.one.network is Network.YOUTUBE else t("the words below the video")
    text = lines(
        [
            t("✏️ <b>Send me {what} for {place}</b>", what=what, place=place_label(seen.one.network, seen.one.account)),
            t("At most {limit} characters, hashtags and all. /cancel leaves them as they are.", limit=limit),
        ]
    )
    return Screen(text, [_to(seen.one.id, t)])


def ask_title(seen: Looked, t: Texts) -> Screen:
    text = t("🔤 <b>Send me the title.</b> At most 100 characters, without &lt; and &gt;.")
    return Screen(text, [_to(seen.one.id, t)])


def ask_hashtags(seen: Looked, t: Texts) -> Screen:
    text = lines(
        [
            t("＃ <b>Which hashtags?</b> Send them with spaces between."),
            t("They take the place of those at the end of the words; a single – takes them away."),
        ]
    )
    return Screen(text, [_to(seen.one.id, t)])


def page_link(url: str, minutes: int, t: Texts) -> Screen:
    """The way to the page. It works once."""
    text = t.plural(
        "🌐 This opens all of TikTok's options on one page. The link works once, for {n} minute.",
        "🌐 This opens all of TikTok's options on one page. The link works once, for {n} minutes.",
        minutes,
    )
    if url.startswith("https://"):
        return Screen(text, [[Button(t("Open the page"), url=url)]])
    return Screen(lines([text, "", Markup('<a href="{}">{}</a>').format(url, url)]))


def _to(publication_id: ids.PublicationId, t: Texts) -> list[Button]:
    return [Button(t("‹ Back"), ShowPublication(publication_id))]


def _back(seen: Looked, t: Texts) -> Button:
    return Button(t("✓ Done"), ShowVideoPost(seen.post.id))
