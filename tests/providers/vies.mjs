// A fake of VIES, the European Commission's service that asks the member states about VAT numbers. It follows what the
// Commission publishes (ec.europa.eu/assets/taxud/vow-information/swagger_publicVAT.yaml, and the errors and test numbers of
// checkVatTestService.wsdl): POST /check-vat-number, without a key; errors with the statuses 200, 400 and 500 as
// {"actionSucceed":false,"errorWrappers":[...]}; a consultation number for whoever says who asks; "---" for what a member
// state keeps to itself. By hand: see README.md.
import { pathToFileURL } from 'node:url';

import { ApiError, Fake, runFromCommandLine } from './fake.mjs';

// As the service writes them: the prefixes of VAT numbers.
export const MEMBER_STATES = [
  ...['AT', 'BE', 'BG', 'CY', 'CZ', 'DE', 'DK', 'EE', 'EL', 'ES', 'FI', 'FR', 'HR', 'HU', 'IE', 'IT', 'LT', 'LU', 'LV'],
  ...['MT', 'NL', 'PL', 'PT', 'RO', 'SE', 'SI', 'SK', 'XI'],
];
const UNDISCLOSED = '---';

// With which status each error comes; others with 200.
const ERROR_STATUS = { INVALID_INPUT: 400, INVALID_REQUESTER_INFO: 400, SERVICE_UNAVAILABLE: 500 };

const refusal = (error, status = ERROR_STATUS[error] ?? 200) => new ApiError(status, { message: error });

class FakeVies extends Fake {
  constructor(options) {
    super(options, { jsonType: 'application/json', keptSeconds: 0, delivery: { schedule: [0] } });
    // Who is registered: number with its prefix -> { name, address }; either may be missing, undisclosed.
    this.registered = new Map();
    // Errors to come, by member state: the first is taken off and given; { always: true } stays.
    this.errors = [];
    this.requesters = options.requesters ?? null; // the numbers that may ask; null: any
    this.consultations = new Map(); // consultation number -> what was asked and answered
    this.controls = ['register', 'strike', 'failFor'];
    for (const [number, trader] of Object.entries(options.registered ?? {})) this.register(number, trader);
  }

  // ---- controls ----

  register(number, trader = {}) {
    this.registered.set(number, trader);
  }

  strike(number) {
    this.registered.delete(number);
  }

  // The next `times` questions to a member state (null: to any) are answered with this error; `as: 'user-error'` in the
  // way of an answer, beside `valid: false`.
  failFor(country, { error = 'MS_UNAVAILABLE', times = Infinity, as = 'wrapper', status } = {}) {
    this.errors.push({ country, error, left: times, as, status });
  }

  // All are well again.
  recover() {
    this.errors = [];
    this.behave();
  }

  // How often this number was asked about, whatever became of it.
  askedAbout(number) {
    return this.calls.filter(({ text }) => {
      try {
        const { countryCode, vatNumber } = JSON.parse(text);
        return `${countryCode}${vatNumber}` === number;
      } catch {
        return false;
      }
    }).length;
  }

  // ---- the service ----

  authenticate() {}

  parse(call, text) {
    if (!/^application\/json\b/.test(call.headers['content-type'] ?? '')) throw refusal('INVALID_INPUT', 415);
    try {
      const body = JSON.parse(text);
      if (body !== null && typeof body === 'object' && !Array.isArray(body)) return body;
    } catch {
      // told below
    }
    throw refusal('INVALID_INPUT');
  }

  handle(call) {
    if (call.method !== 'POST' || call.path !== '/check-vat-number') throw refusal('NOT_FOUND', 404);
    const { countryCode, vatNumber, requesterMemberStateCode, requesterNumber } = call.body;
    if (!MEMBER_STATES.includes(countryCode) || typeof vatNumber !== 'string' || !/^[0-9A-Z+*]{2,12}$/.test(vatNumber))
      throw refusal('INVALID_INPUT');
    const requester = this.#requester(requesterMemberStateCode, requesterNumber);
    const error = this.#takeError(countryCode);
    if (error?.as === 'wrapper') throw refusal(error.error, error.status);
    const trader = this.registered.get(countryCode + vatNumber);
    const answer = {
      countryCode,
      vatNumber,
      requestDate: new Date(this.clock.nowMs()).toISOString(),
      valid: trader !== undefined && !error,
      requestIdentifier: requester === null || error ? '' : this.#consult(countryCode + vatNumber, requester, trader),
      name: trader?.name ?? UNDISCLOSED,
      address: trader?.address ?? UNDISCLOSED,
      traderName: UNDISCLOSED,
      traderNameMatch: 'NOT_PROCESSED',
    };
    return { status: 200, body: error ? { ...answer, name: UNDISCLOSED, address: UNDISCLOSED, userError: error.error } : answer };
  }

  // Null where nobody in particular asks.
  #requester(country, number) {
    if (country === undefined && number === undefined) return null;
    const whole = `${country}${number}`;
    if (!MEMBER_STATES.includes(country) || typeof number !== 'string' || this.requesters?.includes(whole) === false)
      throw refusal('INVALID_REQUESTER_INFO');
    return whole;
  }

  #takeError(country) {
    const error = this.errors.find((each) => each.left > 0 && (each.country === null || each.country === country));
    if (error !== undefined) error.left--;
    return error;
  }

  #consult(number, requester, trader) {
    const id = `WAPIAAAA${this.names.letters(8)}`;
    this.consultations.set(id, { number, requester, valid: trader !== undefined });
    return id;
  }

  problem(error) {
    return { status: error.status, headers: {}, body: { actionSucceed: false, errorWrappers: [{ error: error.message }] } };
  }

  failure(status) {
    return this.problem(refusal(status === 429 ? 'GLOBAL_MAX_CONCURRENT_REQ' : 'SERVICE_UNAVAILABLE', status));
  }

  conflict() {
    return refusal('SERVICE_UNAVAILABLE');
  }

  ledger() {
    return {};
  }

  tick() {}

  snapshot() {
    return { registered: Object.fromEntries(this.registered), consultations: Object.fromEntries(this.consultations) };
  }
}

// options: seed, chaos, registered, requesters.
export async function startFakeVies(options = {}) {
  return new FakeVies(options).start(options);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await runFromCommandLine(startFakeVies, {});
