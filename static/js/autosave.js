// Keeps on the server what a person types into an update. The form works without it, by plain saving.
//
// One save is under way at a time. It keeps its key and its content until the server has answered, however often it is
// sent, so that nothing is saved twice. Nothing is written to the browser's own storage.

const PAUSE = 2_000;
const LATEST = 5_000; // while typing goes on
const NO_ANSWER = 20_000;
const LONGEST_WAIT = 30_000;
const PATIENCE = 5_000; // of a person who has pressed a button
const ASK_WHO = 5_000;
const SAY_PRESENT = 30_000;
const MOST_BYTES_AT_THE_END = 60_000; // browsers send up to 64 KiB for a page that is left

const form = document.querySelector("form[data-autosave-url]");
const {version, key, follows, csrfmiddlewaretoken: token} = form.elements;
const {autosaveUrl, presenceUrl, sessionUrl, email} = form.dataset;
const status = line(form.querySelector("[data-save-status]"));
const presence = line(document.querySelector("[data-presence]"));
let saidAt = document.querySelector("[data-presence]").dataset.presence; // that this page is open

let typed = "unsaved" in form.dataset ? 1 : 0; // changes so far
let saved = 0; // how many of them the server has
let unanswered = null; // the save under way: its key, its content, and how many changes it holds
let perhapsSaved = ""; // key of what was sent last, while nobody knows whether it arrived
let isSending = false;
let isDue = false; // the next save waits for the answer to this one
let isWaiting = false; // until the person has signed in again
let isAsking = false; // who is signed in
let isStopped = "merging" in form.dataset;
let pressed = null; // the button that waits for its turn
let isPassing = false;
let hasRenewed = false; // the token, since the last save
let wait = 1_000;
let firstChange = null;
const timers = {};

// A browser that restores forms would put old words over a newer version. What was typed is on the server.
form.autocomplete = "off";
form.addEventListener("input", change);
form.addEventListener("submit", submit);
addEventListener("beforeunload", (event) => typed > saved && event.preventDefault());
addEventListener("online", () => unanswered && !isSending && !isWaiting && send());
addEventListener("focus", () => isWaiting && askWho());
addEventListener("pagehide", leave);
addEventListener("pageshow", (event) => event.persisted && comeBack());
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return flush();
  if (isWaiting) askWho();
  sayPresent();
});
later("presence", sayPresent, SAY_PRESENT); // the server has said it with this page
if (hasEarlyWords()) change();
if (isStopped) status.show("merging", "Not saved yet. Bring the two texts together, then save.");

/** Whether anything was typed before this file came. What a browser restored is not typed. */
function hasEarlyWords() {
  if (["back_forward", "reload"].includes(performance.getEntriesByType("navigation")[0]?.type)) return false;
  return [...form.elements].some((one) => ["checkbox", "radio"].includes(one.type)
    ? one.checked !== one.defaultChecked
    : one.value !== (one.defaultValue ?? one.value));
}

// Saving

function change() {
  typed += 1;
  firstChange ??= performance.now();
  later("save", save, Math.min(PAUSE, firstChange + LATEST - performance.now()));
}

function save() {
  if (isStopped || typed === saved) return;
  if (unanswered) {
    isDue = true;
  } else {
    take();
    send();
  }
}

/** What stands in the form becomes the save under way. */
function take() {
  followOn();
  const body = new FormData(form);
  body.delete(token.name); // the header carries it, as it may be renewed
  unanswered = {key: key.value, body, typed};
  perhapsSaved = key.value;
  firstChange = null;
  clearTimeout(timers.save);
}

// Nobody knows whether the unanswered save arrived. If it did, these words, typed over it, go on from it, unless somebody
// saved since; if not, they are the first. Coming late, it is refused, as its version has gone by. So the page never
// conflicts with itself, and nothing is lost.
function followOn() {
  if (!perhapsSaved) return;
  follows.value = perhapsSaved;
  key.value = newKey();
}

async function send({keepalive = false} = {}) {
  const sent = unanswered;
  clearTimeout(timers.retry);
  isSending = true;
  status.show("saving", "Saving…");
  const answer = await ask(autosaveUrl, {method: "POST", body: sent.body, keepalive});
  if (sent !== unanswered) return; // a later one took its place
  isSending = false;
  if (answer.version !== undefined) kept(answer);
  else if (answer.error === "conflict") conflict(answer.says);
  else if (["signed_out", "stale_token"].includes(answer.error)) await askWho();
  else if (["forbidden", "not_found"].includes(answer.error)) gone();
  else if (answer.errors || answer.error === "too_large") refused(answer.errors);
  else retryLater();
}

function kept(answer) {
  saved = unanswered.typed;
  [version.value, key.value, follows.value, perhapsSaved] = [answer.version, answer.key, "", ""];
  [wait, hasRenewed] = [1_000, false];
  const but = answer.warnings.join(" ");
  status.show(`saved ${but}`, `Saved at ${answer.saved_at}${but && `, but not all of it. ${but}`}`);
  goOn();
}

function goOn() {
  unanswered = null;
  if (pressed) return pass();
  if (isDue) {
    isDue = false;
    save();
  }
}

function refused(errors) {
  const why = errors ? Object.values(errors).flat().join(" ") : "This is too large to send. Make the text shorter.";
  perhapsSaved = follows.value;
  status.show(`refused ${why}`, `Not saved: ${why}`);
  goOn();
}

