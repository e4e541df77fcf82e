/* Saves a draft while its author is typing; templates/macros/guard_bar.html describes the requests and responses. */
"use strict";

const PREFIX = "grants:", PAUSE = 1000, RETRY = 9000;
const OF_THE_PAGE = /^(csrf_token|idempotency_key)$/; // names of fields that nobody types into
const LARGEST_BODY = 2 * 1024 * 1024; // as in grants/web
const CHECKED = new URLSearchParams(location.search).has("checked"); // with what is missing at the fields
const OPENED = Date.now() - performance.now(); // when this page was asked for
const LEFT = "grants_left"; // the cookie with the time of the last sign-out in this browser

/* Signing out removes stored text, so that the next person at a shared computer cannot read it; a page that was opened
   before, in another tab as well, stores nothing any more. */
const signedOut = () => OPENED < Number(document.cookie.match(`(?:^|; )${LEFT}=(\\d+)`)?.[1]);
function leave() {
  document.cookie = `${LEFT}=${Date.now()}; path=/; samesite=lax`;
  Object.keys(localStorage).filter((key) => key.startsWith(PREFIX)).forEach((key) => localStorage.removeItem(key));
}

/* Stores a text on the device, and returns whether it is there: perhaps the device keeps nothing, or has no room. */
function stored(key, kept) {
  if (signedOut()) return false;
  try {
    localStorage.setItem(key, JSON.stringify(kept));
    return true;
  } catch {
    return false;
  }
}

/* A notice takes room above the form: what its author is typing stays in view. */
const showNotice = (html) => {
  document.querySelector("[data-notices]").innerHTML = html;
  if (document.activeElement?.form) document.activeElement.scrollIntoView({ block: "nearest" });
};

class Draft {
  constructor(form) {
    this.form = form;
    this.key = `${PREFIX}${form.dataset.autosave}:${form.getAttribute("action")}`;
    this.savedAt = form.dataset.savedAt || "";
    form.oninput = () => this.schedule(PAUSE);
    form.onsubmit = (event) => this.onSubmit(event);
    form.addEventListener("focusout", () => this.save());
    document.addEventListener("visibilitychange", () => this.save(document.hidden));
    addEventListener("online", () => {
      this.back = this.busy; // a save that is still failing is repeated at once
      this.save();
    });
    addEventListener("beforeunload", (event) => {
      if (this.changed && !this.stored && !this.stopped) event.preventDefault();
    });
    this.restore();
  }

  get entries() {
    const fields = [...new FormData(this.form)];
    return fields.filter(([name, value]) => typeof value === "string" && !OF_THE_PAGE.test(name));
  }

  /* Whether the server would refuse the form without reading it. */
  get tooLarge() {
    return String(new URLSearchParams(this.entries)).length > LARGEST_BODY;
  }

