"use strict";
const byId = (id) => document.getElementById(id);
let pairs = [], rater = "", current = 0, saving = false;
const actions = new Map([["arrowleft", back], ["backspace", back], ["arrowright", next]]); // by key

function fail(message) {
  byId("error").textContent = message;
  byId("error").hidden = false;
}

function firstUnrated(from) {
  const after = pairs.findIndex((pair, i) => i >= from && !pair.judgement);
  if (after >= 0) return after;
  const any = pairs.findIndex((pair) => !pair.judgement);
  return any >= 0 ? any : pairs.length;
}

function show(number) {
  current = number;
  const rated = pairs.filter((pair) => pair.judgement).length;
  const over = current >= pairs.length;
  byId("count").textContent = `${rated} of ${pairs.length} rated`;
  byId("progress").max = pairs.length;
  byId("progress").value = rated;
  byId("place").textContent = over ? `Rater ${rater}` : `Rater ${rater}, pair ${current + 1}`;
  byId("pair").hidden = over;
  byId("done").hidden = !over;
  if (over) return byId("thanks").focus();
  const pair = pairs[current];
  byId("caption").textContent = pair.caption || "(empty)";
  byId("caption").scrollTop = 0;
  byId("picture").src = `/pictures/${current}.jpg`;
  for (const button of byId("answers").children)
    button.setAttribute("aria-pressed", String(button.dataset.judgement === pair.judgement));
  byId("back").disabled = current === 0;
  byId("next").disabled = !pair.judgement;
  if (current + 1 < pairs.length) new Image().src = `/pictures/${current + 1}.jpg`;
}

async function judge(judgement) {
  if (saving || current >= pairs.length) return;
  saving = true;
  try {
    const reply = await fetch("/judgements", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ pair: current, judgement }),
    });
    if (!reply.ok) throw new Error((await reply.json()).error);
    byId("error").hidden = true;
    pairs[current].judgement = judgement;
    show(firstUnrated(current + 1));
  } catch (error) {
    fail(error instanceof TypeError
      ? "Not saved: the program was ended. Start it again and open the address that it prints."
      : `Not saved: ${error.message}`);
  } finally {
    saving = false;
  }
}

function offer({ value, label, key }) {
  const button = document.createElement("button"), hint = document.createElement("kbd");
  button.type = "button";
  button.dataset.judgement = value;
  button.setAttribute("aria-keyshortcuts", key);
  hint.setAttribute("aria-hidden", "true");
  hint.textContent = key;
  button.append(label, hint);
  actions.set(key, () => judge(value));
  button.addEventListener("click", actions.get(key));
  byId("answers").append(button);
}

function back() { if (!saving && current > 0) show(current - 1); }
function next() { if (!saving && pairs[current]?.judgement) show(current + 1); }

byId("back").addEventListener("click", back);
byId("review").addEventListener("click", back);
byId("next").addEventListener("click", next);
document.addEventListener("keydown", (event) => {
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
  const action = actions.get(event.key.toLowerCase());
  if (!action) return;
  event.preventDefault();
  action();
});

fetch("/pairs").then(async (reply) => {
  const found = await reply.json();
  if (!reply.ok) throw new Error(found.error);
  ({ pairs, rater } = found);
  byId("question").textContent = found.question;
  found.answers.forEach(offer);
  show(firstUnrated(0));
}).catch((error) => fail(`The pairs cannot be read: ${error.message}`));
