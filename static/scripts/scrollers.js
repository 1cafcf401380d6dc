// Wide tables and code in posts scroll by themselves; this makes them reachable by the keyboard, and names them.

import { element } from "./elements.js";

function reach(box, name) {
  if (box.scrollWidth <= box.clientWidth) {
    return;
  }
  box.tabIndex = 0;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", name);
}

export function reachScrollers() {
  for (const table of document.querySelectorAll(".post-body table, .prose table")) {
    let box = table.parentElement;
    if (!box.classList.contains("scroll")) {
      box = element("div", { class: "scroll" });
      table.replaceWith(box);
      box.append(table);
    }
    reach(box, "Table, scrolls sideways");
  }
  for (const code of document.querySelectorAll(".post-body pre, .prose pre")) {
    reach(code, "Code, scrolls sideways");
  }
}
