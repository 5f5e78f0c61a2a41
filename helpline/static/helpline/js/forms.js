// Nothing typed is lost. A field with data-keep="<address>" is sent there as it is typed (after a short pause, and when
// the field is left), and its <output> says what has been kept. Without a connection it says so, keeps trying, and the
// browser asks before the page is closed.

const PAUSE = 600; // milliseconds after the last key
const AGAIN = 4000; // milliseconds until the next try without a connection
const unsaved = new Set();

function csrf() {
  return JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"] || "";
}

function say(field, mark) {
  const output = field.form?.querySelector("output");
  if (output) output.textContent = output.dataset[mark] || "";
}

async function keep(field) {
  clearTimeout(field.keeping);
  if (!field.isConnected || field.value === field.kept) return;
  const sent = field.value;
  try {
    const answer = await fetch(field.dataset.keep, {
      method: "POST",
      headers: { "X-CSRFToken": csrf(), "Content-Type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ [field.name]: sent }),
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
    say(field, "lost");
    if (broken instanceof TypeError) document.dispatchEvent(new CustomEvent("desk:link", { detail: "unreached" }));
    later(field, AGAIN);
  }
}

function later(field, wait) {
  clearTimeout(field.keeping);
  field.keeping = setTimeout(keep, wait, field);
}

document.addEventListener("input", (event) => {
  const field = event.target;
  if (!field.dataset?.keep) return;
  unsaved.add(field);
  say(field, "writing");
  later(field, PAUSE);
});

document.addEventListener("focusout", (event) => {
  if (event.target.dataset?.keep && unsaved.has(event.target)) keep(event.target);
});

// Ctrl-Enter sends the form that is being written in.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.target.form?.requestSubmit();
});

// A note that has been put into the story is no longer unsaved.
document.addEventListener("htmx:afterRequest", (event) => {
  if (!event.detail.successful) return;
  for (const field of event.target.querySelectorAll?.("[data-keep]") ?? []) {
    clearTimeout(field.keeping);
    unsaved.delete(field);
  }
});

// A form that is sent as a whole takes its words along.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.hasAttribute("hx-post")) return;
  for (const field of event.target.querySelectorAll("[data-keep]")) {
    clearTimeout(field.keeping);
    unsaved.delete(field);
  }
});

addEventListener("beforeunload", (event) => {
  for (const field of unsaved) if (!field.isConnected) unsaved.delete(field);
  if (unsaved.size) event.preventDefault();
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
