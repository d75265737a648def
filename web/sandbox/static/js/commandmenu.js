// The list of slash commands: all of them behind the menu button, the fitting ones while one types.

import { el } from "./dom.js";

export class CommandMenu {
  #shown = [];
  #active = 0;

  /** `host` becomes a listbox steered from `input`; `onChoose(command, {insert})` sends or only inserts it. */
  constructor({ host, input, onChoose }) {
    Object.assign(this, { host, input, onChoose });
    host.setAttribute("role", "listbox");
    host.setAttribute("aria-label", "Commands");
    this.commands = [];
    this.close();
  }

  get isOpen() {
    return !this.host.hidden;
  }

  showAll() {
    this.#show(this.commands);
  }

  /** Other commands from now on; the same ones again leave an open list as it is. */
  replace(commands, typed) {
    if (JSON.stringify(commands) === JSON.stringify(this.commands)) return;
    this.commands = commands;
    this.follow(typed);
  }

  /** Show what begins with the typed text, while that is one word with a slash. */
  follow(text) {
    const typed = /^\/(\w*)$/.exec(text);
    if (!typed) return this.close();
    return this.#show(this.commands.filter(({ command }) => command.startsWith(typed[1].toLowerCase())));
  }

  close() {
    this.host.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  /** Arrow keys choose, Enter sends, Tab inserts, Escape closes; returns whether the key was used. */
  onKey(event) {
    if (!this.isOpen) return false;
    const uses = {
      ArrowDown: () => this.#activate(this.#active + 1),
      ArrowUp: () => this.#activate(this.#active - 1),
      Enter: () => this.#choose(this.#active, { insert: false }),
      Tab: () => this.#choose(this.#active, { insert: true }),
      Escape: () => this.close(),
    };
    if (!(event.key in uses) || event.shiftKey) return false;
    event.preventDefault();
    uses[event.key]();
    return true;
  }

  #show(commands) {
    this.#shown = commands;
    if (commands.length === 0) return this.close();
    const options = commands.map((each, index) =>
      el(
        "div",
        {
          class: "command",
          role: "option",
          id: `command-${index}`,
          onpointerdown: (event) => event.preventDefault(),
          onclick: () => this.#choose(index, { insert: false }),
        },
        el("b", {}, `/${each.command}`),
        el("span", { dir: "auto" }, each.description),
      ),
    );
    this.host.replaceChildren(...options);
    this.host.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    return this.#activate(0);
  }

  #activate(index) {
    this.#active = (index + this.#shown.length) % this.#shown.length;
    [...this.host.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === this.#active)));
    this.input.setAttribute("aria-activedescendant", `command-${this.#active}`);
    this.host.children[this.#active].scrollIntoView({ block: "nearest" });
  }

  #choose(index, { insert }) {
    const { command } = this.#shown[index];
    this.close();
    this.onChoose(command, { insert });
  }
}
