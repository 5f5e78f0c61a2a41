// What was done just now stays in view for ten seconds, with its undo; longer while a pointer or the focus rests on it.

function fade(told) {
  if (told.dataset.seen) return;
  told.dataset.seen = "1";
  const seconds = Number(told.dataset.goneAfter || 10);
  const go = () => (told.matches(":hover, :focus-within") ? setTimeout(go, 1000) : told.remove());
  setTimeout(go, seconds * 1000);
}

function fadeAll() {
  document.querySelectorAll(".told").forEach(fade);
}

// What was taken back is no longer news.
document.addEventListener("htmx:beforeRequest", (event) => event.target.closest?.(".told")?.setAttribute("data-undone", ""));
document.addEventListener("htmx:afterRequest", () => document.querySelectorAll(".told[data-undone]").forEach((told) => told.remove()));
document.addEventListener("htmx:afterSettle", fadeAll);
fadeAll();
