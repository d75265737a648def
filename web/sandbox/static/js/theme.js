// Light and dark: what the system prefers, until the person chooses.

const KEY = "theme";
const prefersDark = matchMedia("(prefers-color-scheme: dark)");

const stored = () => localStorage.getItem(KEY);

export const isDark = () => (stored() ? stored() === "dark" : prefersDark.matches);

function apply() {
  document.documentElement.dataset.theme = isDark() ? "dark" : "light";
}

export function toggleTheme() {
  localStorage.setItem(KEY, isDark() ? "light" : "dark");
  apply();
}

/** Apply now and whenever the system changes; `onChange` runs after each change. */
export function watchTheme(onChange) {
  const changed = () => {
    apply();
    onChange();
  };
  prefersDark.addEventListener("change", changed);
  addEventListener("storage", (event) => event.key === KEY && changed());
  changed();
}
