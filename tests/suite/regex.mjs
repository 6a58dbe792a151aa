// Random patterns of ECMA-262 and texts, one JSON object a line, with what this
// engine says of them: "match", "none", or "error" for what is no pattern.
// usage: regex.mjs SEED COUNT
let [seed, count] = process.argv.slice(2).map(Number);

// Small and the same everywhere.
function random(below) {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) % below;
}

const pick = (list) => list[random(list.length)];

const ATOMS = [
  "a", "b", "c", "ab", "1", "_", "-", ".", "é", "🐲", "\\d", "\\D", "\\w", "\\W",
  "\\s", "\\S", "\\.", "\\/", "\\0", "\\t", "\\n", "\\cA", "\\x61", "\\u0062",
  "\\u{63}", "\\u{1F432}", "\\uD83D\\uDC32", "\\uD83D", "\\p{L}", "\\P{L}",
  "\\p{Lu}", "\\p{Script=Greek}", "\\p{gc=Nd}", "\\p{ASCII}", "\\p{Assigned}",
  "\\p{Any}", "[a-c]", "[^a]", "[\\d_]", "[]", "[^]", "[\\p{Letter}\\d]",
  "[^\\s]", "[\\S1]", "[\\W]", "[a\\-z]", "[\\b]", "[^\\D]", "[\\uD83D]",
  "[^\\uD83Da]", "[+--]",
];
const COUNTS = ["", "", "", "", "*", "+", "?", "{2}", "{1,2}", "{1,}", "*?",
  "{0,1}?"];
const FAULTS = ["(", ")", "[", "?", "*", "{2,1}", "(?", "\\a", "|", "^",
  "(?P<n>"];
const CHARACTERS = ["a", "b", "c", "1", "_", "-", " ", "\n", "é", "🐲", "Ω",
  ".", "\t", "A", "\u2028", "\u00a0", "\x01", "\0", "+", "\ufeff", "\b"];

function term(depth) {
  const kind = random(12);
  if (depth > 0 && kind < 2)
    return pick(["(", "(?:"]) + choice(depth - 1) + ")" + pick(COUNTS);
  if (depth > 0 && kind === 2)
    return pick(["(?=", "(?!"]) + choice(depth - 1) + ")";
  if (depth > 0 && kind === 3)
    return pick(["(?<=", "(?<!"]) +
      (random(2) ? choice(0) : pick(["a", "ab", "[a-c]", "\\d\\w"])) + ")";
  return pick(ATOMS) + pick(COUNTS);
}

function row(depth) {
  let text = "";
  for (let i = random(3); i >= 0; i--) text += term(depth);
  return text;
}

function choice(depth) {
  let text = row(depth);
  while (random(4) === 0) text += "|" + row(depth);
  return text;
}

function pattern() {
  let text = (random(3) ? "^" : "") + choice(1) + (random(3) ? "$" : "");
  // Not where a fault makes what we allow or refuse on purpose: lone braces,
  // a lookbehind on texts of many lengths within another one.
  if (!/[{]|[(][?]</.test(text) && random(8) === 0) {
    const at = random(text.length + 1);
    text = text.slice(0, at) + pick(FAULTS) + text.slice(at);
  }
  return text;
}

function answer(text, subject) {
  try {
    return new RegExp(text, "u").test(subject) ? "match" : "none";
  } catch {
    return "error";
  }
}

for (; count > 0; count--) {
  const p = pattern();
  let text = "";
  for (let i = random(6); i > 0; i--) text += pick(CHARACTERS);
  console.log(JSON.stringify({pattern: p, text, says: answer(p, text)}));
}
