// Keys for the review queue: they lead to a link or a button, or open one; what decides waits for Enter.
// They rest while somebody is in a field, and can be switched off (WCAG 2.1.4): the choice stays in this browser.

import { announce } from "./elements.js";

const SETTING = "roundtable.shortcuts";
const FIELDS = "input, select, textarea, [contenteditable]";

function areOn() {
  try {
    return localStorage.getItem(SETTING) !== "off";
  } catch {
    return true;
  }
}

function remember(on) {
  try {
    localStorage.setItem(SETTING, on ? "on" : "off");
  } catch {
    // Without a store the choice holds for this page: the box says so.
  }
}

/** Moves the focus by `step` among the items of the list; true when there is a list. */
function walk(step) {
  const links = [...document.querySelectorAll("[data-queue-link]")];
  if (links.length === 0) {
    return false;
  }
  const item = document.activeElement?.closest("[data-queue-item]");
  const here = links.findIndex((link) => item?.contains(link));
  const next = here < 0 ? 0 : Math.min(Math.max(here + step, 0), links.length - 1);
  links[next].focus();
  return true;
}

function press(key) {
  const target = document.querySelector(`[data-key="${key}"]`);
  // Claiming and going on decide nothing; everything else is only brought to hand.
  if (target && (key === "c" || key === "n")) {
    target.click();
  } else {
    target?.focus();
  }
  return Boolean(target);
}

function act(key) {
  if (key === "j" || key === "n") {
    return walk(1) || press("n");
  }
  return key === "k" ? walk(-1) : "arhcu".includes(key) && press(key);
}

export function decideByKeyboard() {
  const opener = document.querySelector("[data-shortcuts]");
  const dialog = document.getElementById("shortcuts");
  const box = dialog?.querySelector("[data-shortcuts-on]");
  if (!opener || !dialog?.showModal) {
    return;
  }
  let on = areOn();
  box.checked = on;
  opener.hidden = false;
  opener.querySelector("[data-shortcuts-open]").addEventListener("click", () => dialog.showModal());
  dialog.querySelector("[data-shortcuts-close]").addEventListener("click", () => dialog.close());
  box.addEventListener("change", () => {
    on = box.checked;
    remember(on);
    announce(on ? "Keyboard shortcuts are on" : "Keyboard shortcuts are off");
  });

  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof Element && event.target.closest(FIELDS);
    if (!on || typing || dialog.open || event.ctrlKey || event.altKey || event.metaKey || event.repeat) {
      return;
    }
    if (event.key === "?") {
      dialog.showModal();
      event.preventDefault();
    } else if (event.key.length === 1 && act(event.key)) {
      event.preventDefault();
    }
  });
}
