// Adds what a browser with scripts can do better; every page works without.
import { initAll } from "./govuk-frontend.min.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();

// A page kept in memory by the browser is asked for again, so that nothing shows after signing out.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload();
});

// A job's progress is read again every few seconds; without scripts its page has a link that does the same.
const progress = document.querySelector("[data-easement-refresh]");
if (progress) {
  const again = async () => {
    const answer = await fetch(window.location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return window.location.reload();
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-easement-refresh]");
    if (!fresh) return window.location.reload();
    if (fresh.innerHTML !== progress.innerHTML) progress.innerHTML = fresh.innerHTML;
    window.setTimeout(again, 5000);
  };
  window.setTimeout(again, 5000);
}

for (const button of document.querySelectorAll("[data-easement-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
