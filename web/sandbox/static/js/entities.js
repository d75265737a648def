// Text and the Bot API's entities -> DOM nodes. Offsets are UTF-16 units, which is what JavaScript strings count in.

import { el } from "./dom.js";
import { icon } from "./icons.js";

const SAFE_SCHEMES = new Set(["http:", "https:", "tg:", "mailto:"]);
const BLOCKS = new Set(["pre", "blockquote", "expandable_blockquote"]);

/** The address when it is one we may open, else null. */
export function safeUrl(address) {
  try {
    const url = new URL(/^[a-z][a-z0-9+.-]*:/i.test(address) ? address : `http://${address}`);
    return SAFE_SCHEMES.has(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/**
 * Render `text` with `entities`. `actions` says what clicks do: `onCommand(text)`, `onMention(username)`,
 * `onHashtag(text)`, `onLink(url, event)` (may prevent the default to handle the link itself).
 */
export function formatted(text, entities = [], actions = {}) {
  const fragment = document.createDocumentFragment();
  const sorted = entities
    .filter((entity) => entity.length > 0 && entity.offset < text.length)
    .map((entity) => ({ ...entity, end: Math.min(entity.offset + entity.length, text.length) }))
    .sort((a, b) => a.offset - b.offset || b.end - a.end || nestingRank(b) - nestingRank(a));
  fragment.append(...nodesOf(text, sorted, 0, text.length, actions));
  return fragment;
}

const nestingRank = (entity) => (BLOCKS.has(entity.type) ? 1 : 0);

/** Nodes for text[start, end); an entity that reaches past its parent's end is cut there and goes on behind it. */
function nodesOf(text, entities, start, end, actions) {
  const nodes = [];
  const waiting = [...entities];
  let at = start;
  while (waiting.length) {
    const entity = waiting.shift();
    const from = Math.max(entity.offset, at);
    if (from >= entity.end) continue;
    if (from > at) nodes.push(text.slice(at, from));
    const inside = [];
    while (waiting.length && waiting[0].offset < entity.end) inside.push(waiting.shift());
    waiting.unshift(
      ...inside.filter((child) => child.end > entity.end).map((child) => ({ ...child, offset: entity.end })),
    );
    const children = inside.map((child) => ({ ...child, end: Math.min(child.end, entity.end) }));
    nodes.push(
      elementOf(entity, text.slice(from, entity.end), nodesOf(text, children, from, entity.end, actions), actions),
    );
    at = entity.end;
    if (BLOCKS.has(entity.type) && text[at] === "\n") at += 1;
  }
  if (at < end) nodes.push(text.slice(at, end));
  return nodes;
}

function elementOf(entity, text, children, actions) {
  const make = ELEMENTS[entity.type];
  return make ? make({ entity, text, children, actions }) : el("span", {}, children);
}

const ELEMENTS = {
  bold: ({ children }) => el("strong", {}, children),
  italic: ({ children }) => el("em", {}, children),
  underline: ({ children }) => el("u", {}, children),
  strikethrough: ({ children }) => el("s", {}, children),
  spoiler: ({ children }) => spoiler(children),
  code: ({ text, children }) =>
    el("code", { class: "inline-code", title: "Click to copy", onclick: () => copyText(text) }, children),
  pre: ({ entity, text, children }) => codeBlock(entity.language, text, children),
  blockquote: ({ children }) => el("blockquote", { dir: "auto" }, children),
  expandable_blockquote: ({ children }) => expandableQuote(children),
  url: ({ text, children, actions }) => link(text, children, actions),
  text_link: ({ entity, children, actions }) => link(entity.url, children, actions),
  email: ({ text, children, actions }) => link(`mailto:${text}`, children, actions),
  text_mention: ({ entity, children, actions }) => link(`tg://user?id=${entity.user?.id}`, children, actions),
  mention: ({ text, children, actions }) => textButton(children, () => actions.onMention?.(text.slice(1))),
  hashtag: ({ text, children, actions }) => textButton(children, () => actions.onHashtag?.(text)),
  cashtag: ({ text, children, actions }) => textButton(children, () => actions.onHashtag?.(text)),
  bot_command: ({ text, children, actions }) => textButton(children, () => actions.onCommand?.(text)),
  phone_number: ({ text, children }) => textButton(children, () => copyText(text)),
  custom_emoji: ({ children }) => el("span", { class: "custom-emoji" }, children),
};

function link(address, children, actions) {
  const href = safeUrl(address);
  if (!href) return el("span", {}, children);
  const onclick = (event) => actions.onLink?.(href, event);
  return el("a", { href, target: "_blank", rel: "noopener noreferrer", title: href, onclick }, children);
}

function textButton(children, onclick) {
  return el("button", { type: "button", class: "text-link", dir: "auto", onclick }, children);
}

function spoiler(children) {
  const node = el("span", {
    class: "spoiler",
    role: "button",
    tabindex: "0",
    "aria-label": "Hidden text: press to reveal",
  });
  node.append(el("span", { class: "spoiler-text", "aria-hidden": "true" }, children));
  const reveal = (event) => {
    if (event.type === "keydown" && event.key !== "Enter" && event.key !== " ") return;
    if (node.classList.contains("revealed")) return;
    event.preventDefault();
    event.stopPropagation();
    node.classList.add("revealed");
    for (const name of ["role", "tabindex", "aria-label"]) node.removeAttribute(name);
    node.firstChild.removeAttribute("aria-hidden");
  };
  node.addEventListener("click", reveal, { capture: true });
  node.addEventListener("keydown", reveal);
  return node;
}

function codeBlock(language, text, children) {
  const copy = el(
    "button",
    { type: "button", class: "code-copy", "aria-label": "Copy the code" },
    icon("copy"),
    el("span", {}, "Copy"),
  );
  copy.addEventListener("click", async () => {
    await copyText(text);
    copy.lastChild.textContent = "Copied";
    setTimeout(() => (copy.lastChild.textContent = "Copy"), 1500);
  });
  const head = el("div", { class: "code-head" }, el("span", { class: "code-language" }, language || "code"), copy);
  return el("div", { class: "code-block", dir: "ltr" }, head, el("pre", { tabindex: "0" }, el("code", {}, children)));
}

function expandableQuote(children) {
  const quote = el(
    "blockquote",
    { class: "expandable collapsed", dir: "auto" },
    el("div", { class: "quote-body" }, children),
  );
  const toggle = el(
    "button",
    { type: "button", class: "quote-toggle", "aria-expanded": "false", "aria-label": "Show the whole quote" },
    icon("down"),
  );
  toggle.addEventListener("click", () => {
    const collapsed = quote.classList.toggle("collapsed");
    toggle.setAttribute("aria-expanded", String(!collapsed));
  });
  quote.append(toggle);
  requestAnimationFrame(() => {
    if (quote.firstChild.scrollHeight > quote.firstChild.clientHeight + 2) return;
    quote.classList.remove("collapsed");
    toggle.remove();
  });
  return quote;
}

/** To the clipboard; where the browser forbids that (plain http on another host), by the old way. */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = el("textarea", { class: "visually-hidden" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}

const EMOJI_ONLY =
  /^(?:\p{RI}{2}|\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F?)(?:\p{EMod}|\uFE0F|\u200D(?:\p{Extended_Pictographic}))*$/u;
const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** How many emoji a text of 1 to 3 emoji has; 0 for any other text. */
export function emojiCount(text) {
  if (!text || text.length > 40) return 0;
  const parts = [...graphemes.segment(text)].map((part) => part.segment);
  return parts.length <= 3 && parts.every((part) => EMOJI_ONLY.test(part)) ? parts.length : 0;
}
