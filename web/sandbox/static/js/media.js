// What a message carries besides text: photos, albums, video, audio, voice, files, places, contacts, polls, invoices.

import { el } from "./dom.js";
import { duration, fileSize, plural } from "./format.js";
import { icon } from "./icons.js";
import { playerParts } from "./player.js";

const MAX_WIDTH = 400;
const MAX_HEIGHT = 430;
const MIN_SIDE = 110;
const WAVE_BARS = 42;
const VISUAL = new Set(["photo", "video", "animation"]);
const KINDS = [
  "photo",
  "animation",
  "video",
  "video_note",
  "audio",
  "voice",
  "document",
  "sticker",
  "venue",
  "location",
  "contact",
  "poll",
  "dice",
  "invoice",
];

/** Which kind of media a message has, or null. An animation also carries `document`: it is an animation. */
export const mediaKind = (message) => KINDS.find((kind) => message[kind]) ?? null;

/** Whether the media is drawn edge to edge in its bubble. */
export const isVisual = (message) => VISUAL.has(mediaKind(message));

const urlOf = (message, kind) => message.local_urls?.[kind] ?? message.file_urls?.[kind];

/** One line that stands for a message: in the chat list, in replies, for screen readers. */
export function summary(message) {
  const text = message.text ?? message.caption;
  const kind = mediaKind(message);
  const label = kind ? MEDIA_LABELS[kind](message) : "";
  if (kind && text) return `${label.split(" ")[0]} ${text}`;
  return text || label || "Message";
}

const MEDIA_LABELS = {
  photo: () => "🖼 Photo",
  animation: () => "🎞 GIF",
  video: () => "🎬 Video",
  video_note: () => "📹 Video message",
  audio: ({ audio }) =>
    `🎵 ${[audio.performer, audio.title].filter(Boolean).join(" - ") || audio.file_name || "Audio"}`,
  voice: ({ voice }) => `🎤 Voice message, ${duration(voice.duration)}`,
  document: ({ document: file }) => `📎 ${file.file_name || "File"}`,
  sticker: ({ sticker }) => `${sticker.emoji ?? ""} Sticker`.trim(),
  venue: ({ venue }) => `📍 ${venue.title}`,
  location: () => "📍 Location",
  contact: ({ contact }) => `👤 ${contact.first_name}`,
  poll: ({ poll }) => `📊 ${poll.question}`,
  dice: ({ dice }) => `${dice.emoji} ${dice.value}`,
  invoice: ({ invoice }) => `🧾 ${invoice.title}`,
};

/** The media part of one message. `actions`: `onPhoto(message)`, `onVote(message, ids)`. */
export function mediaOf(message, actions) {
  const kind = mediaKind(message);
  return kind ? MEDIA[kind](message, actions) : null;
}

const MEDIA = {
  photo: (message, actions) => sized(photo(message, actions), sizeOf(message)),
  video: (message) => sized(video(message), sizeOf(message)),
  animation: (message) => sized(video(message, { looping: true }), sizeOf(message)),
  video_note: videoNote,
  audio,
  voice,
  document: documentCard,
  sticker: (message) =>
    el("img", { class: "sticker", src: urlOf(message, "sticker"), alt: message.sticker.emoji ?? "Sticker" }),
  location: (message) => place(message.location, "Location"),
  venue: (message) => place(message.venue.location, message.venue.title, message.venue.address),
  contact: contactCard,
  poll,
  dice: (message) =>
    el(
      "div",
      { class: "dice", role: "img", "aria-label": `${message.dice.emoji} shows ${message.dice.value}` },
      message.dice.emoji,
      el("span", {}, String(message.dice.value)),
    ),
  invoice: invoiceCard,
};

function sizeOf(message) {
  const kind = mediaKind(message);
  const source = kind === "photo" ? message.photo.at(-1) : message[kind];
  return { width: source?.width || 320, height: source?.height || 240 };
}

/** A box with the media's own proportions, known before it has loaded, so that nothing jumps. */
function sized(node, { width, height }) {
  const scale = Math.min(1, MAX_WIDTH / width, MAX_HEIGHT / height);
  const box = { width: Math.max(width * scale, MIN_SIDE * 1.6), height: Math.max(height * scale, MIN_SIDE) };
  node.style.setProperty("--media-width", `${Math.round(box.width)}px`);
  node.style.aspectRatio = `${box.width} / ${box.height}`;
  return node;
}

