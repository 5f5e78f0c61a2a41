// Keys, and every button with data-do. A single key never works inside a field; Esc Esc and Ctrl-K work everywhere, and so
// does Alt with the key of what carries data-anywhere (whoever writes what she hears must not have to leave the field).
// What a key does is told to the page as the event `desk:do`, so that each module does its own part.

const SEQUENCE = 900; // milliseconds within which the second key of `g b` or `Esc Esc` must follow
let before = { key: "", at: 0 };

function tell(what) {
  document.dispatchEvent(new CustomEvent("desk:do", { detail: what }));
}

function isField(element) {
  return element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName);
}

/** Go to the first element that carries this key, and open what hides it. False where the page has none. */
function goTo(mark, among = "") {
  const target = [...document.querySelectorAll(`[data-key~="${CSS.escape(mark)}"]${among}`)].find((each) => !each.disabled);
  if (!target) return false;
  for (let hides = target.closest("details"); hides; hides = hides.parentElement.closest("details")) hides.open = true;
  target.focus();
  target.scrollIntoView({ block: "nearest" });
  return true;
}

/** Go to the next thing due after the one in focus; from the last one, to the first. */
function nextDue() {
  const due = [...document.querySelectorAll("[data-due]")];
  const here = due.indexOf(document.activeElement);
  due[(here + 1) % due.length]?.focus();
}

function go(place) {
  const link = document.querySelector(`[data-goes="${place}"]`);
  if (link) location.assign(link.href);
}

function single(key) {
  if (key === "?") tell("keys");
  else if (key === "/") tell("palette");
  else if (key === "q") tell("weather");
  else if (key === ".") nextDue();
  else return goTo(key);
  return true;
}

document.addEventListener("keydown", (event) => {
  const key = event.key;
  const follows = event.timeStamp - before.at < SEQUENCE ? before.key : "";
  before = { key, at: event.timeStamp };
  if (key === "Escape") {
    const open = document.querySelector("dialog[open]");
    if (open) {
      // This one closes what lies over the page (a search field would only be emptied by it) and does not count.
      open.close();
      event.preventDefault();
      before = { key: "", at: 0 };
    } else if (follows === "Escape") tell("lock");
    return;
  }
  if ((event.ctrlKey || event.metaKey) && key.toLowerCase() === "k") {
    event.preventDefault();
    tell("palette");
    return;
  }
  if (event.altKey && !event.ctrlKey && !event.metaKey && event.code.startsWith("Key")) {
    // By its place on the keyboard: with Alt the letter itself may have become another one.
    if (goTo(event.code.slice(3).toLowerCase(), "[data-anywhere]")) event.preventDefault();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || isField(event.target) || document.querySelector("dialog[open]")) return;
  if (follows === "g") go(key);
  else if (key.length === 1 && single(key)) event.preventDefault();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button) tell(button.dataset.do);
});

document.addEventListener("desk:do", (event) => {
  if (event.detail === "keys") document.getElementById("keys")?.showModal();
});