function conflict(says) {
  isStopped = true;
  const banner = document.getElementById("autosave-conflict").content.cloneNode(true);
  banner.querySelector("[data-says]").textContent = says;
  form.prepend(banner);
  status.show("conflict", `Not saved: ${says} “See both texts” is at the top of the form.`, {aloud: false});
  goOn();
}

function gone() {
  isStopped = true;
  status.show("gone", "Not saved: you can no longer write this update. Copy what you need before you leave this page.");
  goOn();
}

function retryLater() {
  wait = Math.min(2 * wait, LONGEST_WAIT);
  later("retry", send, wait);
  clearTimeout(timers.patience);
  pressed = null;
  status.show(
    "no connection",
    "Not saved: there is no connection. Your text is kept on this page and will be saved when the connection is back.",
  );
}

// Signed out, or a token that is too old

async function askWho() {
  if (isAsking) return;
  isAsking = true;
  const who = await ask(sessionUrl);
  isAsking = false;
  if (!unanswered) return;
  isWaiting = who.status === 200 && who.email !== email;
  if (who.status !== 200) return retryLater();
  if (!isWaiting) return renew(who.token);
  later("who", askWho, ASK_WHO);
  if (who.signed_in) {
    status.show("somebody else", `Not saved: ${who.email} is signed in now. Your text is kept on this page and will be ` +
      `saved when ${email} is signed in.`);
  } else {
    status.show("signed out", document.getElementById("autosave-signed-out").content.cloneNode(true));
  }
  if (pressed) pass();
}

function renew(value) {
  document.getElementsByName(token.name).forEach((input) => { input.value = value; });
  hasRenewed = !hasRenewed;
  if (hasRenewed) send();
  else retryLater();
}

// Buttons, and leaving the page

/** Everything is on the server before the page is left, so that a lost connection takes nothing with it. */
function submit(event) {
  if (isPassing) return;
  const canGo = isStopped || isWaiting || (typed === saved && !unanswered);
  if (canGo && navigator.onLine) return prepare();
  event.preventDefault();
  if (!navigator.onLine) return status.show("cannot send", "There is no connection. Your text is kept on this page. " +
    "Press the button again when the connection is back.");
  pressed = event.submitter;
  later("patience", pass, PATIENCE);
  if (!unanswered) save();
  else if (!isSending) send();
}

function pass() {
  const button = pressed;
  prepare();
  isPassing = true;
  form.requestSubmit(button);
  isPassing = false;
}

/** The form itself is about to be sent. */
function prepare() {
  if (unanswered) followOn();
  ["save", "retry", "patience", "who"].forEach((name) => clearTimeout(timers[name]));
  [pressed, unanswered, isSending, isDue, isWaiting] = [null, null, false, false, false];
  perhapsSaved = key.value;
  firstChange = null;
  saved = typed;
}

function flush() {
  if (isStopped || isWaiting || typed === saved) return;
  if (!unanswered || unanswered.typed < typed) take();
  send({keepalive: size(unanswered.body) < MOST_BYTES_AT_THE_END});
}

function leave() {
  flush();
  tellPresence({leaving: saidAt}, {keepalive: true});
}

/** Shown again as it was left, after Back: what stands on the server may be newer. */
function comeBack() {
  if (typed === saved) return location.reload();
  if (!isSending && unanswered) send();
  else save();
  sayPresent();
}

// Who else is here

async function sayPresent() {
  clearTimeout(timers.presence);
  if (document.hidden) return;
  later("presence", sayPresent, SAY_PRESENT);
  const {others, said_at: at} = await tellPresence();
  if (!others) return;
  saidAt = at;
  const said = others.map(({name, seen}) => `${name} is also writing here (seen at ${seen}).`);
  presence.show(others.map(({name}) => name).join(), said.join(" "));
}

function tellPresence(fields = {}, options = {}) {
  return ask(presenceUrl, {method: "POST", body: new URLSearchParams(fields), ...options});
}

// Tools

/** The server's answer, with its status; status 0 where none came. */
async function ask(url, options = {}) {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), NO_ANSWER);
  try {
    const headers = {Accept: "application/json", "X-CSRFToken": token.value};
    const response = await fetch(url, {...options, headers, signal: giveUp.signal});
    return {...await response.json(), status: response.status};
  } catch {
    return {status: 0};
  } finally {
    clearTimeout(timer);
  }
}

/** Shows what changes in ``element``; says it aloud only when it is of another kind than what was said before. */
function line(element) {
  const aloud = document.createElement("p");
  aloud.className = "govuk-visually-hidden";
  aloud.setAttribute("role", "status");
  element.after(aloud);
  let last = "";
  const show = (kind, content, {aloud: isAloud = true} = {}) => {
    element.replaceChildren(content);
    if (kind === "saving" || kind === last) return;
    last = kind;
    aloud.textContent = isAloud ? element.textContent : "";
  };
  return {show};
}

function later(name, deed, milliseconds) {
  clearTimeout(timers[name]);
  timers[name] = setTimeout(deed, milliseconds);
}

/** ``crypto.randomUUID`` is there under HTTPS only. */
function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function size(body) {
  const bytes = (text) => new TextEncoder().encode(text).length;
  return [...body].reduce((sum, [name, value]) => sum + bytes(name) + bytes(value) + 200, 0);
}
