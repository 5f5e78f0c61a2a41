// Score by keys: 0, 1, 2 tick the point whose scores are in focus and go on to the next. Letters typed into a field stay letters.

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || !/^[012]$/.test(event.key)) return;
  const point = event.target.closest?.("[data-score]");
  if (!point || event.target.type !== "radio") return;
  const score = point.querySelector(`input[type="radio"][value="${event.key}"]`);
  if (!score) return;
  event.preventDefault();
  score.checked = true;
  const points = [...document.querySelectorAll("[data-score]")];
  const next = points[points.indexOf(point) + 1];
  (next?.querySelector('input[type="radio"]:checked, input[type="radio"]') ?? score).focus();
});