  schedule(pause) {
    this.changed = true; this.stored = false;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), pause);
  }

  /* Submitting the form during a save would send an outdated version, so wait until the save has finished. */
  onSubmit(event) {
    if (this.tooLarge) {
      event.preventDefault();
      this.onFailure("too-large");
    } else if (this.busy) {
      event.preventDefault();
      this.submitter = event.submitter;
    } else {
      if (this.since) this.keep();
      this.stopped = true;
    }
  }

  async save(keepalive = false) {
    if (this.outdated) return this.keep();
    if (!this.changed || this.busy || this.stopped) return;
    clearTimeout(this.timer);
    this.busy = true; this.changed = false;
    const body = new FormData(this.form);
    all("[type=file]", this.form).forEach((field) => body.delete(field.name));
    const headers = { "X-Autosave": "1", Accept: "application/json" };
    try {
      const request = { method: "POST", body, headers, keepalive, redirect: "manual" };
      await this.onResponse(await fetch(this.form.action, request));
    } catch {
      this.onFailure("offline");
    }
    this.busy = false;
    if (this.submitter !== undefined) this.form.requestSubmit(this.submitter);
    else if (this.changed && (this.back || !this.stored)) this.schedule(PAUSE);
    this.back = false;
  }

  async onResponse(response) {
    if (response.ok) return this.onSaved(await response.json());
    if (response.status >= 500) return this.onFailure("offline");
    if (/^(0|401|403)$/.test(response.status)) return this.onFailure("signed-out");
    if (response.status === 413) return this.onFailure("too-large");
    const told = response.headers.get("Content-Type") === "application/json";
    if (response.status !== 409 || !told) return this.onFailure("refused");
    const { notice, keep } = await response.json();
    this.stopped = true;
    this.outdated = Boolean(keep);
    if (keep) this.keep();
    else this.forget();
    showNotice(notice);
    all("[data-saved-line]").forEach((line) => { line.hidden = true; });
  }

  onSaved({ saved_at: savedAt, version, parts = {}, wrong, lacking = [] }) {
    this.savedAt = savedAt;
    this.forget();
    setText("[data-notices]", "");
    setText("[data-saved]", savedAt);
    all("[data-saved-line]").forEach((line) => { line.hidden = false; });
    if (wrong) keepErrors(this.form, CHECKED ? [...wrong, ...lacking] : wrong);
    all("[data-version]", this.form).forEach((field) => { field.value = version; });
    for (const [id, html] of Object.entries(parts)) {
      const place = document.getElementById(id);
      if (place && !place.contains(document.activeElement)) place.outerHTML = html;
    }
    dropRepeated();
  }

  onFailure(reason) {
    if (this.stopped) return;
    this.changed = true;
    this.keep();
    const left = reason === "signed-out" && signedOut();
    showNotice(document.getElementById(left ? "notice-left" : `notice-${reason}`).innerHTML);
    all("[data-saved-line]").forEach((line) => { line.hidden = true; });
    setText("[data-notices] [data-saved]", this.savedAt);
    if (reason === "offline") this.timer = setTimeout(() => this.save(), RETRY);
  }

  /* Store what the form holds on the device, with the time since when it is there only. */
  keep() {
    this.since ||= new Date().toISOString().slice(11, 16);
    this.stored = stored(this.key, { since: this.since, entries: this.entries });
    setText("[data-kept-since]", this.since, this.form);
    all("[data-kept]", this.form).forEach((line) => { line.hidden = !this.stored; });
  }

  forget() {
    this.since = "";
    localStorage.removeItem(this.key);
    all("[data-kept]", this.form).forEach((line) => { line.hidden = true; });
  }

  /* Text stored on the device goes to the server with the version it was based on, so that newer text is not lost. */
  restore() {
    const found = JSON.parse(localStorage.getItem(this.key) || "[]");
    const stored = found.entries || found; // earlier releases stored the entries alone
    const texts = (entries) => JSON.stringify(entries.filter(([name]) => name !== "version"));
    if (!stored.length || texts(stored) === texts(this.entries)) return this.forget();
    this.since = found.since;
    for (const [name] of stored) if (/-\d+-/.test(name) && !this.form.elements[name]) addRow(name.split("-")[0]);
    for (const field of this.form.elements) {
      const values = stored.filter(([name]) => name === field.name).map(([, value]) => value);
      if (/^(checkbox|radio)$/.test(field.type)) field.checked = values.includes(field.value);
      else if (values.length) field.value = values[0];
    }
    this.schedule(0);
  }
}

/* A form that was submitted from another page or window: what was stored of it is not needed any more. */
all("[data-submitted]").forEach(({ dataset }) => localStorage.removeItem(PREFIX + dataset.submitted));

const drafts = all("form[data-autosave]").map((form) => new Draft(form));

document.addEventListener("submit", ({ target }) => {
  if (!("signOut" in target.dataset)) return;
  drafts.forEach((draft) => { draft.stopped = true; draft.outdated = false; });
  leave();
});
