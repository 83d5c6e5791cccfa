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

// Pairs are decided by keys: 1, 2, 3, the right arrow for the next, the left one to undo. They rest while somebody
// writes, with another key held down, and when they were turned off, which this browser remembers.
const keyed = document.querySelector("[data-easement-keys]");
if (keyed) {
  const kept = "easement-keys-off";
  const named = { 1: "1", 2: "2", 3: "3", ArrowRight: "next", ArrowLeft: "undo" };
  const shortcuts = keyed.querySelector("[data-easement-shortcuts]");
  const off = () => window.localStorage.getItem(kept) === "yes";
  if (shortcuts) {
    const button = shortcuts.querySelector("button");
    const tell = () => (button.textContent = off() ? button.dataset.on : button.dataset.off);
    button.addEventListener("click", () => {
      window.localStorage.setItem(kept, off() ? "no" : "yes");
      tell();
    });
    shortcuts.hidden = false;
    tell();
  }
  let done = false;
  document.addEventListener("keydown", (event) => {
    const writes = event.target.closest("input, textarea, select, [contenteditable], .easement-scroll");
    if (done || writes || event.repeat || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || off()) return;
    const wanted = named[event.key] && keyed.querySelector(`[data-key="${named[event.key]}"]`);
    if (!wanted) return;
    event.preventDefault();
    done = true;
    wanted.click();
  });
}
