/* Keeps what is typed into the form of an action on this device until it is submitted; a draft saves itself instead. */
"use strict";

const LINES = "[type=text], [type=date], [type=datetime-local], [type=email]";
const TYPED = `textarea, input:not([type]), input:is(${LINES}):not([data-show])`; // a password that is shown is none
const UNNAMED = /^(csrf_token|idempotency_key|version|draft|list)$/; // hidden, and other for each page
const ACCEPTED = "grants_accepted"; // the cookie that names the forms which were submitted, as in grants/web

/* A time as the pages write it: 1 Dec 2026, 14:32 UTC. */
function moment(at) {
  const { lang } = document.documentElement, locale = lang === "en" ? "en-GB" : `${lang}-u-nu-latn`;
  return `${new Date(at).toLocaleString(locale, { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" })} UTC`;
}

/* Kept are `entries`, [name, text, the server's text when it was typed], and `others`, [name, text]: what the server's
   text has changed under since. */
class KeptForm {
  constructor(form) {
    this.form = form;
    this.key = `${PREFIX}${document.body.dataset.owner}:${form.getAttribute("action")}#${this.name}`;
    this.lines = [];
    form.addEventListener("input", () => this.keep());
    form.addEventListener("submit", () => this.keep());
    this.restore();
  }

  /* Choices and ticks are made again: they are quick, and nobody should confirm something by mistake. */
  get fields() {
    return [...this.form.elements].filter((field) => field.name && field.matches(TYPED));
  }

  /* Distinguishes the forms of one address: by what is typed into first, and what each is about. */
  get name() {
    const about = [...this.form.elements].filter(({ type, name }) => type === "hidden" && !UNNAMED.test(name));
    return [this.fields[0].name, ...about.map(({ name, value }) => `${name}=${value}`)].join("&");
  }

  get sent() {
    return this.form.elements.idempotency_key?.value;
  }

  keep() {
    if (this.stopped) return;
    const typed = this.fields.filter(({ name, value, defaultValue }) => value !== defaultValue || this.bases.has(name));
    const entries = typed.map(({ name, value, defaultValue }) => [name, value, this.bases.get(name) ?? defaultValue]);
    if (!entries.length && !this.others.size) return this.forget();
    this.at ||= new Date().toISOString();
    const kept = { at: this.at, sent: this.sent, entries, others: [...this.others] };
    this.stopped = !stored(this.key, kept);
  }

  forget() {
    this.at = "";
    this.bases = new Map();
    this.others = new Map();
    this.lines.forEach((line) => line.remove());
    localStorage.removeItem(this.key);
  }

  restore() {
    const { at, entries = [], others = [] } = JSON.parse(localStorage.getItem(this.key) || "{}");
    const typed = new Map(entries.map(([name, text, base = ""]) => [name, { text, base }]));
    const missing = this.fields.filter(({ name, value }) => typed.has(name) && typed.get(name).text !== value);
    const lacking = missing.filter(({ name, defaultValue }) => typed.get(name).base === defaultValue);
    this.at = at;
    this.others = new Map(others);
    for (const field of missing.filter((one) => !lacking.includes(one))) {
      this.others.set(field.name, typed.get(field.name).text);
      typed.delete(field.name);
    }
    this.bases = new Map([...typed].map(([name, { base }]) => [name, base])); // a refused form has the texts as its own
    const changed = this.fields.filter(({ name, value }) => this.others.has(name) && this.others.get(name) !== value);
    if (changed.length || lacking.length) this.unfold();
    this.fill(lacking, (field) => typed.get(field.name).text);
    if (lacking.length) this.tell();
    changed.forEach((field) => this.offer(field));
  }

  unfold() {
    for (let fold = this.form.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  }

  fill(fields, textOf) {
    for (const field of fields) {
      field.value = textOf(field);
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  /* A notice from its template, with the time since when the text has been here. */
  notice(id, place, where) {
    place.insertAdjacentHTML(where, document.getElementById(id).innerHTML);
    const line = where === "afterbegin" ? place.firstElementChild : place.previousElementSibling;
    setText("[data-typed-at]", moment(this.at), line);
    this.lines.push(line);
    return line;
  }

  /* Says above the form since when its text has been here, and offers to clear it. */
  tell() {
    const line = this.notice("kept-typed", this.form, "afterbegin");
    line.querySelector("button").addEventListener("click", () => this.clear(line));
  }

  /* The server's text has changed since: it stays in the field, and the one that was typed is shown beside it. */
  offer(field) {
    const line = this.notice("kept-other", field, "beforebegin"), text = this.others.get(field.name);
    const [use, clear] = all("button", line);
    setText("[data-typed]", text, line);
    const decide = (decided) => {
      line.remove();
      this.others.delete(field.name);
      this.fill([field], () => decided);
      field.focus();
    };
    use.addEventListener("click", () => decide(text));
    clear.addEventListener("click", () => decide(field.value));
  }

  clear(line) {
    line.remove();
    this.bases = new Map();
    this.fill(this.fields, (field) => field.defaultValue);
    this.fields[0]?.focus();
  }
}

/* Forms that were submitted, in any tab, are known by their idempotency keys, whatever page they were sent from. */
function forgetAccepted() {
  const [, accepted] = document.cookie.match(`(?:^|; )${ACCEPTED}=([\\w.-]+)`) || [];
  if (!accepted) return;
  const keys = accepted.split(".");
  for (const key of Object.keys(localStorage).filter((one) => one.startsWith(PREFIX))) {
    if (keys.includes(JSON.parse(localStorage.getItem(key)).sent)) localStorage.removeItem(key);
  }
  document.cookie = `${ACCEPTED}=; path=/; max-age=0; samesite=lax`;
}

forgetAccepted();
const keptForms = document.body.dataset.owner
  ? all("form[method=post]:not([data-autosave], [data-unkept]):has([name=idempotency_key])")
    .filter(({ elements }) => [...elements].some((field) => field.name && field.matches(TYPED)))
    .map((form) => new KeptForm(form)) : []; // a form without entries, as one that is sent again, forgets nothing

document.addEventListener("submit", ({ target }) => {
  if ("signOut" in target.dataset) keptForms.forEach((kept) => { kept.stopped = true; });
});
