// The call screen. A digit chooses what the call is about while that row has the focus, Enter wraps up, and a tap on what
// ends an empty case (a wrong number, a test) does both. What is usually promised next is said beside the choice.

const form = document.getElementById("note-form");
const wrapUp = form?.querySelector("[data-wrap-up]");
const usual = form?.querySelector("[data-as-usual]");
const kinds = [...(form?.querySelectorAll("input[data-digit]") ?? [])];

function chosen() {
  return kinds.find((kind) => kind.checked);
}

function show() {
  const kind = chosen();
  if (usual) usual.textContent = kind ? `${usual.dataset.asUsual}: ${kind.dataset.usual}` : usual.dataset.asUsual;
  const opens = kind?.dataset.opens && document.getElementById(kind.dataset.opens);
  if (opens) opens.open = true;
}

form?.addEventListener("change", (event) => {
  if (event.target.matches("[data-digit]")) show();
});

// A key gives no tap: `detail` counts the presses of a pointer. The button has the whole of its chip.
form?.addEventListener("click", (event) => {
  if (event.detail > 0 && event.target.matches("[data-ends]")) wrapUp.click();
});

document.getElementById("wrap-up")?.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("select, button")) return;
  const kind = kinds.find((each) => each.dataset.digit === event.key);
  if (kind) {
    kind.checked = true;
    kind.focus();
    kind.dispatchEvent(new Event("change", { bubbles: true }));
  } else if (event.key === "Enter") {
    wrapUp.click();
  } else {
    return;
  }
  event.preventDefault();
});

show();

// Topics: typing narrows the list, Enter opens the first that is left, Escape or Alt-N goes back to the note.
const find = document.querySelector("[data-find-topic]");
const topics = [...document.querySelectorAll("[data-topic]")];

find?.addEventListener("input", () => {
  const wanted = find.value.trim().toLowerCase();
  for (const topic of topics) topic.hidden = wanted !== "" && !topic.querySelector("summary").textContent.toLowerCase().includes(wanted);
});

find?.addEventListener("keydown", (event) => {
  const first = topics.find((topic) => !topic.hidden);
  if (event.key === "Enter" && first) {
    first.open = true;
    first.querySelector("summary").focus();
    first.scrollIntoView({ block: "nearest" });
  } else if (event.key === "Escape" && find.value) {
    find.value = "";
    find.dispatchEvent(new Event("input"));
    event.stopPropagation();
  } else {
    return;
  }
  event.preventDefault();
});
