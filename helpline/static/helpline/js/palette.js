// Ctrl-K: one field over the page that finds a case, goes to a page, or does something. What is typed is sent by POST,
// so that nothing searched for stands in an address or a log.

const palette = document.getElementById("palette");
const field = document.getElementById("palette-field");
const form = document.getElementById("palette-case");
const find = palette?.querySelector("[data-case]");

function choices() {
  return [...palette.querySelectorAll(".choice")].filter((choice) => !choice.hidden);
}

function choose(index) {
  const shown = choices();
  shown.forEach((choice, at) => choice.setAttribute("aria-selected", String(at === index)));
  shown[index]?.scrollIntoView({ block: "nearest" });
}

function chosen() {
  return choices().findIndex((choice) => choice.getAttribute("aria-selected") === "true");
}

function narrow() {
  const typed = field.value.trim();
  for (const choice of palette.querySelectorAll(".choice:not([data-case])")) {
    choice.hidden = !choice.textContent.toLowerCase().includes(typed.toLowerCase());
  }
  find.hidden = !typed || !form.getAttribute("action");
  find.querySelector("[data-typed]").textContent = typed;
  choose(0);
}

function take(choice) {
  if (choice === find) {
    form.elements.q.value = field.value.trim();
    form.submit();
  } else {
    palette.close();
    choice.click();
  }
}

if (palette) {
  field.addEventListener("input", narrow);
  palette.addEventListener("keydown", (event) => {
    const count = choices().length;
    if (event.key === "ArrowDown") choose((chosen() + 1) % count);
    else if (event.key === "ArrowUp") choose((chosen() + count - 1) % count);
    else if (event.key === "Enter" && choices()[chosen()]) take(choices()[chosen()]);
    else return;
    event.preventDefault();
  });
  find.addEventListener("click", () => take(find));
  palette.addEventListener("click", (event) => {
    if (event.target === palette || event.target.closest("[data-do]")) palette.close();
  });
  document.addEventListener("desk:do", (event) => {
    if (event.detail !== "palette") return;
    field.value = "";
    narrow();
    palette.showModal();
    field.focus();
  });
}
