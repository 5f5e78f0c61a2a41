// Nobody may read over an empty chair. After two minutes without a key or a movement the page is covered, and the first
// key or movement uncovers it. `Esc Esc` signs out, and the sign-in page leads back here; `q` leaves for a weather page
// and signs out on the way.

const AWAY_AFTER = 2 * 60 * 1000; // milliseconds
const frame = document.getElementById("frame");
const cover = document.getElementById("away");
const lock = document.getElementById("lock");
let timer = null;
let cameFrom = null;
let isGoing = false;

function leave() {
  if (!cover || !cover.hidden) return;
  cameFrom = document.activeElement;
  cover.hidden = false;
  frame.classList.add("is-away");
  frame.inert = true;
  cover.querySelector("button").focus();
}

function back() {
  clearTimeout(timer);
  timer = setTimeout(leave, AWAY_AFTER);
  if (!cover || cover.hidden) return;
  cover.hidden = true;
  frame.classList.remove("is-away");
  frame.inert = false;
  cameFrom?.focus?.();
}

function signOut() {
  isGoing = true;
  cover.hidden = false; // covered at once, whatever the network does
  frame.inert = true;
  lock.submit();
}

function weather() {
  isGoing = true;
  cover.hidden = false;
  const form = new FormData(lock);
  fetch(lock.action, { method: "POST", body: new URLSearchParams(form), keepalive: true, redirect: "manual" }).catch(() => {});
  location.replace(document.body.dataset.weather);
}

// A part that re-reads itself just then finds the sign-in ended: it must not turn this page back from where it goes.
document.addEventListener("desk:reload", (event) => {
  if (isGoing) event.preventDefault();
});

// The key that uncovers the page does nothing else on it.
addEventListener(
  "keydown",
  (event) => {
    if (cover && !cover.hidden && event.key !== "Escape") {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
    back();
  },
  { capture: true },
);

for (const sign of ["pointerdown", "pointermove", "wheel", "touchstart"]) {
  addEventListener(sign, back, { passive: true, capture: true });
}

document.addEventListener("desk:do", (event) => {
  if (event.detail === "lock" && lock?.getAttribute("action")) signOut();
  if (event.detail === "weather" && lock) weather();
});

document.addEventListener("desk:ringing", (event) => {
  if (!cover) return;
  cover.querySelector("[data-ringing]").hidden = !event.detail.count;
});

back();
