/* Adds rows to a table of fields without loading the page again. */
"use strict";

function addRow(name) {
  const rows = document.querySelector(`[data-rows="${name}"]`), blank = document.getElementById(`${name}-blank`);
  rows.insertAdjacentHTML("beforeend", blank.innerHTML.replaceAll("__n__", rows.children.length));
  return rows.lastElementChild;
}

document.addEventListener("click", (event) => {
  const name = event.target.dataset.add;
  if (!name) return;
  event.preventDefault();
  addRow(name).querySelector("input").focus();
});
