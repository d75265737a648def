// What a Telegram client does to a text before sending it: the markdown people type becomes entities, long texts are split.

export const MESSAGE_LIMIT = 4096;
export const CAPTION_LIMIT = 1024;

const MARKS = [
  { type: "pre", pattern: /```(?:([\w+#-]+)\n)?([\s\S]+?)```/ },
  { type: "code", pattern: /`([^`\n]+)`/ },
  { type: "bold", pattern: /\*\*(?=\S)([^\n]*?\S)\*\*/ },
  { type: "italic", pattern: /(?<![\w_])__(?=\S)([^\n]*?\S)__(?![\w_])/ },
  { type: "strikethrough", pattern: /~~(?=\S)([^\n]*?\S)~~/ },
  { type: "spoiler", pattern: /\|\|(?=\S)([^\n]*?\S)\|\|/ },
];
const VERBATIM = new Set(["pre", "code"]);

/** `**bold**`, `__italic__`, `~~struck~~`, `||spoiler||`, `` `code` `` and fenced code -> plain text and entities. */
export function parseMarkdown(source) {
  const entities = [];
  const text = parseInto(entities, source, 0);
  return { text, entities: entities.sort((a, b) => a.offset - b.offset || b.length - a.length) };
}

function parseInto(entities, source, base) {
  let text = "";
  let rest = source;
  for (let found = firstMark(rest); found; found = firstMark(rest)) {
    const { mark, match } = found;
    text += rest.slice(0, match.index);
    const offset = base + text.length;
    const raw = match.at(-1);
    const inner = VERBATIM.has(mark.type) ? raw.replace(/\n$/, "") : parseInto(entities, raw, offset);
    const language = mark.type === "pre" && match[1] ? { language: match[1] } : {};
    entities.push({ type: mark.type, offset, length: inner.length, ...language });
    text += inner;
    rest = rest.slice(match.index + match[0].length);
  }
  return text + rest;
}

function firstMark(source) {
  const found = MARKS.map((mark) => ({ mark, match: mark.pattern.exec(source) })).filter(({ match }) => match);
  return found.sort((a, b) => a.match.index - b.match.index || MARKS.indexOf(a.mark) - MARKS.indexOf(b.mark))[0];
}

/** Parts of at most `limit` UTF-16 units, cut at a paragraph, line, sentence or word where there is one, with their entities. */
export function splitMessage({ text, entities = [] }, limit = MESSAGE_LIMIT) {
  const parts = [];
  let start = 0;
  while (start < text.length) {
    const end = text.length - start <= limit ? text.length : start + cutAt(text.slice(start, start + limit + 1), limit);
    const part = trimmed(text, start, end);
    if (part.text)
      parts.push({ text: part.text, entities: entitiesWithin(entities, part.start, part.start + part.text.length) });
    start = end;
  }
  return parts;
}

function cutAt(window, limit) {
  const head = window.slice(0, limit);
  for (const separator of ["\n\n", "\n", ". ", " "]) {
    const at = head.lastIndexOf(separator);
    if (at > limit / 2) return at + separator.length;
  }
  const splitsPair = /[\uD800-\uDBFF]/.test(window[limit - 1]);
  return splitsPair ? limit - 1 : limit;
}

function trimmed(text, start, end) {
  const raw = text.slice(start, end);
  return { start: start + (raw.length - raw.trimStart().length), text: raw.trim() };
}

function entitiesWithin(entities, start, end) {
  return entities
    .map((entity) => ({
      entity,
      from: Math.max(entity.offset, start),
      to: Math.min(entity.offset + entity.length, end),
    }))
    .filter(({ from, to }) => to > from)
    .map(({ entity, from, to }) => ({ ...entity, offset: from - start, length: to - from }));
}