function photo(message, actions) {
  const text = message.caption ?? "";
  const image = el("img", {
    src: urlOf(message, "photo"),
    alt: text ? `Photo: ${text}` : "Photo",
    loading: "lazy",
    decoding: "async",
    draggable: "false",
  });
  const open = el(
    "button",
    { type: "button", class: "visual", "aria-label": text ? `Open photo: ${text}` : "Open photo" },
    image,
  );
  open.addEventListener("click", () => {
    if (open.classList.contains("concealed")) open.classList.remove("concealed");
    else actions.onPhoto(message);
  });
  if (message.has_media_spoiler) open.classList.add("concealed");
  if (message.pending) open.append(progressRing(message));
  return open;
}

function video(message, { looping = false } = {}) {
  const kind = mediaKind(message);
  const poster = urlOf(message, "thumbnail");
  const attrs = looping ? { autoplay: true, loop: true, muted: true } : { controls: true, preload: "metadata" };
  const node = el("video", {
    src: urlOf(message, kind),
    poster,
    playsinline: true,
    "aria-label": message.caption || "Video",
    ...attrs,
  });
  node.muted = looping;
  const length = looping ? "GIF" : duration(message[kind].duration);
  const badge = el("span", { class: "visual-badge" }, length);
  node.addEventListener("play", () => !looping && badge.remove(), { once: true });
  return el("div", { class: "visual" }, node, badge, message.pending && progressRing(message));
}

function videoNote(message) {
  const node = el("video", { src: urlOf(message, "video_note"), preload: "metadata", playsinline: true });
  const badge = el("span", { class: "visual-badge" }, duration(message.video_note.duration));
  const play = () => (node.paused ? node.play() : node.pause());
  const button = el(
    "button",
    { type: "button", class: "visual", "aria-label": "Play video message", onclick: play },
    node,
  );
  return el("div", { class: "video-note" }, button, badge);
}

const ALBUM_ROWS = {
  2: [2],
  3: [1, 2],
  4: [2, 2],
  5: [2, 3],
  6: [3, 3],
  7: [2, 2, 3],
  8: [2, 3, 3],
  9: [3, 3, 3],
  10: [3, 3, 4],
};

/** Several photos and videos as rows that fill the width, each item as wide as its proportions ask. */
export function albumGrid(messages, actions) {
  const grid = el("div", { class: "album" });
  let at = 0;
  for (const count of ALBUM_ROWS[messages.length] ?? [messages.length]) {
    const items = messages.slice(at, at + count);
    const ratios = items.map((message) => clampRatio(sizeOf(message)));
    const row = el(
      "div",
      { class: "album-row" },
      items.map((message, index) => albumItem(message, ratios[index], actions)),
    );
    row.style.aspectRatio = String(
      Math.min(
        3.2,
        Math.max(
          1.3,
          ratios.reduce((sum, ratio) => sum + ratio, 0),
        ),
      ),
    );
    grid.append(row);
    at += count;
  }
  return grid;
}

const clampRatio = ({ width, height }) => Math.min(2, Math.max(0.6, width / height));

function albumItem(message, ratio, actions) {
  const node = mediaKind(message) === "photo" ? photo(message, actions) : video(message);
  node.style.flexGrow = String(ratio);
  node.dataset.messageId = message.message_id;
  return node;
}

function audio(message) {
  const sound = message.audio;
  const title = sound.title || sound.file_name || "Audio";
  const cover = urlOf(message, "thumbnail");
  const picture = cover && el("img", { class: "cover", src: cover, alt: "" });
  const { button, slider, time } = playerParts({
    url: urlOf(message, "audio"),
    seconds: sound.duration,
    label: title,
    cover: picture,
  });
  if (picture) button.classList.add("with-cover");
  const name = el("div", { class: "audio-title", dir: "auto" }, title);
  const performer = sound.performer && el("span", { dir: "auto" }, sound.performer);
  const under = el("div", { class: "audio-under" }, time, performer);
  return el(
    "div",
    { class: "audio", role: "group", "aria-label": `Audio: ${title}` },
    button,
    el("div", { class: "audio-body" }, name, slider, under),
    saveLink(urlOf(message, "audio"), sound.file_name || title),
  );
}

function voice(message) {
  const { voice: sound } = message;
  const bars = waveOf(sound.file_unique_id ?? String(message.message_id)).map((height) =>
    el("i", { style: { "--height": height } }),
  );
  const wave = el("div", { class: "wave", "aria-hidden": "true" }, bars);
  const onProgress = (share) =>
    bars.forEach((bar, index) => bar.classList.toggle("played", share > 0 && index <= share * WAVE_BARS));
  const { button, slider, time } = playerParts({
    url: urlOf(message, "voice"),
    seconds: sound.duration,
    label: "voice message",
    onProgress,
  });
  return el(
    "div",
    { class: "voice", role: "group", "aria-label": "Voice message" },
    button,
    el("div", { class: "audio-body" }, el("div", { class: "wave-box" }, wave, slider), time),
  );
}

