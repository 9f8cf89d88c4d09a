// Every probe of http_raw.test.mjs once more, over TLS.
process.env.AKKOORD_TEST_TLS = '1';
await import('./http_raw.test.mjs');
