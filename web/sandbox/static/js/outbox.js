// Sending: what is on its way stands in the chat at once, in order, and can be retried when it failed.

import { albums, imageSize, isPhoto } from "./attach.js";
import { MESSAGE_LIMIT, parseMarkdown, splitMessage } from "./outgoing.js";

export class Outbox {
  #queues = new Map();

  constructor({ api, store, onError }) {
    Object.assign(this, { api, store, onError });
  }

  /** Send a text as a Telegram app would: markdown becomes entities, more than 4,096 characters become several messages. */
  text(chatId, source, replyTo) {
    splitMessage(parseMarkdown(source), MESSAGE_LIMIT).forEach((part, index) => {
      const reply = index === 0 ? replyTo : null;
      const entities = part.entities.length ? part.entities : undefined;
      const pending = this.store.addPending(chatId, {
        text: part.text,
        entities,
        reply_to_message: reply ?? undefined,
      });
      this.#run(chatId, [pending], () =>
        this.api.send(chatId, { text: part.text, entities, reply_to_message_id: reply?.message_id }),
      );
    });
  }

  async files(chatId, { files, kind, caption, replyTo }) {
    for (const [index, batch] of albums(files).entries()) {
      const first = index === 0;
      await this.#batch(chatId, { files: batch, kind, caption: first ? caption : "", replyTo: first ? replyTo : null });
    }
  }

  async #batch(chatId, { files, kind, caption, replyTo }) {
    const group = files.length > 1 ? crypto.randomUUID() : undefined;
    const sketches = await Promise.all(files.map((file) => sketchOf(file, kind)));
    const pending = sketches.map((sketch, index) =>
      this.store.addPending(chatId, {
        ...sketch,
        caption: index === 0 ? caption || undefined : undefined,
        media_group_id: group,
        reply_to_message: replyTo ?? undefined,
      }),
    );
    const progress = (share) =>
      pending.forEach((message) => this.store.updatePending(chatId, message, { progress: share }));
    this.#run(chatId, pending, () =>
      this.api.upload(chatId, { files, kind, caption, replyTo: replyTo?.message_id }, progress),
    );
  }

  retry(chatId, message) {
    const { pending } = this.store.history(chatId);
    const waiting = pending.find((each) => each.message_id === message.message_id);
    waiting?.again();
  }

  /** One after the other within a chat, so that they arrive in the order they were sent. */
  #run(chatId, pending, work) {
    const attempt = async () => {
      try {
        const { messages } = await work();
        for (const message of messages) this.store.addMessage(chatId, message);
        for (const message of pending) this.store.dropPending(chatId, message);
      } catch (error) {
        for (const message of pending)
          this.store.updatePending(chatId, message, { pending: "failed", again: () => again() });
        this.onError(error);
      }
    };
    const enqueue = () => this.#queues.set(chatId, (this.#queues.get(chatId) ?? Promise.resolve()).then(attempt));
    const again = () => {
      for (const message of pending) this.store.updatePending(chatId, message, { pending: "pending" });
      enqueue();
    };
    enqueue();
  }
}

async function sketchOf(file, kind) {
  if (kind === "voice") return { voice: { duration: 0 }, local_urls: { voice: URL.createObjectURL(file) } };
  if (kind !== "document" && isPhoto(file)) {
    return { photo: [await imageSize(file)], local_urls: { photo: URL.createObjectURL(file) } };
  }
  return { document: { file_name: file.name, file_size: file.size } };
}
