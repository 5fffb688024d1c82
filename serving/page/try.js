// The page builds itself from openapi.json of the release it was served by; it knows no model by name.
import { tellExplanation, tellLabel, tellValue } from "./answer.js";
import { complain, fieldset, fill, forgive, instance } from "./form.js";
import { $, element, words } from "./writing.js";

let release;
let fields;
let examples = [];
let shown = 0;

async function ask(path, body) {
  const request = body && { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const response = await fetch(path, request || {});
  const answer = await response.json();
  if (!response.ok) throw Object.assign(new Error(answer.detail), { problem: answer });
  return answer;
}

async function give(id, actual) {
  const box = $("feedback");
  try {
    const counted = await ask("feedback", { feedback: [{ id, actual }] });
    const told = counted.matched ? "Thank you, that was counted." : counted.repeated ? "This answer was rated before; it counts once." : "This answer can no longer be rated.";
    box.replaceChildren(element("p", { textContent: told }));
  } catch (error) {
    box.append(element("p", { className: "problem", textContent: error.problem?.errors?.[0]?.detail ?? error.message }));
  }
}

function askLabel(prediction) {
  const others = release.labels.filter((label) => label !== prediction.label);
  const right = element("button", { type: "button", className: "plain", textContent: `Yes, ${words(prediction.label)}` });
  right.onclick = () => give(prediction.id, prediction.label);
  const buttons = others.length > 3 ? [chooser(others, prediction.id)] : others.map((label) => {
    const other = element("button", { type: "button", className: "plain", textContent: `No, ${words(label)}` });
    other.onclick = () => give(prediction.id, label);
    return other;
  });
  return [element("h2", { textContent: "Was it right?" }), element("div", { className: "actions" }, right, ...buttons)];
}

function chooser(labels, id) {
  const select = element("select", { ariaLabel: "What was right" }, element("option", { value: "", textContent: "No, it was" }));
  select.append(...labels.map((label) => element("option", { value: label, textContent: words(label) })));
  select.onchange = () => select.value && give(id, select.value);
  return select;
}

function askValue(prediction) {
  const input = element("input", { type: "number", step: "any", inputMode: "decimal", ariaLabel: "What it really was" });
  const send = element("button", { type: "submit", className: "plain", textContent: "Send" });
  const form = element("form", { className: "actions" }, input, send);
  form.onsubmit = (event) => {
    event.preventDefault();
    if (input.value !== "") give(prediction.id, Number(input.value));
  };
  return [element("h2", { textContent: `What was the ${words(release.target || "value")} really?` }), form];
}

async function predict(event) {
  event?.preventDefault();
  forgive();
  $("ask").disabled = true;
  const body = { instances: [instance(fields)] };
  try {
    const [predicted, explained] = await Promise.all([ask("predict", body), ask("explain", body)]);
    const prediction = predicted.predictions[0];
    const classifies = release.labels.length > 0;
    $("answer").replaceChildren(...(classifies ? tellLabel(prediction) : tellValue(release, prediction)));
    $("explanation").replaceChildren(...tellExplanation(release, fields, explained));
    $("feedback").replaceChildren(...(classifies ? askLabel(prediction) : askValue(prediction)));
    $("invitation").hidden = true;
    $("result").hidden = false;
    if (window.innerWidth < 896) $("result").scrollIntoView({ behavior: "smooth" });
  } catch (error) {
    complain(error);
  } finally {
    $("ask").disabled = false;
  }
}

async function start() {
  const interface_ = await ask("openapi.json");
  release = interface_["x-release"];
  const schema = interface_.components.schemas.Instance;
  fields = schema.properties;
  examples = schema.examples;
  const title = words(release.model);
  document.title = title;
  $("title").textContent = title[0].toUpperCase() + title.slice(1);
  $("origin").append("Release ", element("code", { textContent: release.release }));
  for (const [name, field] of Object.entries(fields)) $("fields").append(fieldset(name, field, schema.required.includes(name)));
  $("example").hidden = examples.length === 0;
  $("example").onclick = () => fill(fields, examples[shown++ % examples.length]);
  $("form").onsubmit = predict;
  // A link that ends in #try shows what an answer looks like.
  if (location.hash === "#try" && examples.length) {
    fill(fields, examples[shown++]);
    await predict();
  }
}

start().catch((error) => {
  $("problem").textContent = `This page could not load the model's interface: ${error.message}`;
  $("problem").hidden = false;
});
