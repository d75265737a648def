// What one can do with messages, buttons and links. Every action ends in a visible result or a note why not.

import { alertDialog, chooseChat, confirmDialog, openMenu, toast } from "./dialogs.js";
import { chooserRow } from "./chatlist.js";
import { copyText, safeUrl } from "./entities.js";
import { openLightbox } from "./lightbox.js";
import { telegramLink } from "./links.js";
import { mediaKind } from "./media.js";
import { newChatDialog, placeDialog } from "./rooms.js";
import { fullName } from "./people.js";

const REACTIONS = ["👍", "❤️", "🔥", "🎉", "😁", "👎"];
const ADMIN_RIGHTS = {
  post_messages: "can_post_messages",
  edit_messages: "can_edit_messages",
  delete_messages: "can_delete_messages",
  invite_users: "can_invite_users",
  pin_messages: "can_pin_messages",
};
const PLAYED = "Nothing real is paid: the sandbox plays the payment.";

const told = ({ status, error }) => toast(status === "paid" ? "Paid" : (error ?? "The payment was refused"));

export class Actions {
  #answers = new Map();
  #waiting = new Map();

  /** `view`: `chat()`, `open(chatId)`, `jump(messageId)`, `focusComposer()`. */
  constructor({ api, store, outbox, composer, view }) {
    Object.assign(this, { api, store, outbox, composer, view });
    store.addEventListener("answer", ({ detail }) => this.#answered(detail.answer));
  }

  /** Run `work`; a refusal by the server becomes a note. */
  attempt = async (work) => {
    try {
      return await work();
    } catch (error) {
      toast(error.message);
      return undefined;
    }
  };

  get #chatId() {
    return this.view.chat().id;
  }