/** The Bot API gives no waveform: a shape of its own for each recording, always the same, drawn from its id. */
function waveOf(seed) {
  let state = [...seed].reduce((hash, letter) => (hash * 31 + letter.charCodeAt(0)) >>> 0, 7);
  const random = () => (state = (state * 1664525 + 1013904223) >>> 0) / 2 ** 32;
  let level = 0.5;
  return Array.from({ length: WAVE_BARS }, () => {
    level = Math.min(1, Math.max(0.12, level * 0.3 + random() * 0.8 - 0.08));
    return level.toFixed(2);
  });
}

function documentCard(message) {
  const { document: file } = message;
  const name = file.file_name || "file";
  const extension = name.includes(".") ? name.split(".").at(-1).slice(0, 4) : "";
  const thumbnail = urlOf(message, "thumbnail");
  const face = thumbnail
    ? el("img", { class: "file-thumbnail", src: thumbnail, alt: "" })
    : el(
        "span",
        { class: "file-face", dataset: { kind: extension.toLowerCase() }, "aria-hidden": "true" },
        extension || icon("file"),
      );
  const label = el(
    "div",
    { class: "file-body" },
    el("div", { class: "file-name", dir: "auto" }, name),
    el("div", { class: "file-size" }, fileSize(file.file_size)),
  );
  const url = urlOf(message, "document");
  if (message.pending)
    return el("div", { class: "file" }, el("span", { class: "file-waiting" }, progressRing(message)), label);
  return el(
    "a",
    { class: "file", href: url, download: name, "aria-label": `Download ${name}, ${fileSize(file.file_size)}` },
    face,
    label,
    icon("download"),
  );
}

const saveLink = (url, name) =>
  el(
    "a",
    { class: "icon-button small", href: url, download: name, "aria-label": `Download ${name}`, title: "Download" },
    icon("download"),
  );

function progressRing(message) {
  const share = message.progress ?? 0;
  return el("span", {
    class: "progress-ring",
    role: "progressbar",
    "aria-valuemin": 0,
    "aria-valuemax": 100,
    "aria-valuenow": Math.round(share * 100),
    "aria-label": "Uploading",
    style: { "--share": share },
  });
}

function place({ latitude, longitude }, title, address) {
  const at = `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;
  const href = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=15/${latitude}/${longitude}`;
  const map = el("div", { class: "map" }, icon("pin"));
  return el(
    "a",
    { class: "place", href, target: "_blank", rel: "noopener noreferrer" },
    map,
    el("div", { class: "place-title", dir: "auto" }, title),
    el("div", { class: "place-at" }, address ?? at),
  );
}

function contactCard({ contact }) {
  const name = [contact.first_name, contact.last_name].filter(Boolean).join(" ");
  return el(
    "div",
    { class: "file contact" },
    el("span", { class: "avatar", style: { "--hue": 210 }, "aria-hidden": "true" }, name.slice(0, 1)),
    el(
      "div",
      { class: "file-body" },
      el("div", { class: "file-name", dir: "auto" }, name),
      el("div", { class: "file-size" }, contact.phone_number),
    ),
  );
}

function poll(message, actions) {
  const { poll: question } = message;
  const most = Math.max(1, question.total_voter_count);
  const options = question.options.map((option, index) => {
    const share = Math.round((100 * (option.voter_count ?? 0)) / most);
    const attrs = {
      type: "button",
      class: "poll-option",
      disabled: question.is_closed,
      style: { "--share": share },
      onclick: () => actions.onVote(message, [index]),
    };
    return el(
      "button",
      attrs,
      el("span", { class: "poll-share" }, `${share}%`),
      el("span", { dir: "auto" }, option.text),
    );
  });
  const kind = question.type === "quiz" ? "Quiz" : question.is_anonymous === false ? "Poll" : "Anonymous poll";
  return el(
    "div",
    { class: "poll" },
    el("strong", { dir: "auto" }, question.question),
    el("div", { class: "poll-kind" }, question.is_closed ? "Final results" : kind),
    options,
    el("div", { class: "poll-kind" }, plural(question.total_voter_count, "vote", "votes")),
  );
}

function invoiceCard({ invoice }) {
  const amount =
    invoice.currency === "XTR"
      ? `${invoice.total_amount} ⭐`
      : `${(invoice.total_amount / 100).toFixed(2)} ${invoice.currency}`;
  return el(
    "div",
    { class: "invoice" },
    el("strong", { dir: "auto" }, invoice.title),
    el("p", { dir: "auto" }, invoice.description),
    el("span", { class: "invoice-amount" }, amount),
  );
}
