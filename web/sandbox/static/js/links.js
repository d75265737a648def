// Links inside Telegram: deep links to the bot, mentions of chats, messages of channels.

import { safeUrl } from "./entities.js";

const HOSTS = new Set(["t.me", "telegram.me", "telegram.dog"]);

/**
 * What a link asks for: `{bot, start}`, `{bot, addTo: "channel" | "group", admin}`, `{username, messageId?}`,
 * `{share: {url, text}}`, `{invoice: slug}`, or null when it leads outside.
 */
export function telegramLink(address) {
  const href = safeUrl(address);
  if (!href) return null;
  const url = new URL(href);
  const query = url.searchParams;
  if (url.protocol === "tg:")
    return url.host === "resolve" || url.pathname.includes("resolve") ? target(query.get("domain"), query) : null;
  if (!HOSTS.has(url.host)) return null;
  const [name, rest] = url.pathname.split("/").filter(Boolean);
  if (!name) return null;
  if (name.startsWith("$")) return { invoice: name.slice(1) };
  if (name === "share") return { share: { url: query.get("url") ?? "", text: query.get("text") ?? "" } };
  return target(name, query, rest);
}

function target(name, query, rest) {
  if (!name) return null;
  if (query.has("startchannel")) return { bot: name, addTo: "channel", admin: query.get("admin") };
  if (query.has("startgroup")) return { bot: name, addTo: "group", admin: query.get("admin") };
  if (query.has("start")) return { bot: name, start: query.get("start") };
  return /^\d+$/.test(rest ?? "") ? { username: name, messageId: Number(rest) } : { username: name };
}
