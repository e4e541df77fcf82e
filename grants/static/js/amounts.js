/* Writes the typed amount on the button of its form, formatted as the server does. */
"use strict";

function nameAmount(button) {
  const { pattern, plain, comma, dot, signs } = button.dataset, places = Number(button.dataset.places);
  const field = document.getElementById(button.dataset.names);
  const found = readCell(field, { comma, dot, signs: signs.split(" ") }, places);
  button.textContent = found && found.units > 0n ? pattern.replace("#", formatted(found.units, places)) : plain;
}

all("[data-names]").forEach(nameAmount);
document.addEventListener("input", ({ target }) => all(`[data-names="${target.id}"]`).forEach(nameAmount));
