// Figures that move: asked for again every few seconds while somebody looks. Without this the page works as well.
"use strict";
const place = document.querySelector("[data-live]");
const show = (name, value) => place.querySelectorAll(`[data-figure="${name}"]`).forEach((spot) => {
  if (spot.tagName === "PROGRESS") { spot.max = value.total || 1; spot.value = value.done; }
  else if (spot.textContent !== String(value)) { spot.textContent = value; }
});
const look = async () => {
  if (document.visibilityState !== "visible") return;
  const answer = await fetch(place.dataset.live, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer || !answer.ok || answer.redirected) return;
  const found = await answer.json();
  for (const [state, count] of Object.entries(found.counts)) show(state, count);
  show("bar", found);
  show("sentence", found.sentence);
  if (found.is_over) location.reload();
};
if (place) setInterval(look, 3000);
