// One sound at a time: the shared player behind every audio and voice message.

import { el } from "./dom.js";
import { duration } from "./format.js";
import { icon } from "./icons.js";

const audio = new Audio();
audio.preload = "metadata";
let current = null;
const listeners = new Set();

const tell = () => listeners.forEach((listener) => listener());
for (const type of ["play", "pause", "timeupdate", "loadedmetadata", "ended", "error"])
  audio.addEventListener(type, tell);
audio.addEventListener("ended", () => (audio.currentTime = 0));

function toggle(url) {
  if (current !== url) {
    current = url;
    audio.src = url;
  }
  if (audio.paused) audio.play().catch(tell);
  else audio.pause();
}

function seek(url, seconds) {
  if (current !== url) {
    current = url;
    audio.src = url;
  }
  audio.currentTime = seconds;
}

const stateOf = (url) =>
  current === url
    ? { playing: !audio.paused, at: audio.currentTime, failed: Boolean(audio.error) }
    : { playing: false, at: 0, failed: false };

/**
 * The parts of a player for one sound: a round play button, a seek slider (a plain range input, so it works by keyboard)
 * and a time label. `onProgress(share)` is told how far it is, from 0 to 1.
 */
export function playerParts({ url, seconds, label, cover, onProgress = () => {} }) {
  const known = () => seconds || (current === url && Number.isFinite(audio.duration) ? audio.duration : 0);
  const button = el(
    "button",
    { type: "button", class: "play", "aria-label": `Play ${label}`, onclick: () => toggle(url) },
    cover,
    icon("play"),
    icon("pause"),
  );
  const slider = el("input", {
    type: "range",
    class: "seek",
    min: 0,
    max: seconds || 1,
    step: 0.1,
    value: 0,
    "aria-label": `Position in ${label}`,
  });
  const time = el("span", { class: "player-time" }, duration(seconds));
  slider.addEventListener("input", () => seek(url, Number(slider.value)));

  const show = () => {
    if (!button.isConnected && button.dataset.shown) return listeners.delete(show);
    if (button.isConnected) button.dataset.shown = "yes";
    const { playing, at, failed } = stateOf(url);
    const total = known();
    const share = total ? Math.min(at / total, 1) : 0;
    button.classList.toggle("playing", playing);
    button.setAttribute("aria-label", `${playing ? "Pause" : "Play"} ${label}`);
    slider.max = total || 1;
    slider.value = at;
    slider.style.setProperty("--share", share);
    slider.setAttribute("aria-valuetext", `${duration(at)} of ${duration(total)}`);
    time.textContent = failed ? "can't be played" : at > 0 ? `${duration(at)} / ${duration(total)}` : duration(total);
    onProgress(share);
    return true;
  };
  listeners.add(show);
  show();
  return { button, slider, time };
}
