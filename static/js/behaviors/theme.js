import { signal } from "@preact/signals";
import { keep, kept } from "../settings.js";

/** Light or dark as the system has it, or as one has chosen. */

/** @typedef {"" | "light" | "dark"} Theme */

export const theme = signal(/** @type {Theme} */ (kept("theme")));

/** @param {Theme} chosen */
export function chooseTheme(chosen) {
  theme.value = chosen;
  keep("theme", chosen);
  showTheme();
}

export function showTheme() {
  if (theme.value) document.documentElement.dataset.theme = theme.value;
  else delete document.documentElement.dataset.theme;
}
