/* Counts the words of a text while it is typed, by the expressions of workflows/words.py. */
"use strict";

const DENSE = "\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}"
  + "\\p{Script=Myanmar}";
const WORD = new RegExp(`(?![${DENSE}])[\\p{L}\\p{N}](?:['’.,:·\\-\\u2011]?`
  + `(?![${DENSE}])[\\p{L}\\p{N}\\p{M}\\u200c\\u200d\\u00ad]`
  + "|(?<=\\p{N})[\\u00a0\\u202f\\u2009](?=\\p{N}))*", "gu");
const HAN = /(?=\p{Script=Han})\p{L}/gu, KANA = new RegExp(`(?=[${DENSE}])(?!\\p{Script=Han})\\p{L}`, "gu");

const UNSEEN = /[\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]/g;

function wordsIn(typed) {
  const text = typed.replace(UNSEEN, ""), count = (pattern) => (text.match(pattern) || []).length;
  return count(WORD) + Math.ceil((2 * count(HAN) + count(KANA)) / 3);
}

function countWords(counter) {
  const count = wordsIn(document.getElementById(counter.dataset.counts).value);
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
