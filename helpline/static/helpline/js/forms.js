// Nothing typed is lost. A field with data-keep="<address>" is sent there as it is typed (after a short pause, and when
// the field is left), and its <output> says what has been kept. Without a connection, or after a sign-out, it says so and
// keeps trying; nothing reloads the page over words that are not kept, and the browser asks before it is closed. Words lie
// in the page's memory alone, never in the browser's storage.

const PAUSE = 600; // milliseconds after the last key
const AGAIN = 4000; // milliseconds until the next try without a connection
const unsaved = new Set();

/** The token of the present sign-in: after a new one in another tab the one that this page came with is worth nothing. */
function csrf() {
  const cookie = document.cookie.match(/(?:^|; )(?:__Host-)?desk-csrf=([^;]+)/);
  return cookie?.[1] || JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"] || "";
}

function say(field, mark) {
  const output = field.form?.querySelector("output");
  if (output) {
    output.textContent = output.dataset[mark] || "";
    output.dataset.mark = mark;
  }
  const signIn = field.form?.querySelector("[data-sign-in]");
  if (signIn) signIn.hidden = mark !== "out";
}

/** Why something was not kept, in the word of its sentence: too long, signed out, or no connection. */
function why(answer) {
  if (!answer) return "lost";
  if (answer.status === 413 || answer.status === 400) return "long";
  return answer.redirected || answer.status === 403 ? "out" : "lost";
}

async function keep(field) {
  clearTimeout(field.keeping);
  if (!field.isConnected || field.value === field.kept) return;
  const sent = field.value;
  let answer = null;
  field.sending?.abort();
  field.sending = new AbortController();
  try {
    answer = await fetch(field.dataset.keep, {
      method: "POST",
      headers: { "X-CSRFToken": csrf(), "Content-Type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ [field.name]: sent }),
      signal: field.sending.signal,
    });
    if (answer.status === 413) {
      say(field, "long"); // trying again would not help; the browser still asks before the page is closed
      return;
    }
    if (!answer.ok || answer.redirected) throw new Error("not kept");
    field.kept = sent;
    unsaved.delete(field);
    say(field, field.value === sent ? "kept" : "writing");
    if (field.value !== sent) later(field, PAUSE);
    document.dispatchEvent(new CustomEvent("desk:link", { detail: "reached" }));
  } catch (broken) {
    if (broken.name === "AbortError") return; // a newer try, or the note itself, is on its way
    const reason = why(answer);
    say(field, reason);
    if (broken instanceof TypeError) document.dispatchEvent(new CustomEvent("desk:link", { detail: "unreached" }));
    if (reason !== "long") later(field, AGAIN);
  }
}

function later(field, wait) {
  clearTimeout(field.keeping);
  field.keeping = setTimeout(keep, wait, field);
}

function touch(field) {
  unsaved.add(field);
  say(field, "writing");
  later(field, PAUSE);
}

document.addEventListener("input", (event) => {
  if (event.target.dataset?.keep) touch(event.target);
});

document.addEventListener("focusout", (event) => {
  if (event.target.dataset?.keep && unsaved.has(event.target)) keep(event.target);
});

// Ctrl-Enter sends the form that is being written in: by the button that is marked for it, where there are several.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const form = event.target.form;
  const button = form?.querySelector("[data-ctrl-enter]");
  if (button) button.click();
  else form?.requestSubmit();
});

// A note that was put into the story is taken out of its field; what was typed meanwhile stays there and is kept.
function fieldOf(event) {
  const field = (event.target.form ?? event.target.closest?.("form"))?.querySelector("[data-into]");
  return field && event.detail.requestConfig?.path === field.dataset.into ? field : null;
}

document.addEventListener("htmx:beforeRequest", (event) => {
  const field = fieldOf(event);
  if (!field) return;
  clearTimeout(field.keeping);
  field.sending?.abort();
  field.wasSent = field.value;
});

document.addEventListener("htmx:afterRequest", (event) => {
  const field = fieldOf(event);
  if (!field) {
    // Another form that was sent: its words have arrived with it.
    if (!event.detail.successful || !event.target.matches?.("form")) return;
    for (const other of event.target.querySelectorAll("[data-keep]")) {
      clearTimeout(other.keeping);
      unsaved.delete(other);
    }
    return;
  }
  if (!event.detail.successful) {
    if (field.value !== field.kept) touch(field);
    return;
  }
  if (field.value.startsWith(field.wasSent)) field.value = field.value.slice(field.wasSent.length).trimStart();
  field.kept = "";
  unsaved.delete(field);
  if (field.value) touch(field);
  else say(field, "put");
  field.focus();
});

// A form that takes the whole page along takes its words along, too.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.hasAttribute("hx-post")) return;
  for (const field of event.target.querySelectorAll("[data-keep]")) {
    clearTimeout(field.keeping);
    unsaved.delete(field);
  }
});

function isUnsaved() {
  for (const field of unsaved) if (!field.isConnected) unsaved.delete(field);
  return unsaved.size > 0;
}

addEventListener("beforeunload", (event) => {
  if (isUnsaved()) event.preventDefault();
});

// The page would be loaded anew because nobody is signed in any more: not over words that have nowhere else to be.
document.addEventListener("desk:reload", (event) => {
  if (isUnsaved()) event.preventDefault();
});

document.addEventListener("htmx:beforeOnLoad", (event) => {
  if (event.detail.xhr.getResponseHeader("HX-Refresh") && isUnsaved()) event.preventDefault();
});

// Filters of the story: <input type="checkbox" name="shows" value="call"> shows and hides what is of that kind.
function filterStory() {
  const story = document.querySelector(".case-read");
  const all = [...document.querySelectorAll('input[name="shows"]')];
  const wanted = all.filter((box) => box.checked).map((box) => box.value);
  for (const entry of story?.querySelectorAll("[data-kind]") ?? []) {
    entry.hidden = wanted.length > 0 && !wanted.includes(entry.dataset.kind);
  }
}

document.addEventListener("change", (event) => {
  if (event.target.name === "shows") filterStory();
});
document.addEventListener("htmx:afterSettle", filterStory);

// What takes some seconds says so: <button data-busy="Taking them over …"> says that while its form is on its way.
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!button?.dataset.busy) return;
  button.textContent = button.dataset.busy;
  button.setAttribute("aria-busy", "true");
  setTimeout(() => (button.disabled = true)); // after the form has taken the button's own name along
});
