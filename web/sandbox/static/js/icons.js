// The page's icons, drawn on a 24 x 24 grid in the current text colour.

const STROKES = {
  back: "M19 12H5m6-6-6 6 6 6",
  menu: "M4 6.5h16M4 12h16M4 17.5h16",
  search: "M16 16l4.5 4.5M18 11a7 7 0 1 1-14 0 7 7 0 0 1 14 0Z",
  pencil: "M4 20l1-4.5L16 4.5l3.5 3.5-11 11L4 20Zm9.5-13 3.5 3.5",
  attach: "M20 11.5l-8.3 8.2a5 5 0 0 1-7.1-7.1l8.6-8.5a3.4 3.4 0 0 1 4.8 4.8l-8.5 8.4a1.7 1.7 0 0 1-2.4-2.4l7.8-7.7",
  down: "M6 9.5l6 6 6-6",
  close: "M6 6l12 12M18 6 6 18",
  reply: "M10 6 4 12l6 6m-5.5-6H14c4 0 6 2.5 6 6.5",
  forward: "M14 6l6 6-6 6m5.5-6H10c-4 0-6 2.5-6 6.5",
  copy: "M9 9h10.5v11H9zM5.5 15H4.5V4H15v1.5",
  trash: "M4.5 7h15M9.5 7V4.5h5V7m-8 0 1 13h9l1-13M10 11v5.5m4-5.5v5.5",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5Z",
  sun: "M12 3v2m0 14v2M3 12h2m14 0h2M5.6 5.6 7 7m10 10 1.4 1.4M5.6 18.4 7 17M17 7l1.4-1.4M16 12a4 4 0 1 1-8 0 4 4 0 0 1 8 0Z",
  mail: "M3.5 5.5h17v13h-17zM4 6l8 7 8-7",
  megaphone: "M4 10v4l3 .5L15.5 19V5L7 9.5 4 10Zm14.5-.5a3.5 3.5 0 0 1 0 5M7 14.5 8.5 20H11l-1-4.5",
  people:
    "M12.5 8.5a3.5 3.5 0 1 1-7 0 3.5 3.5 0 0 1 7 0ZM2.5 19c.5-3.5 3-5.5 6.5-5.5s6 2 6.5 5.5M16 5.5a3 3 0 0 1 0 6m1.5 2.5c2.3.6 3.7 2.3 4 5",
  block: "M20.5 12a8.5 8.5 0 1 1-17 0 8.5 8.5 0 0 1 17 0ZM6 6l12 12",
  download: "M12 4v11m-4.5-4.5L12 15l4.5-4.5M5 19.5h14",
  photo: "M4 5h16v14H4zM4 16l4.5-4.5 4 4L15 13l5 4.5M16.5 9.5a1.2 1.2 0 1 1-2.4 0 1.2 1.2 0 0 1 2.4 0Z",
  file: "M6 3.5h8l4.5 4.5v12.5H6zM13.5 4v4.5h4.5",
  keyboard: "M3 6.5h18v11H3zM7 10h.01M10.3 10h.01M13.7 10h.01M17 10h.01M7 14h10",
  keyboardHide: "M3 4.5h18v9H3zM7 8h.01M10.3 8h.01M13.7 8h.01M17 8h.01M8 11h8m-7 6.5 3 3 3-3",
  slash: "M5 4h14a1 1 0 0 1 1 1v14a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1Zm4.5 12 5-8",
  mic: "M12 3.5a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0v-5a3 3 0 0 1 3-3ZM5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3",
  dots: "M12 5.5h.01M12 12h.01M12 18.5h.01",
  info: "M20.5 12a8.5 8.5 0 1 1-17 0 8.5 8.5 0 0 1 17 0ZM12 11v5.5M12 7.8h.01",
  broom: "M14 4l-3 8m-4-.5 8 3 1.5 6H5c1.5-2 2-5.5 2-9Z",
  check: "M5 12.5l4.5 4.5L19 7.5",
  external: "M8 16 16.5 7.5M9.5 7.5h7v7",
  phone:
    "M6 4l3 .5 1.2 4L8 10.5a12 12 0 0 0 5.5 5.5l2-2.2 4 1.2.5 3c-.5 1.5-2 2-3.5 2C9.5 19.5 4.5 14.5 4 7.5 4 6 4.5 4.5 6 4Z",
  pin: "M12 21s-6.5-6.3-6.5-11a6.5 6.5 0 0 1 13 0c0 4.7-6.5 11-6.5 11Zm2.5-11a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0Z",
  plus: "M12 5v14M5 12h14",
  left: "M14.5 5.5 8 12l6.5 6.5",
  right: "M9.5 5.5 16 12l-6.5 6.5",
  quote: "M6 17V9m4 0h8m-8 4h8m-8 4h5",
};

const SHAPES = {
  send: "M3.6 20.4 21.5 12.7c.6-.3.6-1.1 0-1.4L3.6 3.6c-.6-.3-1.2.3-1.1.9l1.3 5.7c.1.4.4.6.7.7l8.5 1.1-8.5 1.1c-.3 0-.6.3-.7.7l-1.3 5.7c-.1.6.5 1.2 1.1.9Z",
  play: "M8 5.5v13c0 .7.8 1.1 1.4.7l9.7-6.5c.5-.3.5-1 0-1.4L9.4 4.8C8.8 4.4 8 4.8 8 5.5Z",
  pause: "M7 5.5h3.5v13H7zM13.5 5.5H17v13h-3.5z",
  stop: "M7 7h10v10H7z",
};

const SVG = "http://www.w3.org/2000/svg";

export function svg(tag, attrs, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attrs)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** An icon by name; hidden from screen readers, its button carries the label. */
export function icon(name) {
  const filled = name in SHAPES;
  const path = svg("path", { d: filled ? SHAPES[name] : STROKES[name] });
  return svg(
    "svg",
    { viewBox: "0 0 24 24", class: filled ? "icon filled" : "icon", "aria-hidden": "true", focusable: "false" },
    path,
  );
}

/** Sent and waiting marks beside the time of an outgoing message; the second tick shows when its row is `read`. */
export function ticks(state) {
  const lines = {
    pending: "M8 4.5a4.5 4.5 0 1 0 .01 0ZM8 6.5v2.7l1.8 1",
    sent: "M2 9.5 5.3 12.7 11.5 5.5",
    failed: "M8.5 4v5.5M8.5 12.7v.1",
  };
  const paths = [svg("path", { d: lines[state] })];
  if (state === "sent") paths.push(svg("path", { class: "second-tick", d: "M8.7 12.1 9.3 12.7 15.5 5.5" }));
  return svg(
    "svg",
    { viewBox: "0 0 17 17", class: `ticks ${state}`, role: "img", "aria-label": TICK_LABELS[state] },
    ...paths,
  );
}

const TICK_LABELS = { pending: "Sending", sent: "Sent", failed: "Not sent" };

/** The tail at the bottom corner of the last bubble in a group. */
export function tail() {
  return svg(
    "svg",
    { viewBox: "0 0 9 18", class: "tail", "aria-hidden": "true" },
    svg("path", { d: "M0 0c.4 3.6 1.2 6.6 2.5 9.2 1.3 2.5 3.2 4.7 5.7 6.4.9.6.4 1.9-.6 1.9H0Z" }),
  );
}
