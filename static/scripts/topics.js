// The topic picker: fieldset[data-topic-picker="5"] gets a box that hides what does not match its words,
// and says when as many as may be chosen have been chosen. data-terms on a label holds words it is also found by.

import { announce, element, settled } from "./elements.js";

function plain(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

function improve(fieldset, index) {
  const most = Number(fieldset.dataset.topicPicker);
  const boxes = [...fieldset.querySelectorAll("input[type=checkbox]")];
  const choices = boxes.map((box) => {
    const label = box.labels[0];
    const text = plain(`${label.textContent} ${label.dataset.terms ?? ""}`);
    return { box, item: label.parentElement, text };
  });
  if (choices.length === 0) {
    return;
  }

  const id = `picker-${index}`;
  const filter = element("input", { class: "govuk-input", id, type: "search", autocomplete: "off", spellcheck: "false" });
  const count = element("p", { class: "picker__count" });
  const holder = choices[0].item.parentElement;
  holder.before(
    element("div", { class: "picker__filter" }, element("label", { class: "govuk-label", for: id }, "Find a topic"), filter),
  );
  holder.after(count);

  const say = settled(announce, 600);

  function show() {
    const words = plain(filter.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { box, item, text } of choices) {
      // What is chosen stays in sight.
      item.hidden = !box.checked && !words.every((word) => text.includes(word));
      shown += item.hidden ? 0 : 1;
    }
    return shown;
  }

  function tally() {
    const chosen = boxes.filter((box) => box.checked).length;
    let sentence = `${chosen} of ${most} chosen.`;
    if (chosen === most) {
      sentence = `${most} chosen: that is as many as you can choose.`;
    } else if (chosen > most) {
      sentence = `${chosen} chosen: that is ${chosen - most} too many. Choose at most ${most}.`;
    }
    count.textContent = sentence;
    return { chosen, sentence };
  }

  filter.addEventListener("input", () => {
    const shown = show();
    say(shown === 1 ? "1 topic shown" : `${shown} topics shown`);
  });
  filter.addEventListener("keydown", (event) => {
    // Enter here would send the whole form.
    if (event.key === "Enter") {
      event.preventDefault();
    }
  });
  fieldset.addEventListener("change", (event) => {
    if (event.target === filter) {
      return;
    }
    const { chosen, sentence } = tally();
    if (chosen >= most) {
      say(sentence);
    }
  });
  tally();
}

export function pickTopics() {
  document.querySelectorAll("fieldset[data-topic-picker]").forEach(improve);
}
