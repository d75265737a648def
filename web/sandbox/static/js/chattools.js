// What one can do with a whole chat: look at it, clear it, block the bot, say what the bot may do in it.

import { confirmDialog, openMenu } from "./dialogs.js";
import { chatInfoDialog } from "./rooms.js";

export class ChatTools {
  about = "";

  /** `attempt` runs a call and shows a refusal. */
  constructor({ api, store, attempt }) {
    Object.assign(this, { api, store, attempt });
  }

  async toggleBlock(chat) {
    await this.attempt(async () => {
      await (chat.blocked ? this.api.unblock(chat.id) : this.api.block(chat.id));
      this.store.updateChat({ id: chat.id, blocked: !chat.blocked });
    });
  }

  async clear(chat) {
    const sure = await confirmDialog({
      title: "Clear history",
      text: "Remove all messages of this chat for you?",
      action: "Clear",
      danger: true,
    });
    if (!sure) return;
    await this.attempt(async () => {
      await this.api.clear(chat.id);
      this.store.clear(chat.id);
    });
  }

  async showInfo(chat) {
    const members = chat.type === "private" ? [] : ((await this.attempt(() => this.api.members(chat.id))) ?? []);
    const member = members.find((each) => each.user?.id === this.store.bot.id);
    const on = {
      setBot: (status, rights) => this.attempt(() => this.api.setBotMember(chat.id, status, rights)),
      toggleBlock: () => this.toggleBlock(chat),
      clear: () => this.clear(chat),
    };
    await chatInfoDialog({ chat, bot: this.store.bot, member, about: this.about, on });
  }

  openMenu(event, chat) {
    openMenu(event, [
      { label: "Info", icon: "info", run: () => this.showInfo(chat) },
      { label: "Clear history", icon: "broom", run: () => this.clear(chat) },
      ...(chat.type === "private"
        ? [
            {
              label: chat.blocked ? "Unblock bot" : "Block bot",
              icon: "block",
              danger: !chat.blocked,
              run: () => this.toggleBlock(chat),
            },
          ]
        : []),
    ]);
  }
}
