/* Finds elements and changes the text in them. The scripts of the site are joined into one, so all of them use this. */
"use strict";

const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const setText = (selector, text, root) => all(selector, root).forEach((place) => { place.textContent = text; });

document.querySelector("[data-focus]")?.focus();

/* The browser still holds what was typed on the page before this one; a link would open it anew. */
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-back]");
  if (!link || link.href !== document.referrer || history.length < 2) return;
  event.preventDefault();
  history.back();
});

/* What gets the focus does not stay under a bar that is in view: scroll-padding is the room of the bars. While a
   finger or button is down nothing moves. */
let pressed = false;
for (const kind of ["pointerdown", "pointerup", "pointercancel"]) {
  addEventListener(kind, () => { pressed = kind === "pointerdown"; });
}
document.addEventListener("focusin", ({ target }) => {
  if (!pressed && target.matches(":focus-visible")) target.scrollIntoView({ block: "nearest" });
});

/* The present place of the navigation, or tab, is in view where they scroll sideways. */
function reachPlace() {
  for (const present of all(":is(.places, .tabs) [aria-current]")) {
    const nav = present.closest("nav"), place = present.getBoundingClientRect(), frame = nav.getBoundingClientRect();
    const beyond = Math.max(0, place.right + 32 - frame.right), before = Math.min(0, place.left - 32 - frame.left);
    nav.scrollLeft += beyond || before;
  }
}

addEventListener("resize", reachPlace);
reachPlace();

/* A table that scrolls sideways can be reached by keyboard. */
function reachFrames() {
  for (const frame of all(".frame")) frame.toggleAttribute("tabindex", false);
  for (const frame of all(".frame")) if (frame.scrollWidth > frame.clientWidth) frame.tabIndex = 0;
}

addEventListener("resize", reachFrames);
reachFrames();
