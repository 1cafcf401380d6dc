// Redacting: words selected in the text of a post [data-redact-into] are added to the field that
// it names, each line on its own, by a button that only script can give.

export function takeSelections() {
  for (const text of document.querySelectorAll("[data-redact-into]")) {
    const field = document.getElementById(text.dataset.redactInto);
    if (!field) {
      continue;
    }
    const button = document.createElement("button");
    button.type = "button";
    button.className = "govuk-button govuk-button--secondary";
    button.textContent = text.dataset.redactLabel;
    text.after(button);

    const add = () => {
      const selection = window.getSelection();
      if (!text.contains(selection.anchorNode) || !text.contains(selection.focusNode)) {
        return;
      }
      const lines = selection.toString().split("\n").map((line) => line.trim());
      const before = field.value.split("\n");
      field.value = [...new Set([...before, ...lines])].filter(Boolean).join("\n");
      field.dispatchEvent(new Event("input", { bubbles: true }));
    };

    // Before the click itself, which ends the selection; by keyboard nothing ends it.
    button.addEventListener("pointerdown", add);
    button.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") {
        add();
      }
    });
  }
}
