// Certificates for tests, made by openssl: self-signed, for localhost and 127.0.0.1.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ALGORITHMS = {
  ec: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  rsa: ['-newkey', 'rsa:2048'],
};

// {certificate, key}: paths in a folder of their own, which is removed when the process ends. `mode` is the key's;
// `passphrase` encrypts it. The server may run as another user than the tests, and must be able to read both.
export function makeCertificate({ algorithm = 'ec', name = 'localhost', mode = 0o600, passphrase = null, folder, owner } = {}) {
  const place = folder ?? mkdtempSync(join(tmpdir(), 'akkoord-tls-'));
  if (!folder) process.once('exit', () => rmSync(place, { recursive: true, force: true }));
  const certificate = join(place, 'certificate.pem');
  const key = join(place, 'key.pem');
  execFileSync('openssl', [
    'req', '-x509', ...ALGORITHMS[algorithm], ...(passphrase ? ['-passout', `pass:${passphrase}`] : ['-nodes']),
    '-keyout', key, '-out', certificate, '-days', '30', '-subj', `/CN=${name}`,
    '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1',
  ], { stdio: 'pipe' });
  chmodSync(key, mode);
  if (owner) execFileSync('chown', ['-R', owner, place]);
  return { certificate, key };
}
