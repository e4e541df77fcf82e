/* Adds rows to a table of fields without loading the page again. */
"use strict";

/* One more than the largest number in the names of the rows: cleared rows leave gaps. */
const nextNumber = (rows, name) => all(`[name^="${name}-"]`, rows)
  .reduce((next, { name: field }) => Math.max(next, Number(field.split("-")[1]) + 1), 0);

function addRow(name) {
  const rows = document.querySelector(`[data-rows="${name}"]`), blank = document.getElementById(`${name}-blank`);
  rows.insertAdjacentHTML("beforeend", blank.innerHTML.replaceAll("__n__", nextNumber(rows, name)));
  return rows.lastElementChild;
}

document.addEventListener("click", (event) => {
  const name = event.target.dataset.add;
  if (!name) return;
  event.preventDefault();
  addRow(name).querySelector("input").focus();
});
