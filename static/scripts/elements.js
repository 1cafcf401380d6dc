// Small doors to the document that several modules share.

let live;

/** An element with properties and attributes set, and children put in. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

/** Says a sentence to screen readers, politely, once they have stopped speaking. */
export function announce(sentence) {
  if (!live) {
    live = element("div", { class: "govuk-visually-hidden", role: "status" });
    document.body.append(live);
  }
  // A live region must be in the document before its text changes, or the first sentence is not heard.
  setTimeout(() => {
    live.textContent = sentence;
  }, 50);
}

/** Calls `act` once nothing has called it for `wait` milliseconds. */
export function settled(act, wait) {
  let timer;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(act, wait, ...values);
  };
}

/** Adds an id to the ids in aria-describedby. */
export function describe(control, id) {
  const ids = new Set((control.getAttribute("aria-describedby") ?? "").split(/\s+/).filter(Boolean));
  control.setAttribute("aria-describedby", [...ids.add(id)].join(" "));
}
