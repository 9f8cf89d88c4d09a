// Mail: what is written about orders, that it arrives exactly once, and everything that mail servers do on the way.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';

import { atEnd, expectStatus, getOrder, listAll, newEmail, newStaff, payStandard, placeOrder, registerCustomer, sampleSeller, sendStandard,
  standardBody, startAkkoord, user, waitFor } from './lib/akkoord.mjs';
import { noBrowser, startBrowser } from './lib/browser.mjs';
import { makeCertificate } from './lib/certificates.mjs';
import { awaitMails, awaitNoMailJobs, mailFolder, mailsInFolder, mailsTo, smtpError, startMailServer } from './lib/mail.mjs';

const logOf = (server, event) => server.log.split('\n').filter((line) => line.includes(` event=${event} `) || line.endsWith(` event=${event}`));
const deadMails = (server) => server.sql("SELECT last_error, attempts FROM akkoord.job WHERE kind = 'send_mail' AND dead");
const waitingMails = (server) => server.sql("SELECT last_error, attempts FROM akkoord.job WHERE kind = 'send_mail' AND NOT dead");

describe('without a mail server', () => {
  let server;
  before(async () => {
    server = await startAkkoord();
  });

  const accept = async (details = {}, order = {}) => {
    const customer = await registerCustomer(server, details);
    const placed = await placeOrder(server, customer, order);
    expectStatus(await payStandard(server, placed), 200);
    return { customer, order: await getOrder(server, customer, placed) };
  };

  async function decide(customer, decision, outcome, reasons) {
    const { token } = await newStaff(server, 'reviewer');
    const review = (await listAll(server, token, '/v1/staff/reviews?state=open')).find((one) => one.decision_id === decision.id);
    expectStatus(await server.api('GET', `/v1/staff/reviews/${review.id}`, { token }), 200);
    expectStatus(await server.api('POST', `/v1/staff/reviews/${review.id}/outcome`, { token, body: { outcome, reasons } }), 200);
  }

  test('it is written to a folder, for its owner only, and the log says so once', async () => {
    const { email } = await registerCustomer(server);
    const [mail] = await awaitMails(server, email, 'verification');
    assert.equal(mail.mode, 0o600);
    assert.equal(statSync(mailFolder(server)).mode & 0o777, 0o700);
    assert.equal(logOf(server, 'mail.to_folder').length, 1);
  });

  test('an accepted order is confirmed, with the invoice as it is delivered, in the customer\'s language', async () => {
    for (const [language, words] of [['nl', ['Beste Sanne Vos,', 'Bestelling', 'Factuur', 'Waarom deze beslissing', 'is aangenomen']],
      ['en', ['Dear Sanne Vos,', 'Order', 'Invoice', 'Why this decision', 'has been accepted']]]) {
      const { customer, order } = await accept({ name: 'Sanne Vos', language });
      const [mail] = await awaitMails(server, customer.email, 'decision');
      const [{ number }] = order.invoices;
      for (const part of [...words, order.number, number, `${server.url}/decisions/${order.decision.id}/review`]) {
        assert.ok(mail.text.includes(part), `${part} in ${mail.text}`);
        assert.ok(mail.html.includes(part), `${part} in ${mail.html}`);
      }
      assert.ok(mail.subject.includes(order.number));
      assert.deepEqual(mail.to, [{ name: 'Sanne Vos', address: customer.email }]);
      assert.deepEqual(mail.from, { name: sampleSeller.name, address: sampleSeller.email });
      assert.equal(mail.headers['content-language'], language);
      assert.equal(mail.headers['auto-submitted'], 'auto-generated');
      const pdf = expectStatus(await server.api('GET', `/v1/orders/${order.id}/invoice.pdf`, { token: customer.token }), 200);
      assert.deepEqual(mail.attachments, [{ filename: `${number}.pdf`, mimeType: 'application/pdf', bytes: pdf.bytes }]);
      assert.ok(mail.text.replaceAll(/\s+/g, ' ').includes(order.decision.explanation.replaceAll(/\s+/g, ' ')), 'the explanation of the API');
    }
  });

  test('what is on hold, sent back or cancelled is told too, each decision once', async () => {
    const customer = await registerCustomer(server, { language: 'en' });
    const held = await placeOrder(server, customer);
    expectStatus(await payStandard(server, held, { amount: held.total.amount - 100 }), 200);
    const [first] = await awaitMails(server, customer.email, 'decision');
    assert.equal(first.subject, `We are looking at your order ${held.number}`);
    assert.match(first.text.replaceAll(/\s+/g, ' '), /if EUR 1\.00 more had been paid/);
    assert.deepEqual(first.attachments, []);

    await decide(customer, (await getOrder(server, customer, held)).decision, 'overturned', 'It was one euro.\n\nNever mind.');
    const [outcome] = await awaitMails(server, customer.email, 'review');
    await waitFor(async () => (await server.sql(`SELECT stage FROM akkoord.review WHERE order_id = '${held.id}'`))[0].stage === 'notified',
      { what: 'the review to be noted as told' });
    assert.match(outcome.text, /> It was one euro\.\n> \n> Never mind\./);
    assert.match(outcome.text, /reversed/);
    const accepted = (await awaitMails(server, customer.email, 'decision', 2)).at(-1);
    assert.equal(accepted.subject, `Confirmation of your order ${held.number}`);
    assert.equal(accepted.attachments.length, 1);

    expectStatus(await payStandard(server, held), 200);
    const refused = (await awaitMails(server, customer.email, 'decision', 3)).at(-1);
    assert.equal(refused.subject, `A second payment for your order ${held.number}`);

    const order = await getOrder(server, customer, held);
    const paid = order.payments.find((payment) => payment.status === 'paid');
    expectStatus(await sendStandard(server, standardBody({ kind: 'refunded', payment: paid.provider_payment_id, order: order.id,
      amount: paid.amount.amount })), 200);
    const cancelled = (await awaitMails(server, customer.email, 'decision', 4)).at(-1);
    assert.equal(cancelled.subject, `Your order ${held.number} has been cancelled`);
    const credit = (await getOrder(server, customer, held)).invoices.find((one) => one.kind === 'credit_note');
    assert.deepEqual(cancelled.attachments.map(({ filename }) => filename), [`${credit.number}.pdf`]);
    await awaitNoMailJobs(server);
    const decisions = (await getOrder(server, customer, held)).decisions.length;
    assert.equal((await mailsTo(server, customer.email, 'decision')).length, decisions);
    assert.equal((await server.sql("SELECT count(*) AS n FROM akkoord.mail WHERE kind = 'review'"))[0].n, 1);
  });

  test('a credit note that staff drew up is told, once, with the note, the reason and what is sent back, in the customer\'s language', async () => {
    const manager = await newStaff(server, 'manager');
    for (const [language, words] of [['nl', ['Beste Sanne Vos,', 'Creditfactuur', 'De reden, in eigen woorden', 'verrekend']],
      ['en', ['Dear Sanne Vos,', 'Credit note', 'The reason, in their own words', 'set off']]]) {
      const { customer, order } = await accept({ name: 'Sanne Vos', language });
      await awaitMails(server, customer.email, 'decision');
      const credit = async (reason, key) => expectStatus(await server.api('POST', `/v1/staff/orders/${order.id}/credit-notes`, { token: manager.token,
        body: { amounts: [{ vat_category: 'S', vat_rate: order.lines[0].vat_rate, gross: { amount: 1210, currency: 'EUR' } }], reason }, headers: { 'idempotency-key': key } }), 201);
      const reason = `Afgesproken <b>per telefoon</b> & é ${language}`;
      const key = randomBytes(16).toString('hex');
      await credit(reason, key);
      await credit(reason, key); // a repetition
      const [mail] = await awaitMails(server, customer.email, 'credit_note');
      const note = (await getOrder(server, customer, order)).invoices.find(({ kind }) => kind === 'credit_note');
      for (const part of [...words, order.number, note.number, order.invoices[0].number]) {
        assert.ok(mail.text.includes(part), `${part} in ${mail.text}`);
        assert.ok(mail.html.includes(part), `${part} in ${mail.html}`);
      }
      assert.ok(mail.subject.includes(order.number));
      assert.ok(mail.text.includes(`> ${reason}`), mail.text);
      assert.ok(mail.html.includes(`Afgesproken &lt;b&gt;per telefoon&lt;/b&gt; &amp; é ${language}`), mail.html);
      assert.match(mail.text, /12[.,]10/);
      assert.equal(mail.headers['content-language'], language);
      const pdf = expectStatus(await server.api('GET', `/v1/invoices/${note.number}.pdf`, { token: customer.token }), 200);
      assert.deepEqual(mail.attachments, [{ filename: `${note.number}.pdf`, mimeType: 'application/pdf', bytes: pdf.bytes }]);
      assert.equal(mail.id, `<credit_note.${(await server.sql(`SELECT id FROM akkoord.document WHERE number = '${note.number}'`))[0].id}@${sampleSeller.email.split('@')[1]}>`);

      // What was sent back of the payment, and by now no note has told of.
      const { provider_payment_id: payment } = order.payments[0];
      expectStatus(await sendStandard(server, standardBody({ kind: 'refunded', payment, order: order.id, amount: 1210 })), 200);
      await credit('Again', randomBytes(16).toString('hex'));
      const second = (await awaitMails(server, customer.email, 'credit_note', 2)).at(-1);
      assert.match(second.text, language === 'nl' ? /U ontvangt terug/ : /Refunded to you/);
      await awaitNoMailJobs(server);
      assert.equal((await mailsTo(server, customer.email, 'credit_note')).length, 2);
      assert.equal((await mailsTo(server, customer.email, 'decision')).length, 1, 'no decision was made');
    }
  });

  test('of a credit note whose customer is erased nothing is sent', async () => {
    const { customer, order } = await accept();
    await awaitNoMailJobs(server);
    const dropped = logOf(server, 'mail.dropped').length;
    expectStatus(await server.api('DELETE', '/v1/me', { token: customer.token }), 204);
    const manager = await newStaff(server, 'manager');
    expectStatus(await server.api('POST', `/v1/staff/orders/${order.id}/credit-notes`, { token: manager.token, body: { lines: [{ line: 1, quantity: 1 }], reason: 'Late' } }), 201);
    await waitFor(() => logOf(server, 'mail.dropped').length > dropped, { what: 'the drop' });
    await awaitNoMailJobs(server);
    assert.deepEqual(await mailsTo(server, customer.email, 'credit_note'), []);
    assert.deepEqual(await deadMails(server), []);
  });
  // "3 March 2026", by another calendar; mails have spaces that do not break.
  const dateOf = (time, language) => new Intl.DateTimeFormat(language === 'nl' ? 'nl-NL' : 'en-GB', { dateStyle: 'long', timeZone: 'Europe/Amsterdam' }).format(new Date(time));
  const flat = (text) => text.replaceAll(/[\s\u00a0]+/g, ' ');

  for (const language of ['nl', 'en']) {
    test(`a question of staff, and that a review takes longer, are told (${language}), with the words of staff and the date`, async () => {
      const { customer, order } = await accept({ language });
      const review = expectStatus(await server.api('POST', `/v1/decisions/${order.decision.id}/reviews`, { token: customer.token, body: { statement: 'Look.' } }), 201).json;
      const { token } = await newStaff(server, 'reviewer');
      const act = async (what, body) => expectStatus(await server.api('POST', `/v1/staff/reviews/${review.id}/${what}`, { token, body }), 200).json;
      await act('assignment', {});
      await act('view-invitation', { question: 'Which logo did you mean?' });
      const [question] = await awaitMails(server, customer.email, 'review_invited');
      assert.ok(question.subject.includes(order.number));
      assert.match(question.text, /> Which logo did you mean\?/);
      assert.ok(flat(question.text).includes(dateOf(review.due_at, language)), question.text);
      // The link leads to the form, and what is typed there is the answer.
      const link = new URL(/https?:\S+\/review\?token=\S+/.exec(question.text)[0]);
      expectStatus(await server.api('GET', link.pathname + link.search), 200);
      const form = await server.client.send('POST', link.pathname + link.search, { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'statement=The+round+one.' });
      assert.equal(form.status, 303);
      const { statements, stage } = expectStatus(await server.api('GET', `/v1/reviews/${review.id}`, { token: customer.token }), 200).json;
      assert.deepEqual([statements.at(-1).text, stage], ['The round one.', 'under_review']);

      const { due_at } = await act('extension', { months: 2, reasons: 'The designer is away.' });
      const [longer] = await awaitMails(server, customer.email, 'review_extended');
      assert.match(longer.text, /> The designer is away\./);
      assert.ok(flat(longer.text).includes(dateOf(due_at, language)), longer.text);
    });

    test(`a request over one's own data that takes longer, and its answer, are told (${language})`, async () => {
      const customer = await registerCustomer(server, { language });
      const { token } = await newStaff(server, 'manager');
      const ask = async (kind) => expectStatus(await server.api('POST', '/v1/me/requests', { token: customer.token, body: { kind, statement: 'Please.' } }), 201).json;
      const act = async ({ id }, what, body) => expectStatus(await server.api('POST', `/v1/staff/privacy-requests/${id}/${what}`, { token, body }), 200).json;
      const [access, objection] = [await ask('access'), await ask('objection')];
      const { due_at } = await act(access, 'extension', { reasons: 'There is much of it.' });
      const [longer] = await awaitMails(server, customer.email, 'request_extended');
      assert.match(longer.text, /> There is much of it\./);
      for (const time of [access.received_at, due_at]) assert.ok(flat(longer.text).includes(dateOf(time, language)), longer.text);
      await act(access, 'outcome', { outcome: 'fulfilled', answer: 'All of it is in your export.' });
      const [granted] = await awaitMails(server, customer.email, 'request_answered');
      assert.match(granted.text, language === 'nl' ? /We hebben gedaan wat u vroeg/ : /We have done what you asked/);
      assert.match(granted.text, /> All of it is in your export\./);
      await act(objection, 'outcome', { outcome: 'refused', answer: 'We need it.' });
      const refused = (await awaitMails(server, customer.email, 'request_answered', 2)).find(({ text }) => text.includes('We need it.'));
      assert.match(refused.text, language === 'nl' ? /We doen niet wat u vroeg/ : /We do not do what you asked/);
      assert.match(refused.text, /autoriteitpersoonsgegevens\.nl/);
      for (const mail of [longer, granted, refused]) assert.ok(!/access|objection/i.test(mail.subject), 'a subject says nothing of the matter');
    });
  }

  test('a job that is there again sends nothing again', async () => {
    const { customer, order } = await accept();
    const [mail] = await awaitMails(server, customer.email, 'decision');
    await awaitNoMailJobs(server);
    const { code, stderr } = await server.psql(`INSERT INTO akkoord.job (id, kind, payload, run_at, created_at)
      VALUES (gen_random_uuid(), 'send_mail', '{"mail": "decision", "subject": "${order.decision.id}"}', now(), now());
      INSERT INTO akkoord.job (id, kind, payload, run_at, created_at)
      SELECT gen_random_uuid(), 'render_document', jsonb_build_object('document', id), now(), now()
        FROM akkoord.document WHERE order_id = '${order.id}'`);
    assert.equal(code, 0, stderr);
    await awaitNoMailJobs(server);
    const mails = await mailsTo(server, customer.email, 'decision');
    assert.deepEqual(mails.map(({ at }) => at), [mail.at]);
    assert.equal(logOf(server, 'mail.sent').filter((line) => line.includes(order.decision.id)).length, 1);
  });

  test('whoever is erased gets none', async () => {
    const customer = await registerCustomer(server);
    const order = await placeOrder(server, customer);
    await awaitNoMailJobs(server);
    assert.equal((await server.psql(`DELETE FROM akkoord.customer WHERE id = '${customer.id}'`)).code, 0);
    expectStatus(await payStandard(server, order), 200);
    await waitFor(() => logOf(server, 'mail.dropped').length > 0, { what: 'the drop' });
    await awaitNoMailJobs(server);
    assert.deepEqual(await mailsTo(server, customer.email, 'decision'), []);
    assert.deepEqual(await deadMails(server), []);
  });

  test('after a week what was written is gone, also of whoever was erased', async () => {
    const own = await startAkkoord();
    const customer = await registerCustomer(own);
    const path = join(own.dataDir, 'mail');
    await awaitMails(own, customer.email, 'verification');
    const foreign = join(path, 'notes.txt');
    writeFileSync(foreign, 'somebody else\'s');
    expectStatus(await own.api('DELETE', '/v1/me', { token: customer.token }), 204);
    await own.stop();
    own.env.AKKOORD_CLOCK_OFFSET = String(6 * 86400);
    await own.start();
    await awaitMails(own, (await registerCustomer(own)).email, 'verification');
    assert.equal(readdirSync(path).length, 3);
    await own.stop();
    own.env.AKKOORD_CLOCK_OFFSET = String(7 * 86400 + 3600);
    await own.start();
    await waitFor(() => readdirSync(path).length === 1, { what: 'the end of the mails' });
    assert.deepEqual(readdirSync(path), ['notes.txt']);
  });

  test('no line of the log holds an address, a name or a code', async () => {
    const customer = await registerCustomer(server, { name: 'Zebedeus Quux' });
    const [mail] = await awaitMails(server, customer.email, 'verification');
    for (const secret of [customer.email, 'Zebedeus', 'Quux', mail.code, 'studio@']) assert.ok(!server.log.includes(secret), secret);
  });

  test('a name that would be more than a name is only a name', async () => {
    const name = 'Sanne <b>Vos</b> "=?UTF-8?B?QUJD?=" & Zoë 日本語, Ægir';
    const customer = await registerCustomer(server, { name });
    const [mail] = await awaitMails(server, customer.email, 'verification');
    assert.deepEqual(mail.to, [{ name, address: customer.email }]);
    assert.ok(mail.html.includes('Sanne &lt;b&gt;Vos&lt;/b&gt; &quot;'));
    assert.ok(mail.text.includes(`Beste ${name},`));
  });

  describe('in a browser', { skip: noBrowser }, () => {
    let browser;
    before(async () => {
      browser = await startBrowser();
    });

    test('it fits a screen and a phone, asks nobody for anything, and its one link is the review\'s', async () => {
      const { customer, order } = await accept({ name: 'Sanne Vos' });
      const [mail] = await awaitMails(server, customer.email, 'decision');
      for (const width of [1024, 360]) {
        const page = await browser.newPage({ viewport: { width, height: 900 } });
        const asked = [];
        page.on('request', (request) => asked.push(request.url()));
        await page.setContent(mail.html);
        assert.deepEqual(asked, []);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width, 'nothing sticks out');
        const links = await page.locator('a').evaluateAll((all) => all.map((link) => link.href));
        assert.equal(links.length, 1);
        assert.ok(links[0].startsWith(`${server.url}/decisions/${order.decision.id}/review?token=`), links[0]);
        expectStatus(await server.client.send('GET', links[0].slice(server.url.length), { headers: { accept: 'text/html' } }), 200);
        assert.equal(await page.locator('h1').innerText(), 'Uw bestelling is bevestigd');
        if (process.env.AKKOORD_TEST_SHOTS) await page.screenshot({ path: `${process.env.AKKOORD_TEST_SHOTS}/mail-${width}.png`, fullPage: true });
        await page.close();
      }
    });
  });
});

