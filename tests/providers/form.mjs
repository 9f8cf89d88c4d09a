// application/x-www-form-urlencoded with nested names, the way Stripe's API takes it:
//   line_items[0][price_data][currency]=eur  ->  { line_items: [{ price_data: { currency: "eur" } }] }
// Values stay texts. A list is one whose names are all numbers, or empty brackets.

// The object of a form's pairs; throws an Error with the name that is wrong.
export function parseForm(pairs) {
  const root = new Map();
  for (const [name, value] of pairs) {
    const match = /^([^[\]]+)((?:\[[^[\]]*\])*)$/.exec(name);
    if (!match) throw new Error(name);
    const steps = [match[1], ...[...match[2].matchAll(/\[([^[\]]*)\]/g)].map((step) => step[1])];
    let place = root;
    for (const step of steps.slice(0, -1)) place = enter(place, step, name);
    const last = steps[steps.length - 1];
    const member = last === '' && steps.length > 1 ? String(place.size) : last;
    if (place.get(member) instanceof Map) throw new Error(name);
    place.set(member, value);
  }
  return toValue(root);
}

function enter(place, step, name) {
  const member = step === '' ? String(place.size) : step;
  if (!place.has(member)) place.set(member, new Map());
  const inner = place.get(member);
  if (!(inner instanceof Map)) throw new Error(name);
  return inner;
}

function toValue(value) {
  if (!(value instanceof Map)) return value;
  const names = [...value.keys()];
  if (names.length > 0 && names.every((name) => /^\d+$/.test(name)))
    return names.sort((a, b) => a - b).map((name) => toValue(value.get(name)));
  const result = Object.create(null);
  for (const name of names) result[name] = toValue(value.get(name));
  return { ...result };
}
