// Drafts: textarea[data-draft-url] sends its form's fields to that address when typing stops, and when the page is left.

import { settled } from "./elements.js";

const PAUSE = 2000;

/** "2:05pm", as dates read everywhere on the site. */
function clockTime(date) {
  const hours = date.getHours();
  const minutes = String(date.getMinutes()).padStart(2, "0");
  return `${hours % 12 || 12}:${minutes}${hours < 12 ? "am" : "pm"}`;
}

function fields(form) {
  const values = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string") {
      values.append(name, value);
    }
  }
  return values.toString();
}

function keep(area) {
  const form = area.form;
  const status = form?.querySelector("[data-draft-status]");
  if (!form || !status) {
    return;
  }
  let saved = fields(form);
  let sending = false;
  let leaving = false;

  async function save() {
    const now = fields(form);
    if (leaving || sending || now === saved) {
      return;
    }
    sending = true;
    try {
      const answer = await fetch(area.dataset.draftUrl, {
        method: "POST",
        headers: { "Content-Type": "application/x-www-form-urlencoded" },
        body: now,
        credentials: "same-origin",
        // The browser sends at most 64 KiB on the way out.
        keepalive: now.length < 60000,
      });
      if (!answer.ok || answer.redirected) {
        throw new Error(String(answer.status));
      }
      saved = now;
      status.textContent = `Draft saved at ${clockTime(new Date())}`;
    } catch {
      status.textContent = "Your draft could not be saved. What you typed is still here; we will try again when you type on.";
    } finally {
      sending = false;
    }
    if (saved === now && fields(form) !== now) {
      later();
    }
  }

  const later = settled(save, PAUSE);
  form.addEventListener("input", later);
  form.addEventListener("change", later);
  // A form being sent needs no draft: it would be written again after the post has taken its place.
  form.addEventListener("submit", () => {
    leaving = true;
  });
  window.addEventListener("pageshow", () => {
    leaving = false;
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") {
      save();
    }
  });
}

export function keepDrafts() {
  document.querySelectorAll("textarea[data-draft-url]").forEach(keep);
}
