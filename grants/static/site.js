/* Saves drafts, counts words and adds up budgets. Every page works without it.
   macros/guard_bar.html describes the requests and responses of autosave. */
"use strict";

const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const put = (selector, text, root) => all(selector, root).forEach((place) => { place.textContent = text; });
const say = (html) => { document.querySelector("[data-notices]").innerHTML = html; };
const PREFIX = "grants:", PAUSE = 1000, RETRY = 9000;

/* Words are separated by white space, as the server counts them. */
function countWords(counter) {
  const count = document.getElementById(counter.dataset.counts).value.split(/\s+/).filter(Boolean).length;
  const left = counter.dataset.most - count;
  put("[data-words]", count, counter);
  for (const room of all("[data-fits]", counter)) {
    room.textContent = (left < 0 ? room.dataset.exceeds : room.dataset.fits).replace("#", Math.abs(left));
    room.classList.toggle("over", left < 0);
  }
}

/* The last point or comma separates the cents, unless too many digits follow it. */
function amount(text, places) {
  const [, whole, part] = text.replace(/[^\d.,]/g, "").match(`^(.*?)(?:[.,](\\d{1,${Math.max(places, 2)}}))?$`);
  return Number(`${whole.replace(/\D/g, "")}.${part || 0}`);
}

function addUp(table) {
  const places = Number(table.dataset.places), unit = 10 ** places;
  const style = { minimumFractionDigits: places, maximumFractionDigits: places, useGrouping: "always" };
  const written = (units) => (units / unit).toLocaleString(`${document.documentElement.lang}-u-nu-latn`, style);
  let sum = 0;
  for (const row of all("[data-row]", table)) {
    const [quantity, cost] = all("input.num", row).map((field) => amount(field.value, places));
    const total = Math.round(quantity * cost * unit);
    put("[data-total]", written(total), row);
    sum += total;
  }
  put("[data-sum]", written(sum), table);
}

function addLine(name) {
  const rows = document.querySelector(`[data-rows="${name}"]`), blank = document.getElementById(`${name}-blank`);
  rows.insertAdjacentHTML("beforeend", blank.innerHTML.replaceAll("__n__", rows.children.length));
  return rows.lastElementChild;
}

class Draft {
  constructor(form) {
    this.form = form;
    this.key = `${PREFIX}${form.dataset.autosave}:${form.getAttribute("action")}`;
    this.at = form.dataset.savedAt || "";
    form.oninput = () => this.touch(PAUSE);
    form.onsubmit = (event) => this.sent(event);
    form.addEventListener("focusout", () => this.save());
    document.addEventListener("visibilitychange", () => document.hidden && this.save(true));
    addEventListener("online", () => this.save());
    addEventListener("beforeunload", (event) => {
      if (this.changed && !this.kept && !this.stopped) event.preventDefault();
    });
    this.restore();
  }

  get entries() {
    const fields = [...new FormData(this.form)];
    return fields.filter(([name, value]) => typeof value === "string" && !/^(csrf_token|once)$/.test(name));
  }

  touch(pause) {
    this.changed = true; this.kept = false;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), pause);
  }

  /* Submitting the form during a save would send an outdated version, so wait until the save has finished. */
  sent(event) {
    if (!this.busy) { this.stopped = true; return; }
    event.preventDefault();
    this.sender = event.submitter;
  }

  async save(keepalive = false) {
    if (!this.changed || this.busy || this.stopped) return;
    clearTimeout(this.timer);
    this.busy = true; this.changed = false;
    const body = new FormData(this.form);
    all("[type=file]", this.form).forEach((field) => body.delete(field.name));
    const headers = { "X-Autosave": "1", Accept: "application/json" };
    try {
      await this.heard(await fetch(this.form.action, { method: "POST", body, headers, keepalive, redirect: "manual" }));
    } catch {
      this.failed("offline");
    }
    this.busy = false;
    if (this.sender !== undefined) this.form.requestSubmit(this.sender);
    else if (this.changed && !this.kept) this.touch(PAUSE);
  }

  async heard(answer) {
    if (answer.ok) return this.saved(await answer.json());
    if (answer.status >= 500) return this.failed("offline");
    if (answer.status !== 409) return this.failed(/^(0|401|403)$/.test(answer.status) ? "signed-out" : "refused");
    this.stopped = true;
    localStorage.removeItem(this.key);
    say((await answer.json()).notice);
  }

  saved({ saved_at: at, version, parts = {} }) {
    this.at = at;
    localStorage.removeItem(this.key);
    put("[data-notices]", "");
    put("[data-saved]", at);
    all("[data-saved-line]").forEach((line) => { line.hidden = false; });
    all("[data-version]", this.form).forEach((field) => { field.value = version; });
    for (const [id, html] of Object.entries(parts)) {
      const place = document.getElementById(id);
      if (place && !place.contains(document.activeElement)) place.outerHTML = html;
    }
  }

  failed(why) {
    if (this.stopped) return;
    this.changed = true;
    try {
      localStorage.setItem(this.key, JSON.stringify(this.entries));
      this.kept = true;
    } catch {
      this.kept = false;
    }
    say(document.getElementById(`notice-${why}`).innerHTML);
    put("[data-notices] [data-saved]", this.at);
    if (why === "offline") this.timer = setTimeout(() => this.save(), RETRY);
  }

  /* Text stored on the device goes to the server with the version it was based on, so that newer text is not lost. */
  restore() {
    const kept = JSON.parse(localStorage.getItem(this.key) || "[]");
    const texts = (entries) => JSON.stringify(entries.filter(([name]) => name !== "version"));
    if (!kept.length || texts(kept) === texts(this.entries)) return localStorage.removeItem(this.key);
    for (const [name] of kept) if (/-\d+-/.test(name) && !this.form.elements[name]) addLine(name.split("-")[0]);
    for (const field of this.form.elements) {
      const given = kept.filter(([name]) => name === field.name).map(([, value]) => value);
      if (/^(checkbox|radio)$/.test(field.type)) field.checked = given.includes(field.value);
      else if (given.length) field.value = given[0];
    }
    this.touch(0);
  }
}

const drafts = all("form[data-autosave]").map((form) => new Draft(form));
all("[data-counts]").forEach(countWords);
all("[data-all]").forEach((box) => { box.hidden = false; });
document.addEventListener("input", ({ target }) => {
  all(`[data-counts="${target.id}"]`).forEach(countWords);
  all("[data-budget]").filter((table) => table.contains(target)).forEach(addUp);
  if (target.dataset.all) all(`[name="${target.dataset.all}"]`).forEach((box) => { box.checked = target.checked; });
});
document.addEventListener("click", (event) => {
  const rows = event.target.dataset.add;
  if (!rows) return;
  event.preventDefault();
  addLine(rows).querySelector("input").focus();
});
/* Signing out removes stored text, so that the next person at a shared computer cannot read it. */
document.addEventListener("submit", ({ target }) => {
  if (!("signOut" in target.dataset)) return;
  drafts.forEach((draft) => { draft.stopped = true; });
  Object.keys(localStorage).filter((key) => key.startsWith(PREFIX)).forEach((key) => localStorage.removeItem(key));
});
document.querySelector("[data-focus]")?.focus();
