// How things are written on the page.

export const $ = (id) => document.getElementById(id);

export function element(tag, attributes = {}, ...children) {
  const made = Object.assign(document.createElement(tag), attributes);
  made.append(...children);
  return made;
}

export function number(value, digits = 4) {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const large = Math.abs(value) >= 1000;
  return value.toLocaleString("en", large ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: digits });
}

// As it was entered: a year is not 1,960.
export const plain = (value) => String(Number(value.toPrecision(8)));
// A date is counted in days since 1970.
export const day = (days) => new Date(days * 86400000).toISOString().slice(0, 10);
export const percent = (share) => (share > 0.9995 && share < 1 ? "> 99.9 %" : `${(share * 100).toFixed(1)} %`);
export const words = (name) => name.replaceAll("_", " ");
