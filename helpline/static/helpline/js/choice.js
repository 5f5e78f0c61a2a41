// The talk before a legal step by keys: 1, 2, 3 press the button that carries the number. Enter presses the one in focus.

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) || document.querySelector("dialog[open]")) return;
  const button = /^[1-9]$/.test(event.key) && document.querySelector(`[data-number="${event.key}"]`);
  if (!button) return;
  event.preventDefault();
  button.click();
});
