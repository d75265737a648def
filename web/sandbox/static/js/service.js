// Service messages: what happened in a chat, in one line.

import { fullName } from "./people.js";

const LINES = {
  group_chat_created: (message) => `${name(message)} created the group`,
  supergroup_chat_created: () => "The group was created",
  channel_chat_created: () => "Channel created",
  new_chat_members: (message) => `${name(message)} added ${message.new_chat_members.map(fullName).join(", ")}`,
  left_chat_member: (message) => leftLine(message),
  new_chat_title: (message) => `${name(message)} changed the name to “${message.new_chat_title}”`,
  new_chat_photo: (message) => `${name(message)} changed the photo`,
  delete_chat_photo: (message) => `${name(message)} removed the photo`,
  pinned_message: (message) => `${name(message)} pinned “${excerpt(message.pinned_message)}”`,
  migrate_to_chat_id: () => "The group became a supergroup",
  migrate_from_chat_id: () => "The group became a supergroup",
  chat_shared: (message) =>
    `You shared ${message.chat_shared.title ? `“${message.chat_shared.title}”` : "a chat"} with the bot`,
  users_shared: () => "You shared people with the bot",
  successful_payment: (message) => `You paid ${amount(message.successful_payment)}`,
  refunded_payment: (message) => `${amount(message.refunded_payment)} was refunded`,
  write_access_allowed: () => "You allowed the bot to write to you",
  message_auto_delete_timer_changed: () => "The auto-delete timer was changed",
};

/** The line for a service message, or null for an ordinary one. */
export function serviceLine(message) {
  const kind = Object.keys(LINES).find((field) => message[field]);
  return kind ? LINES[kind](message) : null;
}

const name = (message) =>
  (message.sender_chat ?? message.chat)?.type === "channel" ? message.chat.title : fullName(message.from);

function leftLine(message) {
  const gone = message.left_chat_member;
  return gone.id === message.from?.id ? `${fullName(gone)} left` : `${name(message)} removed ${fullName(gone)}`;
}

const excerpt = (message) => {
  const text = message?.text ?? message?.caption ?? "a message";
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
};

const amount = ({ currency, total_amount: total }) =>
  currency === "XTR" ? `${total} ⭐` : `${(total / 100).toFixed(2)} ${currency}`;
