// A page that lies there does not outlive the sign-in behind it. After a quarter of an hour without a key or a movement it
// asks the server, once a minute, whether somebody is still signed in (asking is no sign of life); where nobody is, it goes.

const QUIET = 15 * 60 * 1000; // milliseconds; the server's own limit stands in its settings
const ASK_EVERY = 60 * 1000;
let moved = Date.now();

for (const sign of ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"]) {
  addEventListener(sign, () => { moved = Date.now(); }, { passive: true, capture: true });
}

setInterval(async () => {
  if (Date.now() - moved < QUIET) return;
  try {
    const answer = await fetch("/here/", { headers: { "HX-Request": "true" } });
    if (answer.headers.has("HX-Refresh") && document.dispatchEvent(new CustomEvent("desk:reload", { cancelable: true }))) location.reload();
  } catch {
    // without a connection nobody can be asked; the page is covered already
  }
}, ASK_EVERY);
