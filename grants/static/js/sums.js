/* Adds up a budget while the applicant is typing. */
"use strict";

/* The last point or comma separates the cents, unless too many digits follow it. */
function parseAmount(text, places) {
  const [, whole, part] = text.replace(/[^\d.,]/g, "").match(`^(.*?)(?:[.,](\\d{1,${Math.max(places, 2)}}))?$`);
  return Number(`${whole.replace(/\D/g, "")}.${part || 0}`);
}

function addUp(table) {
  const places = Number(table.dataset.places), unit = 10 ** places;
  const style = { minimumFractionDigits: places, maximumFractionDigits: places, useGrouping: "always" };
  const format = (units) => (units / unit).toLocaleString(`${document.documentElement.lang}-u-nu-latn`, style);
  let sum = 0;
  for (const row of all("[data-row]", table)) {
    const [quantity, cost] = all("input.num", row).map((field) => parseAmount(field.value, places));
    const total = Math.round(quantity * cost * unit);
    setText("[data-total]", format(total), row);
    sum += total;
  }
  setText("[data-sum]", format(sum), table);
}

document.addEventListener("input", ({ target }) => {
  all("[data-budget]").filter((table) => table.contains(target)).forEach(addUp);
});
