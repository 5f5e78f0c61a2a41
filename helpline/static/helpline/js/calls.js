// Calls that are going on: their seconds run, and a new one that rings is said once to screen readers.
// Marks in the page: <time data-since="2026-11-24T02:10:00+02:00"> runs; [data-rings="<reference>"] is a ringing call.

const said = new Set();

/** Write seconds as people read a running clock: 0:07, 12:03, 1:02:45. */
function running(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const pad = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours ? `${hours}:${pad(minutes)}:${pad(whole % 60)}` : `${minutes}:${pad(whole % 60)}`;
}

/** The server's present minus the browser's: the desk runs by the server's clock (which may be a practice clock). */
function skew() {
  const told = document.querySelector("[data-server-now]");
  if (!told) return 0;
  if (!told.skew) told.skew = Date.parse(told.dataset.serverNow) - Date.now();
  return told.skew;
}

function tick() {
  const now = Date.now() + skew();
  for (const clock of document.querySelectorAll("time[data-since]")) {
    clock.textContent = running((now - Date.parse(clock.dataset.since)) / 1000);
  }
}

function announce() {
  const ringing = [...document.querySelectorAll("[data-rings]")].map((row) => row.dataset.rings);
  const fresh = ringing.filter((call) => !said.has(call));
  const voice = document.getElementById("announce");
  fresh.forEach((call) => said.add(call));
  if (voice && fresh.length) voice.textContent = voice.dataset.ringing;
  if (voice && !ringing.length) voice.textContent = "";
  document.dispatchEvent(new CustomEvent("desk:ringing", { detail: { count: ringing.length } }));
}

document.addEventListener("htmx:afterSettle", () => {
  tick();
  announce();
});
tick();
announce();
setInterval(tick, 1000);
