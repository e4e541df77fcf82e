/* Passkeys: shows their forms in browsers that know them, and asks the device before such a form is sent. */
"use strict";

const knowsPasskeys = Boolean(window.PublicKeyCredential?.parseCreationOptionsFromJSON);

async function answerOfDevice(form) {
  const answer = await fetch(form.dataset.options, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  if (!answer.ok) throw new Error(String(answer.status));
  const options = await answer.json();
  const made = form.dataset.passkeyWay === "create"
    ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
    : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
  return JSON.stringify(made.toJSON());
}

async function askDevice(event) {
  const form = event.currentTarget, field = form.elements.credential, failed = form.querySelector("[data-failed]");
  if (field.value) return;
  event.preventDefault();
  failed.hidden = true;
  try {
    field.value = await answerOfDevice(form);
  } catch {
    failed.hidden = false;
    return;
  }
  form.requestSubmit();
}

if (knowsPasskeys) {
  for (const template of all("template[data-passkey]")) template.replaceWith(template.content);
  for (const text of all("[data-without-passkeys]")) text.remove();
  for (const form of all("form[data-passkey-way]")) form.addEventListener("submit", askDevice);
}
