// Dates, lengths and sizes as people read them.

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const dayAndMonth = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long" });
const dayMonthYear = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "short" });
const shortDate = new Intl.DateTimeFormat(undefined, { day: "2-digit", month: "2-digit", year: "2-digit" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const DAY_MS = 86_400_000;

const asDate = (seconds) => new Date(seconds * 1000);

export const timeOf = (seconds) => clock.format(asDate(seconds));
export const fullTimeOf = (seconds) => full.format(asDate(seconds));

/** A key that two messages of the same local day share. */
export const dayOf = (seconds) => asDate(seconds).toDateString();

function daysAgo(seconds) {
  const midnight = (date) => new Date(date).setHours(0, 0, 0, 0);
  return Math.round((midnight(Date.now()) - midnight(asDate(seconds))) / DAY_MS);
}

export function dayLabel(seconds) {
  const ago = daysAgo(seconds);
  if (ago === 0) return "Today";
  if (ago === 1) return "Yesterday";
  const thisYear = asDate(seconds).getFullYear() === new Date().getFullYear();
  return (thisYear ? dayAndMonth : dayMonthYear).format(asDate(seconds));
}

/** For the chat list: the time today, the weekday this week, else the date. */
export function listTime(seconds) {
  const ago = daysAgo(seconds);
  if (ago <= 0) return timeOf(seconds);
  return (ago < 7 ? weekday : shortDate).format(asDate(seconds));
}

export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds || 0));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (part) => String(part).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

export function fileSize(bytes) {
  if (!bytes && bytes !== 0) return "";
  const units = ["B", "KB", "MB", "GB"];
  const step = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(bytes, 1)) / 10));
  const value = bytes / 1024 ** step;
  return `${value >= 100 || step === 0 ? Math.round(value) : value.toFixed(1)} ${units[step]}`;
}

export const plural = (count, one, many) => `${count} ${count === 1 ? one : many}`;

const ACTIONS = {
  typing: "typing",
  upload_photo: "sending a photo",
  record_video: "recording a video",
  upload_video: "sending a video",
  record_voice: "recording audio",
  upload_voice: "sending audio",
  upload_document: "sending a file",
  choose_sticker: "choosing a sticker",
  find_location: "finding a location",
  record_video_note: "recording a video",
  upload_video_note: "sending a video",
};

export const actionLabel = (action) => ACTIONS[action] ?? "typing";
