// Names, colours and avatars of people and chats.

import { el } from "./dom.js";
import { svg } from "./icons.js";

const HUES = [214, 28, 268, 142, 186, 4, 330];

export const hueOf = (id) => HUES[Math.abs(Number(id)) % HUES.length];

export const fullName = (user) => [user?.first_name, user?.last_name].filter(Boolean).join(" ") || "Deleted account";

export const chatTitle = (chat) => chat.title || fullName(chat) || "Chat";

/** Who a message is from, as a name and a colour's seed. */
export function senderOf(message) {
  const chat = message.sender_chat ?? (message.chat?.type === "channel" ? message.chat : null);
  if (chat) return { id: chat.id, name: chatTitle(chat) };
  return { id: message.from?.id ?? 0, name: fullName(message.from) };
}

/** Where a forwarded message came from, or null. */
export function originOf(message) {
  const origin = message.forward_origin;
  if (!origin) return null;
  if (origin.sender_user) return fullName(origin.sender_user);
  return origin.sender_user_name ?? chatTitle(origin.chat ?? origin.sender_chat ?? {});
}

/** A round face: the bot's own drawing, or coloured initials. */
export function avatar({ id, name, isBot = false }) {
  const attrs = { class: "avatar", "aria-hidden": "true", style: { "--hue": hueOf(id) } };
  return el("span", isBot ? { ...attrs, class: "avatar bot" } : attrs, isBot ? botFace() : initials(name));
}

function initials(name) {
  const words = (name ?? "").split(/\s+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : words;
  return letters.map((word) => [...word][0].toUpperCase()).join("") || "?";
}

/** The bot: a paper plane that leaves a trail of posts. */
function botFace() {
  const shapes = [
    svg("path", { d: "M9 27.5 39 14.5 30.5 37 22.5 30.5Z", fill: "#fff" }),
    svg("path", { d: "M39 14.5 22.5 30.5 21.8 37.5 25.8 33.2", fill: "#fff", "fill-opacity": ".62" }),
    svg("path", {
      d: "M7.5 34h7M5.5 38.5h11",
      stroke: "#fff",
      "stroke-opacity": ".8",
      "stroke-width": "2.2",
      "stroke-linecap": "round",
      fill: "none",
    }),
  ];
  return svg("svg", { viewBox: "0 0 48 48" }, ...shapes);
}
