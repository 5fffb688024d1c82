// The form: one control a field of the schema, and what is wrong with what was entered.
import { $, element, words } from "./writing.js";

const types = (field) => [field.type].flat();
export const isNumber = (field) => types(field).some((type) => type === "number" || type === "integer");
const isText = (field) => field["x-kind"] === "text";

function control(name, field, required) {
  const common = { id: `field-${name}`, name, required };
  if (field.enum) {
    const select = element("select", common, element("option", { value: "", textContent: required ? "Choose" : "Not known" }));
    select.append(...field.enum.filter((each) => each !== null).map((each) => element("option", { value: each, textContent: each })));
    return select;
  }
  if (isText(field)) return element("textarea", { ...common, ...(field.maxLength && { maxLength: field.maxLength }) });
  if (field.format === "date") return element("input", { ...common, type: "date", min: field["x-minimum"] ?? "", max: field["x-maximum"] ?? "" });
  if (isNumber(field)) return element("input", { ...common, type: "number", step: "any", inputMode: "decimal", min: field.minimum ?? "", max: field.maximum ?? "" });
  return element("input", { ...common, type: "text", ...(field.maxLength && { maxLength: field.maxLength }) });
}

function range(field) {
  const low = field["x-minimum"] ?? field.minimum;
  const high = field["x-maximum"] ?? field.maximum;
  const told = (bound) => (typeof bound === "number" ? String(bound) : bound);
  if (low !== undefined && high !== undefined) return `${told(low)} to ${told(high)}`;
  if (low !== undefined) return `at least ${told(low)}`;
  return high === undefined ? "" : `at most ${told(high)}`;
}

export function fieldset(name, field, required) {
  const label = element("label", { htmlFor: `field-${name}`, textContent: words(name) });
  const note = [field["x-unit"], required ? "" : "optional"].filter(Boolean).join(", ");
  if (note) label.append(" ", element("span", { textContent: note }));
  const box = element("div", { className: isText(field) ? "field wide" : "field" }, label, control(name, field, required));
  const hint = [field.description, range(field)].filter(Boolean).join(", ");
  if (hint) box.append(element("p", { className: "note", textContent: hint }));
  return box;
}

export function instance(fields) {
  const made = {};
  for (const [name, field] of Object.entries(fields)) {
    const text = $(`field-${name}`).value;
    if (text === "" && !(isText(field) && !types(field).includes("null"))) {
      if (types(field).includes("null")) made[name] = null;
    } else made[name] = isNumber(field) ? Number(text) : text;
  }
  return made;
}

export function fill(fields, example) {
  for (const name of Object.keys(fields)) $(`field-${name}`).value = example[name] ?? "";
  forgive();
}

export function forgive() {
  $("problem").hidden = true;
  document.querySelectorAll(".wrong").forEach((each) => each.remove());
  document.querySelectorAll("[aria-invalid]").forEach((each) => each.removeAttribute("aria-invalid"));
}

export function complain(error) {
  const problem = error.problem;
  let elsewhere = !problem?.errors;
  for (const { pointer, detail } of problem?.errors ?? []) {
    const input = $(`field-${pointer.split("/")[3]?.replaceAll("~1", "/").replaceAll("~0", "~")}`);
    if (!input) { elsewhere = true; continue; }
    input.setAttribute("aria-invalid", "true");
    input.parentElement.append(element("p", { className: "wrong", textContent: detail }));
  }
  const count = problem?.errors?.length ?? 0;
  $("problem").textContent = elsewhere ? error.message : `${count === 1 ? "One field needs" : `${count} fields need`} another look.`;
  $("problem").hidden = false;
  document.querySelector("[aria-invalid]")?.focus();
}
