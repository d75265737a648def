// Building DOM nodes. Data only ever becomes text nodes and attributes, never markup.

/**
 * Make an element. `attrs` may hold attributes, `class`, boolean attributes, `dataset`, `style` (custom properties too)
 * and `on*` listeners; children are nodes or strings, empty ones are left out.
 */
export function el(tag, attrs = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attrs)) setAttribute(node, name, value);
  node.append(
    ...children.flat().filter((child) => child !== null && child !== undefined && child !== false && child !== ""),
  );
  return node;
}

function setAttribute(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
  else if (name === "dataset") Object.assign(node.dataset, value);
  else if (name === "style") for (const [key, css] of Object.entries(value)) node.style.setProperty(key, css);
  else node.setAttribute(name, value === true ? "" : value);
}

/** A round button that shows only an icon; `label` is its accessible name and tooltip. */
export function iconButton(iconNode, label, onclick, attrs = {}) {
  const { class: extra = "", ...rest } = attrs;
  return el(
    "button",
    { type: "button", class: `icon-button ${extra}`.trim(), "aria-label": label, title: label, onclick, ...rest },
    iconNode,
  );
}

export function clear(node) {
  node.replaceChildren();
  return node;
}

export const byId = (id) => document.getElementById(id);

/** Move focus among `items` by arrow keys, Home and End; returns whether the key was one of them. */
export function moveFocus(event, items, { horizontal = false } = {}) {
  const forward = horizontal ? "ArrowRight" : "ArrowDown";
  const back = horizontal ? "ArrowLeft" : "ArrowUp";
  if (![forward, back, "Home", "End"].includes(event.key) || items.length === 0) return false;
  const at = items.indexOf(document.activeElement);
  const last = items.length - 1;
  const target = { [forward]: at < last ? at + 1 : 0, [back]: at > 0 ? at - 1 : last, Home: 0, End: last }[event.key];
  event.preventDefault();
  items[target].focus();
  return true;
}
