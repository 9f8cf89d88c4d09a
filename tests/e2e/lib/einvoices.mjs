// Electronic invoices as another program reads them: Python's parser, UBL and CII alike.
import assert from 'node:assert/strict';

import { run } from './processes.mjs';

// {root, texts: {"path/of/names": [text, ...]}}, without prefixes; the attributes of the root's descendants are left out.
const reader = `
import json, sys, xml.etree.ElementTree as tree
texts = {}
def walk(element, path):
    if not len(element):
        texts.setdefault("/".join(path), []).append(element.text)
    for child in element:
        walk(child, path + [child.tag.split("}")[1]])
root = tree.fromstring(sys.stdin.buffer.read())
walk(root, [])
print(json.dumps({"root": root.tag, "texts": texts}))`;

// one(path): the only text there.
export async function parseXml(bytes) {
  const { code, stdout, stderr } = await run('python3', ['-c', reader], { input: bytes });
  assert.equal(code, 0, `it is well-formed: ${stderr}`);
  const { root, texts } = JSON.parse(stdout);
  return { root, texts, one: (path) => {
    assert.equal(texts[path]?.length, 1, path);
    return texts[path][0];
  } };
}

// "1234.50" of {amount, currency}, in a currency of two decimals.
export const decimalOf = ({ amount }) => `${Math.trunc(amount / 100)}.${String(amount % 100).padStart(2, '0')}`;

export const ublRoot = '{urn:oasis:names:specification:ubl:schema:xsd:Invoice-2}Invoice';
export const ciiRoot = '{urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100}CrossIndustryInvoice';
