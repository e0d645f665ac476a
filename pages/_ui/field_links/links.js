// Pieces of a prompt are links to the fields they came from. A plain click stays on the page: it opens
// the tab, brings the field into view and puts the cursor there. Every other way of opening a link
// (a new tab, a copied address) follows its address, which does the same on arrival.

const RUNNING = '.stApp:not([data-test-script-state="notRunning"])';
const PATIENCE_MS = 8000;
const CALM_MS = 300;

export default function ({ data }) {
  if (!document.gatorFieldLinks) {
    document.gatorFieldLinks = { seen: "" };
    document.addEventListener("click", followed);
  }
  if (data.open && document.gatorFieldLinks.seen !== data.open.visit) {
    document.gatorFieldLinks.seen = data.open.visit;
    show(data.open, "");
  }
}

function followed(event) {
  const link = event.target.closest?.("a[data-field]");
  const plain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  if (!link || !plain) return;
  event.preventDefault();
  if (link.dataset.keys) show(link.dataset, link.lastChild.textContent);
  else window.open(link.href, "_blank", "noopener");
}

// "prefix|suffix" of the class that a field's key gives it; among several, the one that holds the words.
function find(keys, words) {
  const [prefix, suffix] = keys.split("|");
  const fits = (name) =>
    suffix ? name.startsWith(prefix) && name.endsWith(suffix) : name === prefix;
  const found = [...document.querySelectorAll(`[class*="${prefix}"]`)].filter((one) =>
    [...one.classList].some(fits),
  );
  const holds = (one) =>
    [...one.querySelectorAll("input, textarea")].some((box) => box.value.includes(words.trim()));
  return (words && found.find(holds)) || found[0];
}

// Only the open tab is on the page: the field is there once its tab was opened.
async function show({ keys, tab }, words) {
  if (tab) {
    const named = (one) => one.textContent.trim() === tab;
    const there = await waitFor(() => [...document.querySelectorAll('[role="tab"]')].find(named));
    if (there && there.getAttribute("aria-selected") !== "true") there.click();
  }
  if (!(await waitFor(() => find(keys, words)?.offsetParent))) return;
  bring(find(keys, words));
  // What a tab looks up as it opens may push the field away again, or draw it anew.
  await calm();
  const field = find(keys, words);
  if (!field) return;
  bring(field);
  focus(field);
  field.animate(
    [{ outline: "3px solid var(--g-accent)" }, { outline: "3px solid transparent" }],
    { duration: 1600 },
  );
}

// Nothing has been drawn for a while; a rerun begins a moment after what asked for it.
async function calm() {
  let since = performance.now();
  await waitFor(() => {
    if (document.querySelector(RUNNING)) since = performance.now();
    return performance.now() - since > CALM_MS;
  });
}

function focus(field) {
  const box = field.querySelector("input, textarea") ?? field.querySelector("button");
  box?.focus({ preventScroll: true });
}

function bring(field) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  field.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
}

async function waitFor(there) {
  const end = performance.now() + PATIENCE_MS;
  while (performance.now() < end) {
    const found = there();
    if (found) return found;
    await new Promise((next) => setTimeout(next, 60));
  }
  return null;
}
