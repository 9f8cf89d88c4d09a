// Mail as it arrives: from a mail server of another make, or from the folder where it is written without one.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';

import { atEnd, waitFor } from './processes.mjs';

export async function parseMail(bytes) {
  const mail = await PostalMime.parse(bytes);
  return {
    bytes: Buffer.from(bytes),
    subject: mail.subject,
    from: mail.from,
    to: mail.to,
    id: mail.messageId,
    text: mail.text,
    html: mail.html,
    headers: Object.fromEntries(mail.headers.map(({ key, value }) => [key, value])),
    attachments: mail.attachments.map(({ filename, mimeType, content }) => ({ filename, mimeType, bytes: Buffer.from(content) })),
    code: mail.text.match(/^ {4}(\d{8})$/m)?.[1] ?? null,
  };
}

// ---- the folder ----

export const mailFolder = (server) => join(server.dataDir, 'mail');

// Every mail that was written, with the name and mode of its file; oldest first.
export async function mailsInFolder(server) {
  if (!existsSync(mailFolder(server))) return [];
  const names = readdirSync(mailFolder(server)).filter((name) => name.endsWith('.eml'));
  const files = names.map((name) => ({ name, path: join(mailFolder(server), name) }));
  const mails = await Promise.all(files.map(async ({ name, path }) => {
    const { mtimeMs, mode } = statSync(path);
    return { name, mode: mode & 0o777, at: mtimeMs, kind: name.slice(0, -41), ...(await parseMail(readFileSync(path))) };
  }));
  return mails.sort((left, right) => left.at - right.at);
}

// Those to one address, perhaps of one kind only ("verification", "decision", ...).
export async function mailsTo(server, address, kind = null) {
  return (await mailsInFolder(server)).filter((mail) => mail.to[0].address === address && (kind === null || mail.kind === kind));
}

// Waits until there are `count` of them; gives all.
export function awaitMails(server, address, kind, count = 1) {
  return waitFor(async () => {
    const mails = await mailsTo(server, address, kind);
    assert.ok(mails.length <= count, `${mails.length} mails where ${count} are awaited`);
    return mails.length === count ? mails : null;
  }, { what: `${count} ${kind} mails to ${address}` });
}

export const lastCode = async (server, address, kind, count = 1) => (await awaitMails(server, address, kind, count)).at(-1).code;

// No mail is under way any more.
export const awaitNoMailJobs = (server) => waitFor(async () =>
  (await server.sql("SELECT count(*) AS n FROM akkoord.job WHERE kind IN ('send_mail', 'render_document') AND NOT dead"))[0].n === 0,
{ what: 'the end of all mail jobs' });

// ---- a mail server ----

// Takes mail on a free port of this machine. `certificate` and `key` (paths) offer STARTTLS, or TLS from the start with
// `secure`; `user` and `password` are then asked for. `mails` are those that it answered 250 for, and `sessions` what was
// seen of each: {secure, user}. `refuse(stage, session, address)` gives an Error with a responseCode, or nothing, at the
// stages "connect", "mail", "rcpt", "data" and "answer" (all was read).
export async function startMailServer({ certificate, key, secure = false, user, password, refuse = () => null } = {}) {
  const mails = [];
  const sessions = [];
  const stage = (name) => async (address, session, callback) => callback((await refuse(name, session, address.address)) ?? undefined);
  const server = new SMTPServer({
    secure,
    disabledCommands: certificate ? [] : ['STARTTLS'],
    ...(certificate ? { cert: readFileSync(certificate), key: readFileSync(key) } : {}),
    authOptional: user === undefined,
    disableReverseLookup: true,
    closeTimeout: 100,
    logger: false,
    onAuth(auth, session, callback) {
      sessions.push({ secure: session.secure, user: auth.username });
      if (auth.username !== user || auth.password !== password) {
        callback(Object.assign(new Error('wrong credentials'), { responseCode: 535 }));
        return;
      }
      callback(null, { user: auth.username });
    },
    onConnect: async (session, callback) => callback((await refuse('connect', session)) ?? undefined),
    onMailFrom: stage('mail'),
    onRcptTo: stage('rcpt'),
    onData(stream, session, callback) {
      const parts = [];
      stream.on('data', (part) => parts.push(part));
      stream.on('end', async () => {
        const mail = await parseMail(Buffer.concat(parts));
        const fault = await refuse('data', session, mail);
        if (fault) {
          callback(fault);
          return;
        }
        mails.push({ ...mail, envelope: { from: session.envelope.mailFrom.address, to: session.envelope.rcptTo.map(({ address }) => address) },
          secure: session.secure, user: session.user ?? null, greeting: session.hostNameAppearsAs });
        callback(null, (await refuse('answer', session, mail)) ?? 'taken');
      });
    },
  });
  server.on('error', () => {}); // a client that goes away
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.server.address();
  const close = () => new Promise((done) => server.close(done));
  atEnd(close);
  return { mails, sessions, port, close, url: `${secure ? 'smtps' : 'smtp'}://127.0.0.1:${port}` };
}

export const smtpError = (responseCode) => Object.assign(new Error('as the test asks'), { responseCode });
