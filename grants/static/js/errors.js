/* Errors beside fields: a link to one moves the cursor into its field, and a field that is cured loses its own. */
"use strict";

const CONTROL = "input:not([type=hidden]), select, textarea";

/* Puts the cursor into the control with this id, or into the first one inside it, and opens the sections around it. */
function reachControl(id) {
  const place = document.getElementById(id);
  const control = place?.matches(CONTROL) ? place : place?.querySelector(CONTROL);
  for (let fold = control?.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  control?.focus();
}

/* Removes the error of a field and its line in the summary. */
function removeError(id) {
  const error = document.getElementById(`${id}-error`), field = document.getElementById(id);
  const row = error.closest(".row-errors");
  error.remove();
  if (row && !row.querySelector(".error")) row.remove();
  field?.removeAttribute("aria-invalid");
  field?.closest(".wrong")?.classList.remove("wrong");
  for (const link of all(`.summary a[href="#${id}"]`)) link.closest("li").remove();
  for (const summary of all(".summary")) if (!summary.querySelector("li")) summary.remove();
}

/* Removes the errors of all fields of the form, except those that are still wrong. */
function keepErrors(form, wrong) {
  const ids = all(".error[id$='-error']", form).map(({ id }) => id.replace(/-error$/, ""));
  ids.filter((id) => !wrong.includes(id)).forEach(removeError);
}

/* Removes what was reported after an automatic save, if its row shows it already. */
function dropRepeated() {
  for (const one of all("[data-unread]")) if (document.getElementById(`${one.dataset.unread}-error`)) one.remove();
}

/* Whether the text is a number that the server accepts in this field. */
function acceptsNumber({ value, dataset }) {
  const { comma, dot } = document.body.dataset, places = Number(dataset.places);
  const found = readNumber(value, { comma, dot, signs: (dataset.signs || "").split(" ") });
  if (!found) return false;
  const units = rounded(found, places), unit = 10n ** BigInt(places);
  const exact = found.units * unit === units * 10n ** BigInt(found.places);
  const above = !dataset.least || units >= BigInt(dataset.least) * unit;
  return exact && above && (!dataset.most || units <= BigInt(dataset.most) * unit);
}

document.addEventListener("input", ({ target }) => {
  if (!target.dataset?.places || !document.getElementById(`${target.id}-error`)) return;
  if (!target.value.trim() || acceptsNumber(target)) removeError(target.id);
});
document.addEventListener("click", ({ target }) => {
  const link = target.closest('.summary a[href^="#"]');
  if (link) setTimeout(() => reachControl(link.hash.slice(1)));
});
if (document.querySelector("form[data-autosave]")) reachControl(location.hash.slice(1));
