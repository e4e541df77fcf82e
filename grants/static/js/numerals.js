/* Reads numbers as people type them, by the rules of grants/forms/numerals.py, and calculates with them exactly. */
"use strict";

/* Signs that are read as another. */
const ALIKE = {
  "\uff0c": ",", "\uff0e": ".", "\u060c": ",", "\u066c": "’", "'": "’", "‘": "’", "\u02bc": "’",
  "\u2032": "’", "`": "’", "\u2212": "-", "\uff0d": "-", "\uff0b": "+",
};
const GROUPED = /^([1-9]\d{0,2}(?:([ ’.,])\d{3})(?:\2\d{3})*)(?:(?!\2)[.,\u066b](\d+))?$/;
const LAKHS = /^([1-9]\d?(?:,\d\d)+,\d{3})(?:[.\u066b](\d+))?$/;
const UNGROUPED = /^(\d*)[.,\u066b](\d+)$/;
const SIGN = "([^\\d\\s.,\\u066b’+-][^\\d\\s,\\u066b’+-]{0,5})";
const CURRENCY = new RegExp(`^(?:${SIGN} ?([+-]?.*\\d)|([+-]?.*\\d) ?${SIGN})$`, "u");
const LARGEST = 10n ** 12n, MOST_DECIMALS = 30;

/* A digit of any script: the digits of a script follow each other from zero to nine. */
function asciiDigit(sign) {
  let before = 0;
  while (/\p{Nd}/u.test(String.fromCodePoint(sign.codePointAt(0) - before - 1))) before += 1;
  return String(before % 10);
}

function withoutCurrency(text, signs) {
  const found = text.match(CURRENCY);
  return found && signs.includes((found[1] || found[4]).toUpperCase()) ? found[2] || found[3] : text;
}

/* A number such as 1,500: `comma` and `dot` are what these signs mean to the writer; null if that is ambiguous. */
function threeDigits(text, whole, habits) {
  const meant = text.includes(",") ? habits.comma : habits.dot;
  if (meant === "thousands") return [whole, ""];
  return meant === "decimals" && !text.endsWith("0") ? text.split(/[.,]/) : null;
}

function withDecimals(text) {
  const [, whole, decimals] = text.match(UNGROUPED) || [];
  if (decimals === undefined) return null;
  const padded = decimals.length === 3 && /^0+[1-9]/.test(whole) && !text.includes("\u066b");
  return padded ? null : [whole, decimals];
}

/* The digits before and after the decimal separator. */
function parts(text, habits) {
  if (/^\d+$/.test(text)) return [text, ""];
  const [, groups, between, decimals] = text.match(GROUPED) || [];
  if (groups) {
    const whole = groups.replaceAll(between, "");
    const single = decimals === undefined && ",.".includes(between) && groups.split(between).length === 2;
    return single ? threeDigits(text, whole, habits) : [whole, decimals || ""];
  }
  const [, lakhs, rest] = text.match(LAKHS) || [];
  return lakhs ? [lakhs.replaceAll(",", ""), rest || ""] : withDecimals(text);
}

/* A number as `units` of 1 / 10^`places`; null for a text that cannot be read. */
function readNumber(text, habits) {
  const visible = text.replace(/\p{Cf}/gu, "").trim().replace(/\s+/g, " ").replace(/\p{Nd}/gu, asciiDigit);
  const alike = [...visible].map((sign) => ALIKE[sign] || sign).join("");
  const [, sign, digits] = withoutCurrency(alike, habits.signs).match(/^([+-]?) *(.*)$/);
  const [whole, decimals] = parts(digits, habits) || [];
  if (decimals === undefined || decimals.length > MOST_DECIMALS || BigInt(whole || 0) >= LARGEST) return null;
  const units = BigInt(whole + decimals);
  return { units: sign === "-" ? -units : units, places: decimals.length };
}

/* The number in units of 1 / 10^`places`, rounded half up. */
function rounded({ units, places: given }, places) {
  if (given <= places) return units * 10n ** BigInt(places - given);
  const unit = 10n ** BigInt(given - places);
  return (2n * units + unit) / (2n * unit);
}

/* Units of 1 / 10^`places` as the server writes them. */
function formatted(units, places) {
  const style = { minimumFractionDigits: places, maximumFractionDigits: places, useGrouping: "always" };
  const format = new Intl.NumberFormat(`${document.documentElement.lang}-u-nu-latn`, style);
  const digits = String(units).padStart(places + 1, "0"), point = digits.length - places;
  return format.format(places ? `${digits.slice(0, point)}.${digits.slice(point)}` : digits);
}
