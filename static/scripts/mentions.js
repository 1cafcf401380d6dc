// Mentions: after "@" and two letters in textarea[data-mentions-url], people to choose from: arrows, Enter, Escape.
// A textarea keeps its own role; the list is tied to it by aria-controls and aria-activedescendant while it is open.

import { announce, element, settled } from "./elements.js";

const PAUSE = 200;
const BEFORE_CARET = /(?:^|[\s(["'])@([a-z0-9-]{2,40})$/i;

function complete(area, index) {
  const list = element("ul", { class: "mentions__list", id: `mentions-${index}`, role: "listbox", "aria-label": "People to mention" });
  list.hidden = true;
  area.after(element("div", { class: "mentions" }, list));
  area.setAttribute("aria-autocomplete", "list");

  let people = [];
  let active = -1;
  let asked = "";

  function written() {
    if (area.selectionStart !== area.selectionEnd) {
      return "";
    }
    return BEFORE_CARET.exec(area.value.slice(0, area.selectionStart))?.[1] ?? "";
  }

  function close() {
    list.hidden = true;
    people = [];
    active = -1;
    area.removeAttribute("aria-activedescendant");
    area.removeAttribute("aria-controls");
  }

  function mark(next) {
    active = next;
    [...list.children].forEach((option, place) => option.setAttribute("aria-selected", String(place === active)));
    area.setAttribute("aria-activedescendant", list.children[active].id);
  }

  function choose(place) {
    const end = area.selectionStart;
    const start = end - written().length;
    area.setRangeText(`${people[place].handle} `, start, end, "end");
    close();
    area.focus();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function open(found) {
    people = found.slice(0, 8);
    list.replaceChildren(
      ...people.map(({ handle, name }, place) => {
        const option = element("li", { class: "mentions__option", id: `${list.id}-${place}`, role: "option" }, `${name} @${handle}`);
        // Not click: the textarea must not lose the focus.
        option.addEventListener("mousedown", (event) => {
          event.preventDefault();
          choose(place);
        });
        return option;
      }),
    );
    list.hidden = false;
    area.setAttribute("aria-controls", list.id);
    mark(0);
    list.scrollIntoView({ block: "nearest" });
    announce(`${people.length} ${people.length === 1 ? "person" : "people"} found. Up and down arrows to choose, Enter to take one.`);
  }

  const look = settled(async () => {
    const start = written();
    if (!start || start === asked) {
      return;
    }
    asked = start;
    const address = new URL(area.dataset.mentionsUrl, location.href);
    address.searchParams.set("q", start);
    try {
      const answer = await fetch(address, { headers: { Accept: "application/json" }, credentials: "same-origin" });
      const found = answer.ok ? await answer.json() : [];
      // Typing has gone on meanwhile: this answer is for something else.
      if (start !== written()) {
        return;
      }
      if (found.length > 0) {
        open(found);
      } else {
        close();
      }
    } catch {
      close();
    }
  }, PAUSE);

  area.addEventListener("input", () => {
    asked = "";
    if (written()) {
      look();
    } else {
      close();
    }
  });

  area.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      mark((active + (event.key === "ArrowDown" ? 1 : people.length - 1)) % people.length);
    } else if (event.key === "Enter" && !event.shiftKey) {
      choose(active);
    } else if (event.key === "Escape") {
      close();
    } else {
      // Tab goes on to the next field, as ever; moving the caret closes the list.
      if (["Tab", "ArrowLeft", "ArrowRight", "Home", "End", "PageUp", "PageDown"].includes(event.key)) {
        close();
      }
      return;
    }
    event.preventDefault();
  });

  area.addEventListener("blur", close);
}

export function completeMentions() {
  document.querySelectorAll("textarea[data-mentions-url]").forEach(complete);
}
