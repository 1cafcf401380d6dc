// A page that came back with errors: the focus goes to the summary, and its links to the fields themselves.

export function announceErrors() {
  const summary = document.querySelector("[data-error-summary]");
  if (!summary) {
    return;
  }
  summary.focus();
  summary.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) {
      return;
    }
    event.preventDefault();
    const label = field.closest("fieldset")?.querySelector("legend") ?? field.labels?.[0];
    (label ?? field).scrollIntoView();
    field.focus({ preventScroll: true });
  });
}
