// Mollie's values: amounts, times, addresses, and what is refused about them.
import { ApiError } from './fake.mjs';

const CURRENCY_DECIMALS = { EUR: 2, GBP: 2, USD: 2, CHF: 2, SEK: 2, NOK: 2, DKK: 2, PLN: 2, CZK: 2, HUF: 2, JPY: 0 };

export const problem = (status, detail, field) => new ApiError(status, { detail, field });
export const unprocessable = (detail, field) => problem(422, detail, field);

// docs.mollie.com/reference/common-data-types#amount: a text with exactly the decimals of the currency.
export function checkAmount(amount) {
  if (amount === null || typeof amount !== 'object') throw unprocessable('The amount is missing', 'amount');
  const decimals = CURRENCY_DECIMALS[amount.currency];
  if (decimals === undefined) throw unprocessable('The amount contains an invalid currency', 'amount.currency');
  const form = decimals === 0 ? /^\d{1,9}$/ : new RegExp(`^\\d{1,9}\\.\\d{${decimals}}$`);
  if (typeof amount.value !== 'string' || !form.test(amount.value))
    throw unprocessable('The amount contains an invalid value', 'amount.value');
  if (minorUnits(amount) === 0) throw unprocessable('The amount is lower than the minimum', 'amount');
  return { value: amount.value, currency: amount.currency };
}

// An amount in minor units, and back.
export const minorUnits = ({ value }) => Number(value.replace('.', ''));

export function money(minor, currency) {
  const decimals = CURRENCY_DECIMALS[currency];
  const digits = String(minor).padStart(decimals + 1, '0');
  const value = decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
  return { value, currency };
}

export function checkUrl(url, field, required) {
  if (url === undefined || url === null) {
    if (required) throw unprocessable(`The ${field} is missing`, field);
  } else if (typeof url !== 'string' || !/^[a-z][a-z0-9+.-]*:\/\/[^/]/i.test(url)) {
    throw unprocessable(`The ${field} is invalid`, field);
  }
}

export function isPrivate(url) {
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '[::1]' || /^(127|10|192\.168|169\.254)\./.test(hostname);
}

// As in Mollie's examples: 2024-03-20T09:13:37+00:00.
export const timestamp = (ms) => `${new Date(ms).toISOString().slice(0, 19)}+00:00`;