  onJump = (messageId) => this.view.jump(messageId);
  onLeaveTimeline = () => this.view.focusComposer();
  onRetry = (message) => this.outbox.retry(this.#chatId, message);
  onReply = (message) => this.composer.setContext({ kind: "reply", message });
  onReact = (message, emoji) => this.attempt(() => this.api.react(this.#chatId, message.message_id, emoji));
  onVote = (message, ids) => this.attempt(() => this.api.vote(this.#chatId, message.message_id, ids));
  onPay = (message) => this.attempt(() => this.#pay(message));
  onCommand = (text) => this.outbox.text(this.#chatId, text, null);
  onHashtag = (text) => this.onCopy(text);
  onUnsupported = () => toast("The sandbox can't do what this button asks for");

  onCopy = async (text) => {
    await copyText(text);
    toast("Copied to clipboard");
  };

  onMention = (username) => {
    const name = username.toLowerCase();
    const chat = [...this.store.chats.values()].find((each) => each.username?.toLowerCase() === name);
    if (chat) this.view.open(chat.id);
    else toast(`@${username} isn't in the sandbox`);
  };

  /** Links inside Telegram are followed here, others in a new tab. */
  onLink = (address, event) => {
    const inside = telegramLink(address);
    if (inside && this.#isOurs(inside)) {
      event?.preventDefault();
      this.#follow(inside);
    } else if (!event) {
      const href = safeUrl(address);
      if (href) window.open(href, "_blank", "noopener,noreferrer");
      else toast("This link can't be opened");
    }
  };

  /** Press an inline button; done when the bot has answered. */
  onPress = (message, row, column) =>
    this.attempt(async () => {
      const { query_id: queryId } = await this.api.press(this.#chatId, message.message_id, row, column);
      if (this.#answers.delete(queryId)) return undefined;
      return new Promise((resolve) => this.#waiting.set(queryId, resolve));
    });

  onPhoto = (message) => {
    const photos = this.store.messages(this.#chatId).filter((each) => mediaKind(each) === "photo");
    const shown = photos.map((each) => ({
      url: each.local_urls?.photo ?? each.file_urls.photo,
      caption: each.caption,
      alt: "Photo",
    }));
    openLightbox(
      shown,
      photos.findIndex((each) => each.message_id === message.message_id),
    );
  };

  onMenu = (event, message) => {
    if (message.pending || (event.type === "contextmenu" && String(getSelection()).trim())) return;
    const text = message.text ?? message.caption;
    const canEdit = message.outgoing && text !== undefined && !message.forward_origin;
    const reply = { label: "Reply", icon: "reply", run: () => this.onReply(message) };
    const items = [
      reply,
      canEdit && { label: "Edit", icon: "pencil", run: () => this.composer.setContext({ kind: "edit", message }) },
      text && { label: "Copy text", icon: "copy", run: () => this.onCopy(text) },
      { label: "Forward", icon: "forward", run: () => this.forward(message) },
      { label: "Delete", icon: "trash", danger: true, run: () => this.remove(message) },
    ];
    openMenu(
      event,
      items.filter(Boolean),
      REACTIONS.map((emoji) => ({ emoji, run: () => this.onReact(message, emoji) })),
    );
  };

  async forward(message) {
    const chats = this.store.sortedChats().filter((chat) => chat.can_write !== false);
    const target = await chooseChat({
      title: "Forward to…",
      chats,
      row: chooserRow,
      empty: "There is no chat to forward to",
    });
    if (!target) return;
    const ids = this.#albumOf(message).map((each) => each.message_id);
    const from = this.#chatId;
    await this.attempt(async () => {
      await this.api.forward(target.id, from, ids);
      this.view.open(target.id);
      toast("Forwarded");
    });
  }

  async remove(message) {
    const sure = await confirmDialog({
      title: "Delete message",
      text: "Delete this message for everybody in the chat?",
      action: "Delete",
      danger: true,
    });
    if (!sure) return;
    const chatId = this.#chatId;
    await this.attempt(async () => {
      for (const each of this.#albumOf(message)) await this.api.remove(chatId, each.message_id);
      this.store.removeMessages(
        chatId,
        this.#albumOf(message).map((each) => each.message_id),
      );
    });
  }

  /** A button of a reply keyboard: plain text, or something to share. */
  onKeyboardButton = (button) => {
    const chatId = this.#chatId;
    if (button.request_chat) return this.#shareChat(chatId, button.request_chat);
    if (button.request_users) return this.#shareUser(chatId, button.request_users);
    if (button.request_contact) return this.#shareContact(chatId);
    if (button.request_location) return this.#sharePlace(chatId);
    if (button.web_app || button.request_poll) return this.onUnsupported();
    return this.outbox.text(chatId, button.text, null);
  };

  /** Ask for a name and make a channel or group; the new chat, or undefined. */
  createChat = async (type, open = true) => {
    const fields = await newChatDialog(type);
    if (!fields) return undefined;
    const chat = await this.attempt(() => this.api.createChat(fields));
    if (!chat) return undefined;
    this.store.updateChat(chat);
    if (open) this.view.open(chat.id);
    return chat;
  };

  async #shareChat(chatId, request) {
    const noun = request.chat_is_channel ? "channel" : "group";
    const fits = (chat) =>
      request.chat_is_channel ? chat.type === "channel" : ["group", "supergroup"].includes(chat.type);
    const chats = this.store.sortedChats().filter(fits);
    const extra = [{ label: `New ${noun}`, value: "new" }];
    const chosen = await chooseChat({
      title: `Choose a ${noun}`,
      chats,
      row: chooserRow,
      empty: `You have no ${noun} yet`,
      extra,
    });
    const chat = chosen === "new" ? await this.createChat(noun, false) : chosen;
    if (chat) await this.attempt(() => this.api.share(chatId, request.request_id, chat.id));
  }

  async #shareUser(chatId, request) {
    const { users } = await this.api.users();
    const chats = users
      .filter((user) => user.id !== this.store.me.id)
      .map((user) => ({ id: user.id, type: "user", title: fullName(user) }));
    const chosen = await chooseChat({
      title: "Choose a person",
      chats,
      row: chooserRow,
      empty: "There is nobody else in the sandbox",
    });
    if (chosen) await this.attempt(() => this.api.shareUsers(chatId, request.request_id, [chosen.id]));
  }

  async #shareContact(chatId) {
    const sure = await confirmDialog({
      title: "Share your phone number?",
      text: "The bot will know your (made up) phone number.",
      action: "Share",
    });
    if (sure) await this.attempt(() => this.api.contact(chatId, {}));
  }

  async #sharePlace(chatId) {
    const place = await placeDialog();
    if (place) await this.attempt(() => this.api.location(chatId, place));
  }

  async #pay(message) {
    const title = `Pay for ${message.invoice?.title ?? "this"}?`;
    if (!(await confirmDialog({ title, text: PLAYED, action: "Pay" }))) return;
    told(await this.api.pay(this.#chatId, message.message_id));
  }

  /** What an invoice's link opens: the price, how often it is taken, and the way to pay. */
  async #payInvoice(slug) {
    const invoice = await this.api.invoice(slug);
    const price = `⭐ ${invoice.total_amount.toLocaleString("en")}`;
    const often = invoice.subscription_period ? `${price} now, and again every 30 days.` : `${price}, once.`;
    const text = `${invoice.description} ${often} ${PLAYED}`;
    if (await confirmDialog({ title: invoice.title, text, action: `Pay ${price}` })) told(await this.api.payInvoice(slug));
  }

  #albumOf(message) {
    if (!message.media_group_id) return [message];
    return this.store.messages(this.#chatId).filter((each) => each.media_group_id === message.media_group_id);
  }

  #answered({ query_id: queryId, text, show_alert: asAlert, url }) {
    const resolve = this.#waiting.get(queryId);
    this.#waiting.delete(queryId);
    if (resolve) resolve();
    else this.#answers.set(queryId, true);
    if (text && asAlert) alertDialog(text, this.store.bot.first_name);
    else if (text) toast(text);
    if (url) this.onLink(url);
  }

  #isOurs(link) {
    if (link.share || link.invoice) return true;
    const name = (link.bot ?? link.username).toLowerCase();
    return (
      [...this.store.chats.values()].some((chat) => chat.username?.toLowerCase() === name) ||
      name === this.store.bot.username.toLowerCase()
    );
  }

  #follow(link) {
    if (link.share) return this.#shareText(link.share);
    if (link.invoice) return this.attempt(() => this.#payInvoice(link.invoice));
    if (link.addTo) return this.#addBot(link);
    if (link.start !== undefined) return this.startBot(link.start);
    this.onMention(link.username);
    if (link.messageId) this.view.jump(link.messageId);
    return undefined;
  }

  startBot(payload) {
    const chatId = this.store.me.id;
    this.view.open(chatId);
    this.outbox.text(chatId, payload ? `/start ${payload}` : "/start", null);
  }

  async #shareText({ url, text }) {
    const chats = this.store.sortedChats().filter((chat) => chat.can_write !== false);
    const chat = await chooseChat({
      title: "Share to…",
      chats,
      row: chooserRow,
      empty: "There is no chat to share to",
    });
    if (!chat) return;
    await this.view.open(chat.id);
    this.composer.setText([url, text].filter(Boolean).join("\n"));
    this.composer.focus();
  }

  async #addBot({ addTo, admin }) {
    const fits = (chat) =>
      addTo === "channel" ? chat.type === "channel" : ["group", "supergroup"].includes(chat.type);
    const chats = this.store.sortedChats().filter(fits);
    const chosen = await chooseChat({
      title: `Add the bot to a ${addTo}`,
      chats,
      row: chooserRow,
      empty: `You have no ${addTo} yet`,
      extra: [{ label: `New ${addTo}`, value: "new" }],
    });
    const chat = chosen === "new" ? await this.createChat(addTo, false) : chosen;
    if (!chat) return;
    const asked = (admin ?? "").split(/[\s+]+/).filter((right) => right in ADMIN_RIGHTS);
    const rights = Object.fromEntries(asked.map((right) => [ADMIN_RIGHTS[right], true]));
    const status = addTo === "channel" || admin ? "administrator" : "member";
    await this.attempt(() => this.api.setBotMember(chat.id, status, rights));
    this.view.open(chat.id);
  }
}
