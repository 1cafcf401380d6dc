// Passwords can be shown, and are hidden again before they are sent.

import { announce } from "./elements.js";

export function showPasswords() {
  for (const button of document.querySelectorAll(".govuk-js-password-input-toggle")) {
    const input = document.getElementById(button.getAttribute("aria-controls"));
    if (!input) {
      continue;
    }
    const set = (shown) => {
      input.type = shown ? "text" : "password";
      button.textContent = shown ? "Hide" : "Show";
      button.setAttribute("aria-label", shown ? "Hide password" : "Show password");
    };
    button.hidden = false;
    button.addEventListener("click", () => {
      const shown = input.type === "password";
      set(shown);
      announce(shown ? "Your password is visible" : "Your password is hidden");
    });
    input.form?.addEventListener("submit", () => set(false));
    window.addEventListener("pageshow", () => set(false));
  }
}
