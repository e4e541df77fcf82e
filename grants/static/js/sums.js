/* Adds up a budget while the applicant is typing, rounding as the server does. */
"use strict";

const QUANTITY_PLACES = 3;

/* A cell of at most so many decimals, zero if it is empty; null if the server would refuse it. */
function readCell(field, habits, places) {
  if (!field.value.trim()) return { units: 0n, places: 0 };
  const found = readNumber(field.value, habits);
  if (!found || found.units < 0n) return null;
  const units = rounded(found, places);
  const exact = found.units * 10n ** BigInt(places) === units * 10n ** BigInt(found.places);
  return exact ? { units, places } : null;
}

/* The total of a row in the smallest unit of the currency; null if a number cannot be read. */
function rowTotal(row, habits, places) {
  const [quantity, cost] = all("input.num", row);
  const count = readCell(quantity, habits, QUANTITY_PLACES), price = readCell(cost, habits, places);
  return count && price && rounded({ units: count.units * price.units, places: count.places + price.places }, places);
}

function addUp(table) {
  const { comma, dot, signs } = table.dataset, places = Number(table.dataset.places);
  const habits = { comma, dot, signs: signs.split(" ") };
  let sum = 0n;
  for (const row of all("[data-row]", table)) {
    const total = rowTotal(row, habits, places);
    setText("[data-total]", total === null ? "–" : formatted(total, places), row);
    sum += total ?? 0n;
  }
  setText("[data-sum]", formatted(sum, places), table);
}

document.addEventListener("input", ({ target }) => {
  all("[data-budget]").filter((table) => table.contains(target)).forEach(addUp);
});
