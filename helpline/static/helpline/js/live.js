// Is what I see fresh? The SSE extension of htmx holds one stream (`sse-connect` on a part of the page) that carries
// a kind and a reference; parts re-read themselves. Where the server has no stream to give (it answers 204 or 503),
// this asks every three seconds instead, by the event `desk:poll` that the same parts listen to. It also says, in the
// top bar, how fresh the page is, and since when it is not.

const POLL_EVERY = 3000; // milliseconds; the board promises a ringing call within seconds even without a stream
const state = document.getElementById("link-state");
let polling = null;
let lostAt = null;

function say(link) {
  if (!state || state.dataset.link === link) return;
  state.dataset.link = link;
  state.hidden = false;
  const clock = (lostAt ?? new Date()).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  state.querySelector("span").textContent = state.dataset[link].replace("{time}", clock);
}

function reread() {
  document.body.dispatchEvent(new CustomEvent("desk:poll"));
}

function startPolling() {
  polling ??= setInterval(reread, POLL_EVERY);
}

function stopPolling() {
  clearInterval(polling);
  polling = null;
}

document.addEventListener("htmx:sseOpen", () => {
  stopPolling();
  lostAt = null;
  say("well");
  reread(); // what happened while nobody listened
});

document.addEventListener("htmx:sseError", () => {
  startPolling();
  if (!lostAt) say("polling");
});

document.addEventListener("htmx:sendError", () => {
  lostAt ??= new Date();
  say("lost");
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (!event.detail.xhr?.status) return;
  lostAt = null;
  if (document.querySelector("[sse-connect]")) say(polling ? "polling" : "well");
});

// What is typed is sent past htmx: where that does not arrive, the page has no connection either, and the other way round.
document.addEventListener("desk:link", (event) => {
  if (event.detail === "unreached") {
    lostAt ??= new Date();
    say("lost");
  } else if (event.detail === "reached" && lostAt) {
    lostAt = null;
    if (document.querySelector("[sse-connect]")) say(polling ? "polling" : "well");
  }
});

addEventListener("offline", () => {
  lostAt ??= new Date();
  say("lost");
  document.dispatchEvent(new CustomEvent("desk:link", { detail: "lost" }));
});

addEventListener("online", () => {
  reread();
  document.dispatchEvent(new CustomEvent("desk:link", { detail: "back" }));
});

// A part in which somebody has opened a form does not re-read itself under their hands: it does so when they close it.
function isInUse(part) {
  return Boolean(part.querySelector?.("details[open]:not([data-more]) form"));
}

// What was folded out to be read (<details data-more id="…">) stays so when its part re-reads itself.
const foldedOut = new Set();

document.addEventListener(
  "toggle",
  (event) => {
    const { target } = event;
    if (!target.matches?.("details[data-more]") || !target.isConnected) return;
    if (target.open) foldedOut.add(target.id);
    else foldedOut.delete(target.id);
  },
  true,
);

document.addEventListener("htmx:afterSwap", (event) => {
  for (const more of event.target.querySelectorAll?.("details[data-more]") ?? []) more.open = foldedOut.has(more.id);
});

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.requestConfig?.verb === "get" && event.detail.target === event.detail.elt && isInUse(event.detail.elt)) event.preventDefault();
});

document.addEventListener(
  "toggle",
  (event) => {
    const part = event.target.closest?.("[hx-get]");
    if (part && !event.target.open && event.target.querySelector("form") && !isInUse(part)) reread();
  },
  true,
);

// A refusal in words is shown in its place. An answer from the sign-in pages means that the session has ended: go there,
// instead of drawing them into a part of this page.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (xhr.getResponseHeader("X-Refused")) event.detail.shouldSwap = true;
  if (xhr.responseURL && new URL(xhr.responseURL).pathname.startsWith("/accounts/")) {
    event.detail.shouldSwap = false;
    if (document.dispatchEvent(new CustomEvent("desk:reload", { cancelable: true }))) location.reload();
  }
});