// A mail server that takes everything and answers no QUIT; its port.
async function startRude(sockets) {
  const rude = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    let isData = false;
    socket.write('220 rude\r\n');
    socket.on('data', (bytes) => {
      const text = bytes.toString('latin1');
      if (isData) {
        isData = !text.endsWith('\r\n.\r\n');
        if (!isData) socket.write('250 taken\r\n');
      } else if (text.startsWith('QUIT')) {
        socket.saysFarewell = true;
      } else {
        isData = text.startsWith('DATA');
        socket.write(isData ? '354 go on\r\n' : '250 good\r\n');
      }
    });
  });
  await new Promise((done) => rude.listen(0, '127.0.0.1', done));
  atEnd(() => new Promise((done) => {
    for (const socket of sockets) socket.destroy();
    rude.close(done);
  }));
  return rude.address().port;
}

describe('over SMTP', () => {
  const certificate = makeCertificate({ owner: user === null ? undefined : `${user.uid}:${user.gid}` });
  const stranger = makeCertificate({ owner: user === null ? undefined : `${user.uid}:${user.gid}` });
  const credentials = { user: 'akkoord', password: 'pass "word" with spaces' };
  const settings = (mail, more = {}) => ({ env: { AKKOORD_SMTP_URL: mail.url, ...more } });
  const loggedIn = { AKKOORD_SMTP_USER: credentials.user, AKKOORD_SMTP_PASSWORD: credentials.password,
    AKKOORD_SMTP_CA_FILE: certificate.certificate };
  const arrived = (mail, count = 1) => waitFor(() => mail.mails.length >= count, { what: `${count} mails` });
  const failed = (server, code) => waitFor(() => logOf(server, 'job.failed').some((line) => line.includes(`code=${code}`)), { what: code });

  test('it is handed in over STARTTLS, after logging in, from the sender that is set', async () => {
    const mail = await startMailServer({ ...certificate, ...credentials });
    const server = await startAkkoord(settings(mail, { ...loggedIn, AKKOORD_MAIL_FROM: 'orders@studio.example' }));
    const customer = await registerCustomer(server);
    await arrived(mail);
    const [taken] = mail.mails;
    assert.deepEqual(taken.envelope, { from: 'orders@studio.example', to: [customer.email] });
    assert.deepEqual([taken.secure, taken.user, taken.greeting], [true, credentials.user, 'studio.example']);
    assert.equal(taken.from.address, 'orders@studio.example');
    expectStatus(await server.api('POST', '/v1/me/email/verification', { token: customer.token, body: { code: taken.code } }), 204);
    assert.equal(logOf(server, 'mail.to_folder').length, 0);
    assert.deepEqual(await mailsInFolder(server), []);
  });

  test('it is handed in over smtps', async () => {
    const mail = await startMailServer({ ...certificate, ...credentials, secure: true });
    const server = await startAkkoord(settings(mail, loggedIn));
    await registerCustomer(server);
    await arrived(mail);
    assert.deepEqual([mail.mails[0].secure, mail.mails[0].user], [true, credentials.user]);
  });

  test('a large mail with lines that begin with dots arrives as it was sent', async () => {
    const mail = await startMailServer();
    const server = await startAkkoord(settings(mail));
    const customer = await registerCustomer(server, { name: '. . .\u00a0.' });
    const order = await placeOrder(server, customer);
    expectStatus(await payStandard(server, order), 200);
    await arrived(mail, 2);
    const confirmation = mail.mails.find((one) => one.attachments.length > 0);
    const pdf = await server.api('GET', `/v1/orders/${order.id}/invoice.pdf`, { token: customer.token });
    assert.deepEqual(confirmation.attachments[0].bytes, pdf.bytes);
  });

  test('to a server elsewhere nothing is said in the clear: without STARTTLS there is no mail', async () => {
    const mail = await startMailServer(credentials);
    const { port } = new URL(mail.url.replace('smtp', 'http'));
    const server = await startAkkoord({ env: { AKKOORD_SMTP_URL: `smtp://0.0.0.0:${port}`, AKKOORD_SMTP_USER: credentials.user,
      AKKOORD_SMTP_PASSWORD: credentials.password } });
    await registerCustomer(server);
    await failed(server, 'mail_tls_failed');
    assert.deepEqual([mail.mails, mail.sessions], [[], []]);
  });

  test('a server that nobody vouches for gets neither password nor mail', async () => {
    const mail = await startMailServer({ ...certificate, ...credentials });
    const server = await startAkkoord(settings(mail, { ...loggedIn, AKKOORD_SMTP_CA_FILE: stranger.certificate }));
    await registerCustomer(server);
    await failed(server, 'mail_tls_failed');
    assert.deepEqual([mail.mails, mail.sessions], [[], []]);
  });

  test('a log-in that is refused is the operator\'s to mend: the mail goes once it is', async () => {
    const mail = await startMailServer({ ...certificate, ...credentials });
    const server = await startAkkoord(settings(mail, { ...loggedIn, AKKOORD_SMTP_PASSWORD: 'another' }));
    await registerCustomer(server);
    await failed(server, 'mail_login_refused');
    assert.deepEqual(await deadMails(server), []);
    await server.stop();
    Object.assign(server.env, loggedIn);
    await server.start();
    await arrived(mail);
  });

  test('what is refused for now, or before it was heard of, is sent again, and arrives once', async () => {
    const faults = { connect: 554, mail: 451, rcpt: 450, data: 452 };
    const mail = await startMailServer({ refuse: (stage) => {
      if (!faults[stage]) return null;
      const fault = smtpError(faults[stage]);
      delete faults[stage];
      return fault;
    } });
    const server = await startAkkoord(settings(mail));
    await registerCustomer(server);
    await arrived(mail);
    assert.deepEqual(faults, {});
    await awaitNoMailJobs(server);
    assert.equal(mail.mails.length, 1);
    assert.equal(logOf(server, 'job.failed').filter((line) => line.includes('code=mail_not_taken')).length, 4);
  });

  test('what is refused for good is a dead letter for staff, and holds up no other mail', async () => {
    let refused = newEmail();
    const mail = await startMailServer({ refuse: (stage, session, address) => (stage === 'rcpt' && address === refused ? smtpError(550) : null) });
    const server = await startAkkoord(settings(mail));
    await registerCustomer(server, { email: refused });
    await registerCustomer(server);
    await arrived(mail);
    await waitFor(async () => (await deadMails(server)).length === 1, { what: 'the dead letter' });
    assert.deepEqual(await deadMails(server), [{ last_error: 'mail_refused', attempts: 1 }]);
    const { token } = await newStaff(server, 'manager');
    const [dead] = await listAll(server, token, '/v1/staff/jobs?state=dead');
    assert.ok(!JSON.stringify(dead).includes(refused));
    refused = null;
    expectStatus(await server.api('POST', `/v1/staff/jobs/${dead.id}/retry`, { token }), 204);
    await arrived(mail, 2);
  });

  test('a server that hangs keeps nobody waiting but mail, not even the end', async () => {
    const sockets = new Set();
    const silent = createServer((socket) => sockets.add(socket.on('error', () => {})));
    await new Promise((done) => silent.listen(0, '127.0.0.1', done));
    atEnd(() => new Promise((done) => {
      for (const socket of sockets) socket.destroy();
      silent.close(done);
    }));
    const server = await startAkkoord({ env: { AKKOORD_SMTP_URL: `smtp://127.0.0.1:${silent.address().port}` } });
    const customers = await Promise.all(Array.from({ length: 6 }, () => registerCustomer(server)));
    await waitFor(() => sockets.size > 0, { what: 'a call' });
    const order = await placeOrder(server, customers[0]);
    expectStatus(await payStandard(server, order), 200);
    assert.equal((await getOrder(server, customers[0], order)).status, 'accepted');
    await server.stop();
    const mail = await startMailServer();
    server.env.AKKOORD_SMTP_URL = mail.url;
    await server.start();
    await arrived(mail, 7);
  });

  test('a server that never answers a farewell has taken the mail, and keeps nobody else waiting', async () => {
    const sockets = new Set();
    const server = await startAkkoord({ env: { AKKOORD_SMTP_URL: `smtp://127.0.0.1:${await startRude(sockets)}`,
      AKKOORD_STRIPE_SECRET_KEY: 'sk_test_sample', AKKOORD_STRIPE_API_URL: 'http://127.0.0.1:1' } });
    const customer = await registerCustomer(server);
    await waitFor(() => [...sockets].some((socket) => socket.saysFarewell), { what: 'a farewell' });
    const order = { lines: [{ sku: 'logo-design', quantity: 1 }], payment_provider: 'stripe' };
    expectStatus(await server.api('POST', '/v1/orders', { token: customer.token, body: order }), 503);
    assert.ok([...sockets].some((socket) => socket.saysFarewell && !socket.destroyed), 'the provider was asked while it waits still');
    await awaitNoMailJobs(server);
    assert.equal(logOf(server, 'mail.sent').length, 1);
  });

  test('a server that is not there is tried again', async () => {
    const mail = await startMailServer();
    await mail.close();
    const server = await startAkkoord(settings(mail));
    await registerCustomer(server);
    await failed(server, 'mail_unreachable');
    assert.equal((await waitingMails(server)).length, 1);
  });

  test('a repetition bears the same id and the same code', async () => {
    let broken = false;
    const mail = await startMailServer({ refuse: (stage, session) => {
      if (stage !== 'answer' || broken) return null;
      broken = true;
      // It has the mail, and its answer never comes.
      return new Promise(() => {});
    } });
    const server = await startAkkoord(settings(mail));
    const customer = await registerCustomer(server);
    await waitFor(() => broken, { what: 'the first' });
    await server.kill9();
    // The hold of the job that was broken off is over at once.
    await server.start();
    assert.equal((await server.psql("UPDATE akkoord.job SET run_at = now(), held_until = now() WHERE kind = 'send_mail'")).code, 0);
    await arrived(mail, 2);
    const [first, second] = mail.mails;
    assert.equal(first.id, second.id);
    assert.match(first.id, /^<verification\.[0-9a-f-]{36}@[a-z.]+>$/);
    assert.equal(first.code, second.code);
    expectStatus(await server.api('POST', '/v1/me/email/verification', { token: customer.token, body: { code: first.code } }), 204);
  });

  test('settings that can not be meant stop the start', async () => {
    const server = await startAkkoord();
    await server.stop();
    for (const [name, env] of [
      ['AKKOORD_SMTP_URL', { AKKOORD_SMTP_URL: 'http://127.0.0.1:25' }],
      ['AKKOORD_SMTP_URL', { AKKOORD_SMTP_URL: 'smtp://user:secret@127.0.0.1' }],
      ['AKKOORD_SMTP_URL', { AKKOORD_SMTP_URL: 'smtp://127.0.0.1/path' }],
      ['AKKOORD_SMTP_URL', { AKKOORD_SMTP_USER: 'u', AKKOORD_SMTP_PASSWORD: 'p' }],
      ['AKKOORD_SMTP_PASSWORD', { AKKOORD_SMTP_URL: 'smtp://127.0.0.1', AKKOORD_SMTP_USER: 'u' }],
      ['AKKOORD_SMTP_USER', { AKKOORD_SMTP_URL: 'smtp://127.0.0.1', AKKOORD_SMTP_PASSWORD: 'p' }],
      ['AKKOORD_SMTP_CA_FILE', { AKKOORD_SMTP_URL: 'smtp://127.0.0.1', AKKOORD_SMTP_CA_FILE: `/nowhere/${randomBytes(4).toString('hex')}` }],
      ['AKKOORD_MAIL_FROM', { AKKOORD_MAIL_FROM: 'nobody' }],
    ]) {
      const { code, stderr } = await server.refuse(env);
      assert.equal(code, 1, name);
      assert.ok(stderr.includes(name), `${name} in ${stderr}`);
      assert.ok(!stderr.includes('secret'), stderr);
    }
  });
});
