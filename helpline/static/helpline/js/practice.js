// The practice phone: the keyboard's digits press its keys, and what the line says is spoken where the browser can.

let call = "";
let spoken = 0;

function speak() {
  const heard = document.querySelector("[data-call]");
  if (!heard) return;
  const lines = [...heard.querySelectorAll("[data-heard]")].map((line) => line.textContent);
  if (heard.dataset.call !== call) {
    // A page opened in the middle of a call does not repeat what was said before.
    spoken = call ? 0 : lines.length - 1;
    call = heard.dataset.call;
  }
  for (const words of lines.slice(Math.max(spoken, 0))) {
    if (!("speechSynthesis" in window) || words.startsWith("[")) continue;
    const voice = new SpeechSynthesisUtterance(words);
    voice.lang = document.documentElement.lang;
    window.speechSynthesis.speak(voice);
  }
  spoken = lines.length;
}

function isField(element) {
  return element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName);
}

document.addEventListener("keydown", (event) => {
  if (isField(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
  document.querySelector(`[data-keypad="${CSS.escape(event.key)}"]`)?.click();
});

// A key or a hang-up ends what is being said, as on a telephone.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.requestConfig.verb === "post") window.speechSynthesis?.cancel();
});

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("[data-empties]");
  if (form && event.detail.successful) form.querySelectorAll("input:not([type=hidden]), textarea").forEach((field) => (field.value = ""));
});

document.addEventListener("htmx:afterSettle", speak);
speak();
