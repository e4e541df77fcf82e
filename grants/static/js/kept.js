/* Keeps what is typed into the form of an action on this device until it is submitted; a draft saves itself instead. */
"use strict";

const TYPED = "textarea, input:not([type]), input:is([type=text], [type=date], [type=datetime-local], [type=email])";
const ACCEPTED = "grants_accepted"; // the cookie that names the last form which was submitted, as in grants/web

/* A time as the pages write it: 1 Dec 2026, 14:32 UTC. */
function moment(at) {
  const { lang } = document.documentElement, locale = lang === "en" ? "en-GB" : `${lang}-u-nu-latn`;
  return `${new Date(at).toLocaleString(locale, { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" })} UTC`;
}

class KeptForm {
  constructor(form) {
    this.form = form;
    this.key = `${PREFIX}${document.body.dataset.owner}:${form.getAttribute("action")}`;
    form.addEventListener("input", () => this.keep());
    form.addEventListener("submit", () => this.keep());
    this.restore();
  }

  /* Choices and ticks are made again: they are quick, and nobody should confirm something by mistake. */
  get fields() {
    return [...this.form.elements].filter((field) => field.name && field.matches(TYPED));
  }

  get sent() {
    return this.form.elements.idempotency_key?.value;
  }

  keep() {
    if (this.stopped) return;
    const typed = this.fields.filter(({ name, value, defaultValue }) => value !== defaultValue || this.names.has(name));
    const entries = typed.map((field) => [field.name, field.value]);
    if (!entries.length) return this.forget();
    this.at ||= new Date().toISOString();
    try {
      localStorage.setItem(this.key, JSON.stringify({ at: this.at, sent: this.sent, entries }));
    } catch {
      this.stopped = true; // the device keeps nothing, or has no room
    }
  }

  forget() {
    this.at = "";
    this.names = new Set();
    this.line?.remove();
    this.line = null;
    localStorage.removeItem(this.key);
  }

  restore() {
    const { at, entries = [] } = JSON.parse(localStorage.getItem(this.key) || "{}");
    const typed = new Map(entries);
    const other = this.fields.filter(({ name, value }) => typed.has(name) && typed.get(name) !== value);
    this.at = at;
    this.names = new Set(typed.keys()); // a form that was refused has them as the server's texts
    if (!other.length) return;
    this.fill(other, (field) => typed.get(field.name));
    for (let fold = this.form.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    this.tell();
  }

  fill(fields, textOf) {
    for (const field of fields) {
      field.value = textOf(field);
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  /* Says above the form since when its text has been here, and offers to clear it. */
  tell() {
    const notice = document.getElementById("kept-typed");
    this.form.insertAdjacentHTML("afterbegin", notice.innerHTML);
    this.line = this.form.firstElementChild;
    setText("[data-typed-at]", moment(this.at), this.line);
    this.line.querySelector("button").addEventListener("click", () => this.clear());
  }

  clear() {
    this.forget();
    this.stopped = true;
    this.fill(this.fields, (field) => field.defaultValue);
    this.stopped = false;
    this.fields[0]?.focus();
  }
}

/* A form that was submitted is known by its idempotency key, whatever page it was sent from. */
function forgetAccepted() {
  const [, sent] = document.cookie.match(new RegExp(`(?:^|; )${ACCEPTED}=([\\w-]+)`)) || [];
  if (!sent) return;
  for (const key of Object.keys(localStorage).filter((one) => one.startsWith(PREFIX))) {
    if (JSON.parse(localStorage.getItem(key)).sent === sent) localStorage.removeItem(key);
  }
  document.cookie = `${ACCEPTED}=; path=/; max-age=0; samesite=lax`;
}

forgetAccepted();
const keptForms = document.body.dataset.owner
  ? all("form[method=post]:not([data-autosave]):has([name=doing])").map((form) => new KeptForm(form)) : [];

document.addEventListener("submit", ({ target }) => {
  if ("signOut" in target.dataset) keptForms.forEach((kept) => { kept.stopped = true; });
});
