// Wide tables and code in posts scroll by themselves; this makes them reachable by the keyboard, and names them.

import { element } from "./elements.js";

function reach(box, name) {
  if (box.scrollWidth > box.clientWidth) {
    box.tabIndex = 0;
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", name);
  } else {
    ["tabindex", "role", "aria-label"].forEach((attribute) => box.removeAttribute(attribute));
  }
}

// Whether a box scrolls changes when the window is turned or magnified; told at once, too.
function watch(box, name) {
  new ResizeObserver(() => reach(box, name)).observe(box);
}

export function reachScrollers() {
  for (const table of document.querySelectorAll(".post-body table, .prose table")) {
    let box = table.parentElement;
    if (!box.classList.contains("scroll")) {
      box = element("div", { class: "scroll" });
      table.replaceWith(box);
      box.append(table);
    }
    watch(box, "Table, scrolls sideways");
  }
  for (const code of document.querySelectorAll(".post-body pre, .prose pre")) {
    watch(code, "Code, scrolls sideways");
  }
}
