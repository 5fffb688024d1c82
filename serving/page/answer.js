// The answer, and what pushed it.
import { isNumber } from "./form.js";
import { day, element, number, percent, plain, words } from "./writing.js";

const BARS = 10;

function part(start, end, className) {
  const made = element("i", { className });
  made.style.left = `${start * 100}%`;
  if (end !== undefined) made.style.width = `${Math.max(0, end - start) * 100}%`;
  return made;
}

function bars(rows, split) {
  const greatest = Math.max(...rows.map((row) => Math.abs(row.amount)), Number.MIN_VALUE);
  const table = element("div", { className: "bars" });
  for (const row of rows) {
    const length = Math.abs(row.amount) / greatest;
    const away = row.amount < 0;
    const span = split ? [away ? 0.5 - length / 2 : 0.5, away ? 0.5 : 0.5 + length / 2] : [0, length];
    const track = element("span", { className: split ? "track split" : "track" }, part(...span, away ? "away" : ""));
    table.append(element("span", { className: "name", textContent: row.name }), track,
      element("span", { className: "amount", textContent: row.told }));
  }
  return table;
}

export function tellLabel(prediction) {
  const told = [element("p", { className: "verdict", textContent: words(prediction.label) })];
  if (prediction.probabilities) {
    const rows = Object.entries(prediction.probabilities).sort((a, b) => b[1] - a[1]).slice(0, BARS);
    return [...told, element("p", { className: "quiet", textContent: "Probability of each answer" }),
      bars(rows.map(([name, share]) => ({ name: words(name), amount: share, told: percent(share) })), false)];
  }
  told.push(element("p", { className: "quiet", textContent: `Probability ${percent(prediction.probability)}` }));
  told.push(element("div", { className: "meter" }, part(0, prediction.probability, "")));
  return told;
}

export function tellValue(release, prediction) {
  const told = [element("p", { className: "verdict", textContent: number(prediction.value) })];
  if (prediction.low === undefined) return told;
  const wide = prediction.high - prediction.low;
  const start = prediction.low - wide / 4;
  const place = (value) => (value - start) / (wide * 1.5);
  const share = release.coverage ? `${Math.round(release.coverage * 100)} in 100` : "most";
  told.push(element("p", { className: "quiet", textContent: `${words(release.target)}: ${share} lie in the band below` }));
  told.push(element("div", { className: "meter" },
    part(place(prediction.low), place(prediction.high), "band"), part(place(prediction.value), undefined, "point")));
  const end = (value) => {
    const made = element("span", { textContent: number(value) });
    made.style.left = `${place(value) * 100}%`;
    return made;
  };
  told.push(element("p", { className: "ends quiet" }, end(prediction.low), end(prediction.high)));
  return told;
}

function legend(release, prediction) {
  const labels = release.labels;
  const [toward, away] = labels.length === 2 ? [`towards ${words(labels[1])}`, `towards ${words(labels[0])}`]
    : labels.length ? [`for ${words(prediction.label)}`, "against it"] : ["raises it", "lowers it"];
  return element("p", { className: "legend quiet" },
    element("span", { textContent: toward }), element("span", { className: "away", textContent: away }));
}

export function tellExplanation(release, fields, explanations) {
  const { contributions } = explanations.explanations[0];
  if (!contributions.length) return [element("p", { className: "quiet", textContent: "No input moved the answer away from the typical one." })];
  const isDate = (each) => fields[each.feature]?.format === "date" && typeof each.value === "number";
  const named = (each) => (isDate(each) ? `${words(each.feature)}: ${day(each.value)}` : typeof each.value === "number" && isNumber(fields[each.feature] ?? {}) ? `${words(each.feature)}: ${plain(each.value)}`
    : typeof each.value === "string" ? `${words(each.feature)}: ${each.value.slice(0, 40)}` : words(each.feature));
  const rows = contributions.slice(0, BARS).map((each) => ({ name: named(each), amount: each.amount, told: (each.amount > 0 ? "+" : "") + number(each.amount, 2) }));
  const rest = contributions.length - rows.length;
  const how = explanations.exact ? `Exact shares that add up, in ${explanations.unit === "answer" ? `units of the ${words(release.target)}` : explanations.unit}.` : `${explanations.unit[0].toUpperCase()}${explanations.unit.slice(1)}, were this one input its typical value instead; such changes do not add up.`;
  return [element("h2", { textContent: "What pushed it" }), bars(rows, true), legend(release, explanations.explanations[0]),
    element("p", { className: "quiet", textContent: rest > 0 ? `${how} ${rest} smaller ones are not shown.` : how })];
}
