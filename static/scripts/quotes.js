// Quoting: with words of a post selected, its link [data-quote] asks for these words only.

const MOST = 1500;

export function quoteSelections() {
  const links = document.querySelectorAll("a[data-quote]");
  for (const link of links) {
    const plain = link.getAttribute("href");

    const take = () => {
      const selection = window.getSelection();
      const body = link.closest("article")?.querySelector(".post-body");
      const text = selection?.toString().trim().slice(0, MOST);
      link.setAttribute("href", plain);
      if (!text || !body || !body.contains(selection.anchorNode) || !body.contains(selection.focusNode)) {
        return;
      }
      const address = new URL(link.href);
      address.searchParams.set("text", text.toWellFormed?.() ?? text);
      link.href = address.href;
    };

    // Before the click itself, which ends the selection.
    link.addEventListener("pointerdown", take);
    link.addEventListener("keydown", take);
  }
}
