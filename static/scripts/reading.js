// Reading: [data-read-url] around a thread's posts tells the server the number of the last post seen, when the page is left.

export function recordReading() {
  const thread = document.querySelector("[data-read-url]");
  if (!thread || !("IntersectionObserver" in window)) {
    return;
  }
  let seen = 0;
  let told = 0;

  // A post counts as seen when its end has come into view.
  const watch = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (entry.isIntersecting) {
        seen = Math.max(seen, Number(entry.target.closest("article").id.slice("post-".length)));
        watch.unobserve(entry.target);
      }
    }
  });
  for (const post of thread.querySelectorAll("article[id^=post-]")) {
    watch.observe(post.lastElementChild);
  }

  function tell() {
    if (seen <= told) {
      return;
    }
    told = seen;
    // sendBeacon can set no header, so fetch that outlives the page.
    fetch(thread.dataset.readUrl, {
      method: "POST",
      headers: { "X-CSRFToken": thread.dataset.csrf ?? "" },
      body: new URLSearchParams({ number: String(seen) }),
      credentials: "same-origin",
      keepalive: true,
    }).catch(() => {
      told = 0;
    });
  }

  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") {
      tell();
    }
  });
  window.addEventListener("pagehide", tell);
}
