/* A button beside each password that shows it; it is hidden again when the form is submitted. */
"use strict";

function hidePassword(field, button) {
  field.type = "password";
  button.setAttribute("aria-pressed", "false");
}

for (const field of all("input[type=password][data-show]")) {
  const line = document.createElement("div"), button = document.createElement("button");
  line.className = "with-button";
  Object.assign(button, { type: "button", className: "button second", textContent: field.dataset.show });
  button.setAttribute("aria-controls", field.id);
  hidePassword(field, button);
  button.addEventListener("click", () => {
    if (field.type === "text") return hidePassword(field, button);
    field.type = "text";
    button.setAttribute("aria-pressed", "true");
  });
  field.form.addEventListener("submit", () => hidePassword(field, button));
  field.before(line);
  line.append(field, button);
}
