// Similar threads: while a title is typed in input[data-similar-url], threads that may have said it already. Whoever has seen
// them is not shown the page that others see before their thread is posted.

import { element, settled } from "./elements.js";

const PAUSE = 500;
const SHORTEST = 8;

function item({ title, url, place }) {
  const link = element("a", { class: "govuk-link", href: url, target: "_blank", rel: "noopener" }, title);
  return element("li", {}, link, ` ${place}`);
}

function offer(input) {
  const box = element("div", { class: "similar", role: "status", "aria-live": "polite" });
  input.closest(".govuk-form-group").after(box);
  const seen = input.form.elements.seen_similar;
  let asked = "";

  async function look() {
    const title = input.value.trim();
    if (title === asked) {
      return;
    }
    asked = title;
    if (title.length < SHORTEST) {
      box.replaceChildren();
      return;
    }
    try {
      const answer = await fetch(`${input.dataset.similarUrl}?${new URLSearchParams({ title })}`, { headers: { Accept: "application/json" } });
      if (!answer.ok || title !== asked) {
        return;
      }
      const { threads } = await answer.json();
      seen.value = title;
      box.replaceChildren(
        ...(threads.length
          ? [element("p", { class: "govuk-body" }, input.dataset.similarTitle), element("ul", { class: "govuk-list govuk-list--bullet" }, ...threads.map(item))]
          : []),
      );
    } catch {
      // Without an answer the page before posting will tell.
      asked = "";
    }
  }

  input.addEventListener("input", settled(look, PAUSE));
  input.addEventListener("change", look);
}

/** Offers threads like the one whose title is being typed. */
export function offerSimilar() {
  document.querySelectorAll("input[data-similar-url]").forEach(offer);
}
