// Character counts: the hint under textarea[data-max-length] tells how many are left, and says so when typing rests.

import { announce, settled } from "./elements.js";

const PAUSE = 1000;
const number = new Intl.NumberFormat("en-GB");

function characters(text) {
  // As the server counts: code points, and a line break is one of them.
  return [...text.normalize("NFC")].length;
}

function count(area) {
  const most = Number(area.dataset.maxLength);
  const hint = document.getElementById(`${area.id}-limit`);
  if (!most || !hint) {
    return;
  }
  // The hint describes the field, so it stays as it is for screen readers; they hear the count in a live region.
  const full = hint.textContent;

  function sentence() {
    const left = most - characters(area.value);
    if (left === most) {
      return full.trim();
    }
    const amount = number.format(Math.abs(left));
    const noun = Math.abs(left) === 1 ? "character" : "characters";
    return left < 0 ? `You have ${amount} ${noun} too many` : `You have ${amount} ${noun} left`;
  }

  const say = settled(() => {
    // Far from the limit it would only disturb.
    if (characters(area.value) > most * 0.8) {
      announce(sentence());
    }
  }, PAUSE);

  function show() {
    hint.textContent = sentence();
    hint.toggleAttribute("data-over", characters(area.value) > most);
  }

  area.addEventListener("input", () => {
    show();
    say();
  });
  window.addEventListener("pageshow", show);
}

export function countCharacters() {
  document.querySelectorAll("textarea[data-max-length]").forEach(count);
}
