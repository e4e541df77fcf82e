/* Counts the words of a text while the applicant is typing. */
"use strict";

/* Words are separated by white space, as the server counts them. */
function countWords(counter) {
  const count = document.getElementById(counter.dataset.counts).value.split(/\s+/).filter(Boolean).length;
  const left = counter.dataset.most - count;
  setText("[data-words]", count, counter);
  for (const remainder of all("[data-fits]", counter)) {
    const text = left < 0 ? remainder.dataset.exceeds : remainder.dataset.fits;
    remainder.textContent = text.replace("#", Math.abs(left));
    remainder.classList.toggle("over", left < 0);
  }
}

all("[data-counts]").forEach(countWords);
document.addEventListener("input", ({ target }) => all(`[data-counts="${target.id}"]`).forEach(countWords));
