// A form is sent once, however often its button is pressed. The server has the last word (submission_id).

// A page that is still here by then was stopped by its reader, or got a file to download.
const PATIENCE = 20000;

export function sendOnce() {
  const sent = new Set();

  function restore() {
    sent.clear();
    for (const form of document.querySelectorAll("form[aria-busy]")) {
      form.removeAttribute("aria-busy");
    }
    for (const button of document.querySelectorAll("button[data-sent]")) {
      button.disabled = false;
      delete button.dataset.sent;
    }
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") {
      return;
    }
    if (sent.has(form)) {
      event.preventDefault();
      return;
    }
    sent.add(form);
    form.setAttribute("aria-busy", "true");
    // Later, since a disabled button would not send its own name and value.
    setTimeout(() => {
      for (const button of form.querySelectorAll("button[type=submit]:not([disabled])")) {
        button.disabled = true;
        button.dataset.sent = "";
      }
    });
    setTimeout(restore, PATIENCE);
  });

  // Coming back to the page, from the history or after a failed connection, must find the form usable.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) {
      restore();
    }
  });
}
