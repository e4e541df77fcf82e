/* The checkbox that selects or clears all rows of a list. */
"use strict";

all("[data-all]").forEach((box) => { box.hidden = false; });
document.addEventListener("input", ({ target }) => {
  if (target.dataset.all) all(`[name="${target.dataset.all}"]`).forEach((box) => { box.checked = target.checked; });
});
